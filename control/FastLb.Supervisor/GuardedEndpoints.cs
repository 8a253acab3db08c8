using System.Net;
using System.Net.Sockets;
using FastLb.Configuration.Model;
using FastLb.Native.Firewall;

namespace FastLb.Supervisor;

/// <summary>What the guard keeps the kernel from answering or forwarding, by the configuration.</summary>
internal static class GuardedEndpoints
{
    private const ushort FtpPort = 21;

    /// <summary>Where clients send to.</summary>
    public static GuardedService[] ServicesOf(DirectorConfiguration configuration) =>
        [.. configuration.VirtualServers.SelectMany(service => PlacesOf(service, configuration.Dataplane.Marks)).Select(ToGuarded)];

    /// <summary>The servers whose replies are translated.</summary>
    public static GuardedService[] TranslatedServersOf(DirectorConfiguration configuration) =>
    [
        .. configuration.VirtualServers.SelectMany(service => service.Endpoints.SelectMany(endpoint =>
            TranslatedServersOf(service, endpoint).SelectMany(server => ProtocolsOf(endpoint, configuration.Dataplane.Marks)
                .Select(protocol => new GuardedService(server.Address, protocol, server.Port))))),
    ];

    // Connections that carry FTP's data come to ports that only the server knows.
    private static bool IsForOtherPorts(VirtualServer service, VirtualEndpoint endpoint) =>
        service.PersistenceTimeout is not null && (endpoint.Port == 0 || endpoint is { Port: FtpPort, Protocol: TransportProtocol.Tcp });

    private static IEnumerable<VirtualEndpoint> PlacesOf(VirtualServer service, ValueList<MarkRule> marks) => service.Endpoints.SelectMany(endpoint =>
        endpoint.Mark != 0 ? marks.Where(rule => rule.Mark == endpoint.Mark).SelectMany(rule => rule.Endpoints())
        : IsForOtherPorts(service, endpoint) ? [endpoint with { Port = 0 }]
        : [endpoint]);

    private static IEnumerable<(IPAddress Address, ushort Port)> TranslatedServersOf(VirtualServer service, VirtualEndpoint endpoint) =>
        service.RealServers.Where(server => server.Method == ForwardingMethod.Nat).Select(server => (server.Address, server.Port))
            .Concat(service.SorryServer is { Method: ForwardingMethod.Nat } sorry ? [(sorry.Address, sorry.Port)] : [])
            .Select(server => (server.Address, IsForOtherPorts(service, endpoint) ? (ushort)0 : endpoint.ServerPort(server.Port, ForwardingMethod.Nat)));

    private static IEnumerable<ProtocolType> ProtocolsOf(VirtualEndpoint endpoint, ValueList<MarkRule> marks) => endpoint.Mark == 0
        ? [(ProtocolType)endpoint.Protocol]
        : marks.Where(rule => rule.Mark == endpoint.Mark).SelectMany(rule => rule.Endpoints()).Select(place => (ProtocolType)place.Protocol).Distinct();

    private static GuardedService ToGuarded(VirtualEndpoint place) => new(place.Address, (ProtocolType)place.Protocol, place.Port);
}
