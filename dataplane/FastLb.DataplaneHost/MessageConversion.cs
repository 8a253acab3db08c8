using System.Net;
using System.Net.Sockets;
using FastLb.Dataplane.Flows;
using FastLb.Dataplane.Scheduling;
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
        service.Scheduler,
        [.. service.Servers.Select(ToDefinition)],
        new SchedulerOptions(service.HashesPort, service.FallsBack))
    {
        IsOnePacket = service.IsOnePacket,
        Timeouts = service.Timeouts is { } timeouts ? ToTimeouts(timeouts) : null,
    };

    /// <summary>What holds for all services.</summary>
    public static ForwardingSettings ToSettings(DesiredForwarding forwarding) => new()
    {
        Timeouts = ToTimeouts(forwarding.Timeouts),
        UnknownFlows = forwarding.UnknownFlows switch
        {
            DataplaneChannel.Messages.UnknownFlowAnswer.Drop => Dataplane.Services.UnknownFlowAnswer.Drop,
            DataplaneChannel.Messages.UnknownFlowAnswer.Kernel => Dataplane.Services.UnknownFlowAnswer.Kernel,
            _ => Dataplane.Services.UnknownFlowAnswer.Refuse,
        },
        SloppyTcp = forwarding.SloppyTcp,
        ExpiresFlowsOfRemovedServers = forwarding.ExpiresConnectionsOfRemovedServers,
        ReuseMode = forwarding.ConnectionReuseMode,
        SecureTcp = forwarding.SecureTcp,
        MaglevTableSize = forwarding.MaglevTableSize,
    };

    private static FlowTimeouts ToTimeouts(DesiredTimeouts timeouts) =>
        new(TimeSpan.FromSeconds(timeouts.Tcp), TimeSpan.FromSeconds(timeouts.TcpFin), TimeSpan.FromSeconds(timeouts.Udp));

    private static ServerDefinition ToDefinition(DesiredServer server) => new(IpAddress.From(server.Address), server.Port, server.Weight, ToMethod(server.Method))
    {
        UpperThreshold = server.UpperThreshold,
        LowerThreshold = server.LowerThreshold,
    };

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

    /// <summary>What becomes of the ways back to clients.</summary>
    /// <exception cref="ArgumentException">The message names something that isn't an Ethernet address.</exception>
    public static HopMove ToMove(NeighbourMove move)
    {
        if (!MacAddress.TryParse(move.From, out MacAddress from) || !MacAddress.TryParse(move.To, out MacAddress to))
            throw new ArgumentException($"'{move.From}' and '{move.To}' are not both Ethernet addresses", nameof(move));
        return new HopMove(unchecked((ushort)move.InterfaceIndex), from, to, move.Client is { } client ? IpAddress.From(client).V4 : 0);
    }

    /// <summary>The flow that a packet belongs to or would belong to; as the pipeline tells it, a packet to no virtual address is a server's if servers' are translated.</summary>
    public static FlowKey ToKey(PacketQuestion packet, ServiceTable table)
    {
        uint source = IpAddress.From(packet.Source).V4, destination = IpAddress.From(packet.Destination).V4;
        return table.TranslatesReplies && !table.IsVirtualAddress(destination)
            ? new FlowKey(destination, source, packet.DestinationPort, packet.SourcePort, (IpProtocol)packet.Protocol, IsReturn: true)
            : new FlowKey(source, destination, packet.SourcePort, packet.DestinationPort, (IpProtocol)packet.Protocol);
    }

    private static ushort ToMtu(int bytes) => (ushort)Math.Clamp(bytes, 0, ushort.MaxValue);

    private static Dataplane.Services.ForwardingMethod ToMethod(DataplaneChannel.Messages.ForwardingMethod method) => method switch
    {
        DataplaneChannel.Messages.ForwardingMethod.AddressTranslation => Dataplane.Services.ForwardingMethod.AddressTranslation,
        DataplaneChannel.Messages.ForwardingMethod.Tunnel => Dataplane.Services.ForwardingMethod.Tunnel,
        _ => Dataplane.Services.ForwardingMethod.DirectRouting,
    };
}
