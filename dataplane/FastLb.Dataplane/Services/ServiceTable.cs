using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using FastLb.Dataplane.Flows;
using FastLb.Dataplane.Scheduling;

namespace FastLb.Dataplane.Services;

/// <summary>A real server as the packet path sees it, under the number of its slot. The default value stands for slots that are free or retired.</summary>
/// <param name="Service">Its service; null when the server is not configured any more.</param>
/// <param name="Weight">Share of new flows; 0 takes none.</param>
/// <param name="Adjacency">Index of the way to it.</param>
/// <param name="Counters">Its share of the traffic.</param>
/// <param name="Method">How packets get to it.</param>
/// <param name="Address">Its IPv4 address as a number.</param>
/// <param name="Port">Its port; differs from the service's in address translation only.</param>
public readonly record struct RealServer(
    VirtualService? Service, int Weight, int Adjacency, TrafficCounters Counters, ForwardingMethod Method, uint Address, ushort Port);

/// <summary>A virtual service as the packet path sees it.</summary>
/// <param name="Key">Address, protocol, port.</param>
/// <param name="Servers">Its real servers, as the scheduler has arranged them.</param>
/// <param name="Scheduler">Chooses among them; keeps its position over changes of the table.</param>
/// <param name="Counters">Its traffic; kept over changes of the table.</param>
/// <param name="Timeouts">How long its flows live.</param>
public sealed record VirtualService(ServiceKey Key, ServerList Servers, Scheduler Scheduler, TrafficCounters Counters, FlowTimeouts Timeouts)
{
    /// <summary>Whether every packet gets a server of its own and makes no flow (IPVS, one-packet scheduling).</summary>
    public bool IsOnePacket { get; init; }
}

/// <summary>
/// Everything that forwarding decides by, immutable: a change is a new table, which workers take up with one volatile read per batch.
/// </summary>
public sealed class ServiceTable
{
    private readonly FrozenDictionary<ServiceKey, VirtualService> _byKey;
    private readonly VirtualService[] _services;
    private readonly RealServer[] _servers;
    private readonly Adjacency[] _adjacencies;
    private readonly EgressLink[] _links;
    private readonly AddressSet _virtualAddresses;

    /// <param name="generation">Grows with every table.</param>
    /// <param name="services">The services.</param>
    /// <param name="servers">By slot.</param>
    /// <param name="adjacencies">What <see cref="RealServer.Adjacency"/> names.</param>
    /// <param name="links">By index of the port.</param>
    /// <param name="settings">What holds for all services.</param>
    public ServiceTable(
        long generation, VirtualService[] services, RealServer[] servers, Adjacency[] adjacencies, EgressLink[] links, ForwardingSettings settings)
    {
        Generation = generation;
        Settings = settings;
        _services = services;
        _servers = servers;
        _adjacencies = adjacencies;
        _links = links;
        _byKey = services.ToFrozenDictionary(service => service.Key);
        _virtualAddresses = new AddressSet([.. services.Select(service => service.Key.Address).Where(address => address.IsIPv4).Select(address => address.V4).Distinct()]);
        TranslatesReplies = servers.Any(server => server is { Service: not null, Method: ForwardingMethod.AddressTranslation });
    }

    private ServiceTable(ServiceTable other, long generation, Adjacency[] adjacencies, EgressLink[] links)
    {
        Generation = generation;
        Settings = other.Settings;
        _services = other._services;
        _servers = other._servers;
        _byKey = other._byKey;
        _virtualAddresses = other._virtualAddresses;
        TranslatesReplies = other.TranslatesReplies;
        _adjacencies = adjacencies;
        _links = links;
    }

    private static RealServer[] NotConfigured { get; } = new RealServer[1];

    /// <summary>A table without services.</summary>
    public static ServiceTable Empty { get; } = new(0, [], [], [], [], ForwardingSettings.Default);

    /// <summary>Grows with every table.</summary>
    public long Generation { get; }

    public ReadOnlySpan<VirtualService> Services => _services;

    /// <summary>What holds for all services.</summary>
    public ForwardingSettings Settings { get; }

    /// <summary>True when there is a server whose replies pass the director and are translated.</summary>
    public bool TranslatesReplies { get; }

    /// <summary>The same services with other ways to their servers.</summary>
    public ServiceTable WithAdjacencies(long generation, Adjacency[] adjacencies, EgressLink[] links) => new(this, generation, adjacencies, links);

    /// <summary>One that decides as this one would from now on, and shares nothing with it that decisions change: for asking what would become of a packet.</summary>
    internal ServiceTable Copy()
    {
        VirtualService[] services = Array.ConvertAll(_services, service => service with { Scheduler = service.Scheduler.Copy(), Counters = new TrafficCounters(1) });
        Dictionary<ServiceKey, VirtualService> byKey = services.ToDictionary(service => service.Key);
        RealServer[] servers = Array.ConvertAll(
            _servers, server => server.Service is null ? server : server with { Service = byKey[server.Service.Key], Counters = new TrafficCounters(1) });
        return new ServiceTable(Generation, services, servers, _adjacencies, _links, Settings);
    }

    /// <summary>Whether an IPv4 address, given as a number, is that of any service.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsVirtualAddress(uint address) => _virtualAddresses.Contains(address);

    /// <summary>The service of this address, protocol and port.</summary>
    public bool TryFindService(in ServiceKey key, [MaybeNullWhen(false)] out VirtualService service) => _byKey.TryGetValue(key, out service);

    /// <summary>The server in a slot; one that is not configured for a slot that this table does not know.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref readonly RealServer Server(int slot) => ref (uint)slot < (uint)_servers.Length ? ref _servers[slot] : ref NotConfigured[0];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref readonly Adjacency Adjacency(int index) => ref _adjacencies[index];

    /// <summary>The first port of an interface, named as <see cref="EgressLink.Interface"/>; false when none is open there.</summary>
    public bool TryFindPort(ushort @interface, out ushort port)
    {
        EgressLink[] links = _links;
        for (int i = 0; i < links.Length; i++)
        {
            if (links[i].Interface != @interface)
                continue;
            port = (ushort)i;
            return true;
        }

        port = 0;
        return false;
    }

    /// <summary>What is known of a port's link; one that takes no packet for a port that this table does not know.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public EgressLink Link(int port) => (uint)port < (uint)_links.Length ? _links[port] : default;
}
