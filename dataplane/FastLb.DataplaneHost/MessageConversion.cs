using System.Net;
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
        [.. service.Servers.Select(server => new ServerDefinition(IpAddress.From(server.Address), server.Port, server.Weight, ToMethod(server.Method)))]);

    public static SteeredEndpoint ToSteered(DesiredService service) => new(service.Address, (ProtocolType)service.Protocol, service.Port);

    /// <summary>The servers of a service whose replies are translated.</summary>
    public static IEnumerable<SteeredEndpoint> TranslatedServersOf(DesiredService service) => service.Servers
        .Where(server => server.Method == DataplaneChannel.Messages.ForwardingMethod.AddressTranslation)
        .Select(server => new SteeredEndpoint(server.Address, (ProtocolType)service.Protocol, server.Port));

    /// <summary>The servers of a service that a tunnel leads to.</summary>
    public static IEnumerable<IPAddress> TunnelServersOf(DesiredService service) => service.Servers
        .Where(server => server.Method == DataplaneChannel.Messages.ForwardingMethod.Tunnel)
        .Select(server => server.Address);

    /// <summary>A way to a server; unreachable when it leads over an interface that has no port.</summary>
    public static Adjacency ToAdjacency(ServerAdjacency way, IReadOnlyDictionary<int, ushort> portOfInterface)
    {
        if (way.State == NeighbourState.Pending)
            return default;
        if (way.State != NeighbourState.Resolved || !portOfInterface.TryGetValue(way.InterfaceIndex, out ushort port)
            || !MacAddress.TryParse(way.Mac, out MacAddress destination) || !MacAddress.TryParse(way.SourceMac, out MacAddress source))
            return new Adjacency(Dataplane.Services.AdjacencyState.Unreachable, 0, default, default, 0);
        uint local = way.LocalAddress is { AddressFamily: AddressFamily.InterNetwork } address ? IpAddress.From(address).V4 : 0;
        return new Adjacency(Dataplane.Services.AdjacencyState.Resolved, port, destination, source, ToMtu(way.Mtu), local, ToTag(way.Vlan));
    }

    /// <summary>What is known of the link that a port's frames leave by.</summary>
    public static EgressLink ToLink(DesiredInterface wanted, ushort identity) =>
        new(MacAddress.TryParse(wanted.Mac, out MacAddress mac) ? mac : default, ToMtu(wanted.Mtu), identity);

    private static VlanTag ToTag(ServerVlan? vlan) => vlan is null ? default : new VlanTag(((uint)vlan.EtherType << 16) | vlan.Id);

    private static ushort ToMtu(int bytes) => (ushort)Math.Clamp(bytes, 0, ushort.MaxValue);

    private static Dataplane.Services.ForwardingMethod ToMethod(DataplaneChannel.Messages.ForwardingMethod method) => method switch
    {
        DataplaneChannel.Messages.ForwardingMethod.AddressTranslation => Dataplane.Services.ForwardingMethod.AddressTranslation,
        DataplaneChannel.Messages.ForwardingMethod.Tunnel => Dataplane.Services.ForwardingMethod.Tunnel,
        _ => Dataplane.Services.ForwardingMethod.DirectRouting,
    };

    private static string SchedulerName(SchedulerKind scheduler) => scheduler switch
    {
        SchedulerKind.RoundRobin => "rr",
        SchedulerKind.WeightedRoundRobin => "wrr",
        _ => throw new ArgumentException($"scheduler {scheduler} is not known to this dataplane", nameof(scheduler)),
    };
}
