using System.Net.Sockets;
using FastLb.Dataplane.Services;
using FastLb.DataplaneChannel.Messages;
using FastLb.Native.Bpf;
using FastLb.Wire;

namespace FastLb.DataplaneHost;

/// <summary>What control's messages say, in the words of the packet path.</summary>
internal static class MessageConversion
{
    public static ServiceDefinition ToDefinition(DesiredService service) => new(
        new ServiceKey(IpAddress.From(service.Address), (IpProtocol)service.Protocol, service.Port),
        SchedulerName(service.Scheduler),
        [.. service.Servers.Select(server => new ServerDefinition(IpAddress.From(server.Address), server.Port, server.Weight))]);

    public static SteeredEndpoint ToSteered(DesiredService service) => new(service.Address, (ProtocolType)service.Protocol, service.Port);

    /// <summary>A way to a server; unreachable when it leads over an interface that has no port.</summary>
    public static Adjacency ToAdjacency(ServerAdjacency way, IReadOnlyDictionary<int, ushort> portOfInterface)
    {
        if (way.State == NeighbourState.Pending)
            return default;
        if (way.State != NeighbourState.Resolved || !portOfInterface.TryGetValue(way.InterfaceIndex, out ushort port)
            || !MacAddress.TryParse(way.Mac, out MacAddress destination) || !MacAddress.TryParse(way.SourceMac, out MacAddress source))
            return new Adjacency(Dataplane.Services.AdjacencyState.Unreachable, 0, default, default, 0);
        return new Adjacency(Dataplane.Services.AdjacencyState.Resolved, port, destination, source, (ushort)Math.Clamp(way.Mtu, 0, ushort.MaxValue));
    }

    private static string SchedulerName(SchedulerKind scheduler) => scheduler switch
    {
        SchedulerKind.RoundRobin => "rr",
        SchedulerKind.WeightedRoundRobin => "wrr",
        _ => throw new ArgumentException($"scheduler {scheduler} is not known to this dataplane", nameof(scheduler)),
    };
}
