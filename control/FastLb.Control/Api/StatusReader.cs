using System.Net;
using FastLb.Configuration.Model;
using FastLb.Control.Engines;
using FastLb.DataplaneChannel.Messages;
using FastLb.HealthChecks.Pools;
using FastLb.HealthChecks.Status;
using FastLb.Netlink;
using FastLb.Runtime;
using FastLb.VrrpChannel;

namespace FastLb.Control.Api;

/// <summary>Puts together what <c>fastlb status</c> and <c>fastlb vrrp</c> show. May be called from any thread.</summary>
/// <param name="directory">The director's runtime directory.</param>
/// <param name="kernel">Names interfaces.</param>
public sealed class StatusReader(RuntimeDirectory directory, Rtnetlink kernel)
{
    private const int Version = 2;
    private static readonly Dictionary<string, long> NoVerdicts = [];
    private volatile DirectorWork? _work;

    /// <summary>What forwards; null while there has been no virtual server.</summary>
    public IForwardingEngine? Engine => Work.Engine;

    private DirectorWork Work => _work ?? throw new DirectorException("the director has not begun its work");

    /// <summary>From now on this is what is shown.</summary>
    public void Show(DirectorWork work) => _work = work;

    /// <summary>The status of this moment; without the dataplane's part, and saying why, when that does not answer.</summary>
    public async Task<DirectorStatus> ReadStatus(CancellationToken cancellation)
    {
        DirectorWork work = Work;
        DataplaneStatus? dataplane = null;
        string? fault = null;
        try
        {
            dataplane = work.Engine is { } engine ? await engine.ReadStatus(cancellation) : null;
        }
        catch (DirectorException unavailable)
        {
            fault = unavailable.Message;
        }

        return new DirectorStatus(
            Version,
            work.Running.Path,
            ProcessReport.ReadAll(directory),
            fault,
            dataplane?.Generation ?? 0,
            VirtualAddresses(work),
            ServicesOf(work, dataplane),
            dataplane?.Verdicts ?? NoVerdicts,
            dataplane?.Ports ?? [],
            dataplane?.Steering ?? [],
            dataplane?.Frames,
            dataplane?.Flows)
        {
            Workers = dataplane?.Workers ?? [],
        };
    }

    /// <summary>The VRRP instances at this moment, or as they were reported last when the process does not answer.</summary>
    public async Task<VrrpStatus> ReadVrrp(CancellationToken cancellation)
    {
        if (Work.Vrrp is not { } vrrp)
            return new VrrpStatus([], null);
        try
        {
            VrrpStatusAnswer answer = await vrrp.ReadStatus(cancellation);
            return new VrrpStatus(answer.Instances, null) { Static = answer.Static, BfdSessions = answer.BfdSessions };
        }
        catch (DirectorException unavailable)
        {
            return new VrrpStatus(vrrp.Report.Instances, unavailable.Message) { Static = vrrp.Report.Static };
        }
    }

    private static IReadOnlyList<VirtualAddressStatus> VirtualAddresses(DirectorWork work) =>
    [
        .. (work.Vrrp?.Report.Instances ?? []).SelectMany(instance => instance.Addresses.Select(address => new VirtualAddressStatus(
            $"{address.Address}/{address.PrefixLength}", address.Interface, instance.Name, address.State, instance.State == VrrpState.Fault ? instance.Cause : null))),
    ];

    private IReadOnlyList<DirectorServiceStatus> ServicesOf(DirectorWork work, DataplaneStatus? dataplane)
    {
        Dictionary<IPAddress, ServerAdjacency> ways = (work.Reconciler?.Adjacencies.Servers ?? []).ToDictionary(way => way.Server);
        Dictionary<(IPAddress Address, int Protocol, ushort Port), ServiceStatus> counted =
            (dataplane?.Services ?? []).ToDictionary(service => (service.Address, (int)service.Protocol, service.Port));
        return
        [
            .. work.Health.Pools.Services.Zip(work.Health.ReadStatus()).SelectMany(pair => pair.First.Service.Endpoints.Select(endpoint => ToStatus(
                pair.First, pair.Second, endpoint, counted.GetValueOrDefault((endpoint.Address, (int)endpoint.Protocol, endpoint.Port)), ways))),
        ];
    }

    private DirectorServiceStatus ToStatus(
        ServicePool pool, ServiceHealthStatus state, VirtualEndpoint endpoint, ServiceStatus? counted, Dictionary<IPAddress, ServerAdjacency> ways)
    {
        VirtualServer service = pool.Service;
        Dictionary<(IPAddress Address, ushort Port), ServerStatus> servers = (counted?.Servers ?? []).ToDictionary(server => (server.Address, server.Port));
        IEnumerable<DirectorServerStatus> sorry = pool.Members.Where(member => member.IsSorryServer).Select(member => ToStatus(
            member.Address, endpoint.ServerPort(member.Port, member.Method), member.Weight, member.Method, null, servers, ways));
        return new DirectorServiceStatus(
            endpoint.Address,
            endpoint.Port,
            KeywordNames.Of(endpoint.Protocol),
            KeywordNames.Of(service.Scheduler),
            KeywordNames.Of(service.Method),
            counted?.IsSteered ?? false,
            pool.HasQuorum,
            counted?.Servers.Sum(server => server.ActiveConnections) ?? 0,
            counted?.Servers.Sum(server => server.InactiveConnections) ?? 0,
            counted?.Connections ?? 0,
            counted?.Packets ?? 0,
            counted?.Bytes ?? 0,
            counted?.ReplyPackets ?? 0,
            counted?.ReplyBytes ?? 0,
            [
                .. state.Servers.Zip(service.RealServers, (server, configured) => ToStatus(
                    server.Server.Address, endpoint.ServerPort(server.Server.Port, configured.Method), server.EffectiveWeight ?? 0, configured.Method, server, servers, ways)),
                .. sorry,
            ])
        {
            Mark = endpoint.Mark,
            Group = service.Group,
            PersistenceTimeout = service.PersistenceTimeout?.TotalSeconds,
            PersistenceMask = service.PersistenceTimeout is null ? null : service.PersistenceMask,
            ChecksSuspended = state.IsSuspended,
        };
    }

    private DirectorServerStatus ToStatus(
        IPAddress address, ushort port, int weight, Configuration.Model.ForwardingMethod method, ServerHealthStatus? state,
        Dictionary<(IPAddress Address, ushort Port), ServerStatus> servers, Dictionary<IPAddress, ServerAdjacency> ways)
    {
        ServerStatus? counted = servers.GetValueOrDefault((address, port));
        ServerAdjacency? way = ways.GetValueOrDefault(address);
        return new DirectorServerStatus(
            address,
            port,
            weight,
            KeywordNames.Of(method),
            HealthOf(state),
            state?.Since,
            state?.Checks.Where(check => check.LastFailure is not null).MaxBy(check => check.LastFailureAt)?.LastFailure,
            state is null,
            counted?.ActiveConnections ?? 0,
            counted?.InactiveConnections ?? 0,
            counted?.Connections ?? 0,
            counted?.Packets ?? 0,
            counted?.Bytes ?? 0,
            counted?.ReplyPackets ?? 0,
            counted?.ReplyBytes ?? 0,
            new AdjacencyStatus(
                (way?.State ?? DataplaneChannel.Messages.NeighbourState.Pending).ToString().ToLowerInvariant(),
                way is { InterfaceIndex: > 0 } ? kernel.Links.Find(way.InterfaceIndex)?.Name : null,
                way?.Mac,
                way?.Vlan?.Id,
                way?.Explanation))
        {
            PersistentClients = counted?.PersistentClients ?? 0,
            HealthRemark = state?.Remark,
            Openings = counted?.Openings ?? default,
            Suspicion = state?.Suspicion,
        };
    }

    private static string HealthOf(ServerHealthStatus? state)
    {
        if (state is null || !state.Checks.Any(check => check.HasRun))
            return state is { IsUp: false } ? "down" : "unchecked";
        return state.IsUp ? "up" : "down";
    }
}
