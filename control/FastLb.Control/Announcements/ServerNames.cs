using FastLb.Configuration.Model;

namespace FastLb.Control.Announcements;

/// <summary>keepalived's names of virtual and real servers, in event pipes and mail.</summary>
internal static class ServerNames
{
    /// <summary><c>[192.0.2.1]:tcp:80</c>, <c>FWM 7</c> of a firewall mark, <c>[web]:0</c> of the group web.</summary>
    public static string Of(VirtualServer service)
    {
        if (service.Group is { } group)
            return $"[{group}]:0"; // keepalived 2.2.7 prints the port of an address that a group has none of
        return service.Endpoints[0] is { Mark: not 0 } endpoint ? $"FWM {endpoint.Mark}" : $"[{service.Address}]:{ProtocolOf(service)}:{service.Port}";
    }

    /// <summary><c>[198.51.100.1]:tcp:8080</c>.</summary>
    public static string Of(RealServer server, VirtualServer service) => $"[{server.Address}]:{ProtocolOf(service)}:{server.Port}";

    private static string ProtocolOf(VirtualServer service) => service.Protocol switch
    {
        TransportProtocol.Tcp => "tcp",
        TransportProtocol.Udp => "udp",
        TransportProtocol.Sctp => "sctp",
        _ => "none",
    };
}
