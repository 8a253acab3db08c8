using System.Net;
using System.Net.Sockets;
using FastLb.Dataplane.Flows;
using FastLb.Dataplane.Persistence;
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
        ToKey(service),
        service.Scheduler,
        [.. service.Servers.Select(ToDefinition)],
        new SchedulerOptions(service.HashesPort, service.FallsBack))
    {
        IsOnePacket = service.IsOnePacket,
        Timeouts = service.Timeouts is { } timeouts ? ToTimeouts(timeouts) : null,
        Persistence = service.Persistence is { } persistence
            ? new ServicePersistence(TimeSpan.FromSeconds(persistence.TimeoutSeconds), IpAddress.From(persistence.Mask).V4)
            : null,
    };

    public static ServiceKey ToKey(DesiredService service) => service.Mark != 0
        ? ServiceKey.ForMark(service.Mark)
        : new ServiceKey(IpAddress.From(service.Address), (IpProtocol)service.Protocol, service.Port);

    /// <summary>A rule that gives packets a mark; <paramref name="identityOf"/> tells what flows remember an interface by, and null of one that isn't served.</summary>
    public static MarkRule? ToRule(DesiredMarkRule rule, Func<string, ushort?> identityOf)
    {
        ushort? identity = rule.Interface is { } name ? identityOf(name) : null;
        if (rule.Interface is not null && identity is null)
            return null;
        return new MarkRule(rule.Mark, IpAddress.From(rule.FirstDestination).V4, IpAddress.From(rule.LastDestination).V4)
        {
            Protocol = (IpProtocol)rule.Protocol,
            Source = rule.Source is { } source ? IpAddress.From(source).V4 : 0,
            SourceMask = rule.Source is null || rule.SourcePrefixLength == 0 ? 0 : uint.MaxValue << (32 - rule.SourcePrefixLength),
            FirstDestinationPort = rule.FirstDestinationPort,
            LastDestinationPort = rule.LastDestinationPort,
            FirstSourcePort = rule.FirstSourcePort,
            LastSourcePort = rule.LastSourcePort,
            Interface = identity,
        };
    }

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
        ExpiresQuiescentTemplates = forwarding.ExpiresQuiescentTemplates,
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

    /// <summary>Where the clients of a service send to: FTP with persistence takes the data connections, too, whose ports only the server knows.</summary>
    public static IEnumerable<SteeredEndpoint> ToSteered(DesiredService service)
    {
        if (service.Mark != 0)
            return service.Endpoints.Select(endpoint => new SteeredEndpoint(endpoint.Address, (ProtocolType)endpoint.Protocol, endpoint.Port));
        return [new(service.Address, (ProtocolType)service.Protocol, TakesFtpData(service) ? (ushort)0 : service.Port)];
    }

    /// <summary>The servers of a service whose replies are translated.</summary>
    public static IEnumerable<SteeredEndpoint> TranslatedServersOf(DesiredService service)
    {
        IEnumerable<ProtocolType> protocols = service.Mark != 0
            ? service.Endpoints.Select(endpoint => (ProtocolType)endpoint.Protocol).Distinct()
            : [(ProtocolType)service.Protocol];
        bool keepsPorts = TakesFtpData(service) || (service.Persistence is not null && service.Port == 0);
        return service.Servers.Where(server => server.Method == DataplaneChannel.Messages.ForwardingMethod.AddressTranslation)
            .SelectMany(server => protocols.Select(protocol => new SteeredEndpoint(server.Address, protocol, keepsPorts ? (ushort)0 : server.Port)));
    }

    private static bool TakesFtpData(DesiredService service) =>
        service is { Persistence: not null, Protocol: TransportProtocol.Tcp, Port: VirtualService.FtpPort };

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
