using FastLb.Control.Addresses;
using FastLb.Control.Engines;
using FastLb.DataplaneChannel.Messages;
using FastLb.Netlink;

namespace FastLb.Control.Api;

/// <summary>Puts together what <c>fastlb status</c> shows. May be called from any thread.</summary>
public sealed class StatusReader(string configurationPath, DataplaneEngine engine, NetworkFollower network, VirtualAddresses addresses, Rtnetlink kernel)
{
    private static readonly Dictionary<string, long> NoVerdicts = [];

    /// <summary>The status of this moment; without the dataplane's part, and saying why, when that does not answer.</summary>
    public async Task<DirectorStatus> Read(CancellationToken cancellation)
    {
        DataplaneStatus? dataplane = null;
        string? fault = null;
        try
        {
            dataplane = await engine.ReadStatus(cancellation);
        }
        catch (DirectorException unavailable)
        {
            fault = unavailable.Message;
        }

        Dictionary<System.Net.IPAddress, ServerAdjacency> ways = network.Adjacencies.Servers.ToDictionary(way => way.Server);
        return new DirectorStatus(
            Version: 1,
            configurationPath,
            new DataplaneProcessStatus(engine.Pid is null ? "stopped" : "running", engine.Pid, engine.Restarts, fault),
            dataplane?.Generation ?? 0,
            addresses.Report,
            [.. (dataplane?.Services ?? []).Select(service => ToStatus(service, ways))],
            dataplane?.Verdicts ?? NoVerdicts,
            dataplane?.Ports ?? [],
            dataplane?.Steering ?? [],
            dataplane?.Frames,
            dataplane?.Flows);
    }

    private DirectorServiceStatus ToStatus(ServiceStatus service, Dictionary<System.Net.IPAddress, ServerAdjacency> ways) => new(
        service.Address,
        service.Port,
        service.Protocol.ToString().ToUpperInvariant(),
        service.Scheduler == SchedulerKind.RoundRobin ? "rr" : "wrr",
        "DR",
        service.Servers.Sum(server => server.ActiveConnections),
        service.Servers.Sum(server => server.InactiveConnections),
        service.Connections,
        service.Packets,
        service.Bytes,
        [.. service.Servers.Select(server => ToStatus(server, ways.GetValueOrDefault(server.Address)))]);

    private DirectorServerStatus ToStatus(ServerStatus server, ServerAdjacency? way) => new(
        server.Address,
        server.Port,
        server.Weight,
        server.ActiveConnections,
        server.InactiveConnections,
        server.Connections,
        server.Packets,
        server.Bytes,
        new AdjacencyStatus(
            (way?.State ?? DataplaneChannel.Messages.NeighbourState.Pending).ToString().ToLowerInvariant(),
            way is { InterfaceIndex: > 0 } ? kernel.Links.Find(way.InterfaceIndex)?.Name : null,
            way?.Mac,
            way?.Explanation));
}
