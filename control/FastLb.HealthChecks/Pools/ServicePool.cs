using System.Net;
using FastLb.Configuration.Model;
using FastLb.HealthChecks.Servers;

namespace FastLb.HealthChecks.Pools;

/// <summary>A server as the forwarding engine gets it.</summary>
/// <param name="Address">Its address.</param>
/// <param name="Port">Its port.</param>
/// <param name="Weight">Its share of new connections; 0 keeps the connections that it has and gives it no more.</param>
/// <param name="Method">How packets reach it.</param>
/// <param name="IsSorryServer">True for the server that answers while there is no quorum.</param>
public sealed record PoolMember(IPAddress Address, ushort Port, int Weight, ForwardingMethod Method, bool IsSorryServer = false)
{
    /// <summary>Connections at which it gets no new ones; 0 for no limit.</summary>
    public int UpperThreshold { get; init; }

    /// <summary>The number of connections below which it gets new ones again; 0 for three quarters of the upper threshold.</summary>
    public int LowerThreshold { get; init; }
}

/// <summary>The servers of a service at one moment.</summary>
/// <param name="Service">The service as configured.</param>
/// <param name="HasQuorum">Whether it counts as up.</param>
/// <param name="LiveWeight">The total weight of its live servers.</param>
/// <param name="Members">Who gets its connections, in the order of the configuration, the sorry server last.</param>
public sealed record ServicePool(VirtualServer Service, bool HasQuorum, long LiveWeight, ValueList<PoolMember> Members)
{
    private const int SorryServerWeight = 1;

    /// <summary>True while the sorry server answers.</summary>
    public bool HasSorryServer => !HasQuorum && Service.SorryServer is not null;

    /// <summary>The pool that follows from who is alive.</summary>
    /// <param name="service">The service as configured.</param>
    /// <param name="alive">Whether each of its real servers is, in their order.</param>
    /// <param name="hadQuorum">Whether the quorum was there before; null for a service that starts.</param>
    /// <param name="weights">The weight of each, as its checks have it; null for the configured ones.</param>
    /// <param name="shares">The share of its weight that each gets while it starts slowly, in tenths; null for all of it. The quorum counts whole weights.</param>
    /// <param name="suspected">Whether each is suspected, which takes its weight away but for the quorum; null for none.</param>
    public static ServicePool Compute(
        VirtualServer service, IReadOnlyList<bool> alive, bool? hadQuorum, IReadOnlyList<int>? weights = null, IReadOnlyList<int>? shares = null, IReadOnlyList<bool>? suspected = null)
    {
        weights ??= [.. service.RealServers.Select(server => server.Weight)];
        shares ??= [.. service.RealServers.Select(_ => WeightRamp.Steps)];
        int scale = WeightRamp.ScaleOf(weights, shares, service.Scheduler);
        long weight = weights.Where((_, i) => alive[i]).Sum(each => (long)each);
        bool hasQuorum = Quorum.Holds(hadQuorum, weight, service.Quorum, service.Hysteresis);
        SorryServer? sorry = hasQuorum ? null : service.SorryServer;
        SorryServer? waiting = hasQuorum && service.SorryServer is { InhibitOnQuorum: true } inhibited ? inhibited : null;
        List<PoolMember> members = [];
        for (int i = 0; i < service.RealServers.Count; i++)
        {
            RealServer server = service.RealServers[i];
            bool serves = alive[i] && sorry is null;
            if ((serves || server.InhibitOnFailure) && !IsSame(server, sorry))
                members.Add(ToMember(server, serves && suspected?[i] != true ? Reduce(weights[i], shares[i]) : 0));
        }

        if (sorry is not null)
            members.Add(new PoolMember(sorry.Address, sorry.Port, SorryServerWeight, sorry.Method, IsSorryServer: true));
        if (waiting is not null && !members.Exists(member => member.Port == waiting.Port && member.Address.Equals(waiting.Address)))
            members.Add(new PoolMember(waiting.Address, waiting.Port, 0, waiting.Method, IsSorryServer: true));
        return new ServicePool(service, hasQuorum, weight, [.. members]);

        int Reduce(int full, int share) => service.Scheduler.SpreadsByWeight() ? WeightRamp.Reduce(full, share, scale) : full;
    }

    private static PoolMember ToMember(RealServer server, int weight) => new(server.Address, server.Port, weight, server.Method)
    {
        UpperThreshold = server.UpperThreshold,
        LowerThreshold = server.LowerThreshold,
    };

    /// <summary>A real server that is the sorry server too must not be in the pool twice.</summary>
    private static bool IsSame(RealServer server, SorryServer? sorry) => sorry is not null && server.Port == sorry.Port && server.Address.Equals(sorry.Address);
}

/// <summary>The pools of all services at one moment.</summary>
/// <param name="Generation">Grows by one with each change.</param>
/// <param name="Services">In the order of the configuration.</param>
public sealed record ServicePools(long Generation, ValueList<ServicePool> Services);
