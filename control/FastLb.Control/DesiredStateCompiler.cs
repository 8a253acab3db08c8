using System.Net;
using System.Net.Sockets;
using FastLb.Configuration.Model;
using FastLb.Control.Network;
using FastLb.DataplaneChannel.Messages;
using FastLb.HealthChecks.Pools;
using FastLb.Netlink;
using FastLb.Runtime;
using Microsoft.Extensions.Logging;
using ForwardingMethod = FastLb.DataplaneChannel.Messages.ForwardingMethod;
using TransportProtocol = FastLb.DataplaneChannel.Messages.TransportProtocol;

namespace FastLb.Control;

/// <summary>Makes the dataplane's desired state from the configuration, the servers' health, and from what the kernel says of interfaces and routes.</summary>
public sealed class DesiredStateCompiler(DirectorConfiguration configuration, Rtnetlink kernel, ILogger log)
{
    private readonly HashSet<string> _refusedLinks = [];
    private readonly HashSet<int> _servedLinks = [];
    private readonly HashSet<string> _absentLinks = [];
    private readonly HashSet<IPAddress> _unservedServers = [];
    private readonly HashSet<IPAddress> _vrrpAddresses = [.. configuration.VrrpInstances.SelectMany(instance => instance.VirtualAddresses).Select(address => address.Address)];

    private readonly HashSet<IPAddress> _serviceAddresses = [.. configuration.VirtualServers.SelectMany(service => service.Endpoints).Where(endpoint => endpoint.Mark == 0).Select(endpoint => endpoint.Address)];

    /// <summary>The addresses of all servers of the configuration, sorry servers included.</summary>
    public IReadOnlyList<IPAddress> ConfiguredServers { get; } =
    [
        .. configuration.VirtualServers
            .SelectMany(service => service.RealServers.Select(server => server.Address).Concat(service.SorryServer is { } sorry ? [sorry.Address] : []))
            .Distinct(),
    ];

    /// <summary>What holds for all services.</summary>
    public DesiredForwarding Forwarding { get; } = ForwardingOf(configuration);

    /// <summary>How ports are opened.</summary>
    public DesiredPorts Ports { get; } = PortsOf(configuration.Dataplane.Ports);

    /// <summary>Which packets have firewall marks.</summary>
    public IReadOnlyList<DesiredMarkRule> Marks { get; } = MarksOf(configuration);

    /// <summary>The services, in the order of the file, each address of a group one. A configuration that may run has no other kinds.</summary>
    /// <param name="pools">The servers that take connections now, one pool for each service.</param>
    /// <param name="heldAddresses">
    /// The addresses that VRRP holds here; null without VRRP. A service on an address that VRRP moves is steered while it is held; others always are. Of a firewall mark,
    /// those of its addresses are.
    /// </param>
    public IReadOnlyList<DesiredService> Compile(IReadOnlyList<ServicePool> pools, IReadOnlySet<IPAddress>? heldAddresses) =>
        Compile(configuration, pools, address => !_vrrpAddresses.Contains(address) || heldAddresses?.Contains(address) == true);

    /// <summary>What a configuration says that holds for all services; asks no kernel.</summary>
    public static DesiredForwarding ForwardingOf(DirectorConfiguration configuration) => new()
    {
        Timeouts = ToTimeouts(configuration.Global.Timeouts),
        UnknownFlows = configuration.Dataplane.UnknownFlows switch
        {
            Configuration.Model.UnknownFlowAnswer.Drop => DataplaneChannel.Messages.UnknownFlowAnswer.Drop,
            Configuration.Model.UnknownFlowAnswer.Kernel => DataplaneChannel.Messages.UnknownFlowAnswer.Kernel,
            _ => DataplaneChannel.Messages.UnknownFlowAnswer.Refuse,
        },
        SloppyTcp = configuration.Dataplane.SloppyTcp,
        ExpiresConnectionsOfRemovedServers = configuration.Dataplane.ExpiresConnectionsOfRemovedServers,
        ExpiresQuiescentTemplates = configuration.Dataplane.ExpiresQuiescentTemplates,
        ConnectionReuseMode = configuration.Dataplane.ConnectionReuseMode,
        SecureTcp = configuration.Dataplane.SecureTcp,
        MaglevTableSize = configuration.Dataplane.MaglevTableSize,
        Defence = ToDefence(configuration.Dataplane.Defence),
    };

    /// <summary>The same for whoever knows by other means which addresses are held; asks no kernel.</summary>
    /// <param name="configuration">One that may run.</param>
    /// <param name="pools">The servers that take connections, one pool for each service.</param>
    /// <param name="isSteered">Whether frames to a virtual address are taken.</param>
    public static IReadOnlyList<DesiredService> Compile(DirectorConfiguration configuration, IReadOnlyList<ServicePool> pools, Func<IPAddress, bool> isSteered) =>
    [
        .. configuration.VirtualServers.Zip(pools)
            .SelectMany(pair => pair.First.Endpoints.Select(endpoint => ToService(configuration, pair.First, pair.Second, endpoint, isSteered))),
    ];

    /// <summary>Which packets have firewall marks.</summary>
    public static IReadOnlyList<DesiredMarkRule> MarksOf(DirectorConfiguration configuration) => [.. configuration.Dataplane.Marks.Select(ToRule)];

    /// <summary>
    /// Where frames are taken and sent: the interfaces of the virtual addresses, be it VRRP that has put them there or somebody else, of the default routes and of the ways
    /// to the real servers, now or at an earlier call. Those that are not Ethernet, or not there, are left out.
    /// </summary>
    public IReadOnlyList<DesiredInterface> FindInterfaces(AdjacencyState adjacencies)
    {
        if (configuration.Dataplane.Ports.Interfaces.Count > 0)
            return FindNamedInterfaces(configuration.Dataplane.Ports.Interfaces, adjacencies);
        IEnumerable<LinkInfo?> links = configuration.VrrpInstances
            .SelectMany(instance => instance.VirtualAddresses.Select(address => kernel.Links.Find(address.Device)))
            .Concat(kernel.Addresses.List().Where(address => _serviceAddresses.Contains(address.Address)).Select(address => kernel.Links.Find(address.InterfaceIndex))
                .Where(link => link?.Mac is not null)) // not the loopback, where such an address reaches nobody
            .Concat(configuration.Dataplane.Marks.Select(rule => rule.Interface).OfType<string>().Select(kernel.Links.Find))
            .Concat(kernel.Routes.ListDefaultInterfaces(AddressFamily.InterNetwork).Select(kernel.Links.Find))
            .Concat(adjacencies.Servers.Where(way => way.InterfaceIndex != 0).Select(way => kernel.Links.Find(way.InterfaceIndex)))
            .Concat(_servedLinks.Select(kernel.Links.Find));
        LinkInfo[] served = [.. links.OfType<LinkInfo>().Select(DeviceOf).DistinctBy(link => link.Index).Where(CanCarryPorts).OrderBy(link => link.Index)];

        // A route that goes, as with a link that is down for a moment, mostly comes back: giving the interface up would hold up the connections over all others, twice.
        _servedLinks.Clear();
        _servedLinks.UnionWith(served.Select(link => link.Index));
        return [.. served.Select(ToInterface)];
    }

    /// <summary>
    /// The host's own IPv4 addresses, in a fixed order, if there is a service for which they matter: what real servers behind address translation, or routers
    /// on the way of a tunnel, send there is told from what belongs to a service.
    /// </summary>
    public IReadOnlyList<IPAddress> FindOwnAddresses(IReadOnlyList<DesiredService> services) =>
        services.All(service => service.Servers.All(server => server.Method == ForwardingMethod.DirectRouting))
            ? []
            : [
                .. kernel.Addresses.List().Select(address => address.Address).Where(address => address.AddressFamily == AddressFamily.InterNetwork).Distinct()
                    .OrderBy(address => address.ToString(), StringComparer.Ordinal),
            ];

    /// <summary>All addresses of this machine, whoever has put them there.</summary>
    public IReadOnlySet<IPAddress> ListAddresses() => kernel.Addresses.List().Select(address => address.Address).ToHashSet();

    /// <summary>The routers that clients of the services may be behind, if there is a service whose replies pass this host; null if there is none.</summary>
    public IReadOnlyCollection<NeighbourKey>? FindClientGateways(IReadOnlyList<DesiredService> services) =>
        services.Any(service => service.Servers.Any(server => server.Method == ForwardingMethod.AddressTranslation))
            ? [
                .. kernel.Routes.ListGateways(AddressFamily.InterNetwork).Where(hop => hop.Gateway!.AddressFamily == AddressFamily.InterNetwork)
                    .Select(hop => new NeighbourKey(hop.InterfaceIndex, hop.Gateway!)),
            ]
            : null;

    // Those that the configuration names, and no others, whatever leads elsewhere.
    private IReadOnlyList<DesiredInterface> FindNamedInterfaces(IReadOnlyList<string> names, AdjacencyState adjacencies)
    {
        List<LinkInfo> served = [];
        foreach (string name in names)
        {
            if (kernel.Links.Find(name) is { } link && CanCarryPorts(link))
                served.Add(link);
            else if (kernel.Links.Find(name) is null && _absentLinks.Add(name))
                log.LogWarning("there is no interface {Interface}, which 'interfaces' in the block fastlb names; it is waited for", name);
        }

        _absentLinks.ExceptWith(served.Select(link => link.Name));
        foreach (ServerAdjacency way in adjacencies.Servers.Where(way => way.InterfaceIndex != 0 && served.All(link => link.Index != way.InterfaceIndex) && _unservedServers.Add(way.Server)))
        {
            log.LogWarning("{Server} is reached by {Interface}, which 'interfaces' in the block fastlb leaves out: it gets no packets", way.Server,
                kernel.Links.Find(way.InterfaceIndex)?.Name ?? $"interface {way.InterfaceIndex}");
        }

        return [.. served.OrderBy(link => link.Index).Select(ToInterface)];
    }

    /// <summary>With the addresses of the MACVLANs on top of it: what arrives for them is this host's as well.</summary>
    private DesiredInterface ToInterface(LinkInfo link) => new(
        link.Name, link.Index, AdjacencyResolver.Text(link.Mac!), link.Mtu,
        string.Join(',', kernel.Links.List().Where(other => other is { IsMacvlan: true, LowerIsElsewhere: false, Mac: not null } && other.LowerIndex == link.Index)
            .Select(other => AdjacencyResolver.Text(other.Mac!)).Distinct().Order(StringComparer.Ordinal)));

    // What comes for a MACVLAN comes by the device below, where it is taken before the MACVLAN sees it.
    private LinkInfo DeviceOf(LinkInfo link) =>
        link is { IsMacvlan: true, LowerIsElsewhere: false, LowerIndex: { } lower } && kernel.Links.Find(lower) is { } device ? device : link;

    private static DesiredPorts PortsOf(PortSettings settings) => new()
    {
        Backends = [.. settings.Backends.Select(backend => backend == Backend.XdpNative ? PortBackend.XdpNative : PortBackend.XdpGeneric)],
        RingSize = settings.RingSize,
        FramesPerQueue = settings.FramesPerQueue,
        Processors = settings.WorkerProcessors,
    };

    private bool CanCarryPorts(LinkInfo link)
    {
        if (link.Mac is not null)
            return true;
        if (_refusedLinks.Add(link.Name))
            log.LogWarning("{Interface} is not an Ethernet interface: frames that arrive there are left to the kernel", link.Name);
        return false;
    }

    private static DesiredService ToService(
        DirectorConfiguration configuration, VirtualServer service, ServicePool pool, VirtualEndpoint endpoint, Func<IPAddress, bool> isHere)
    {
        DesiredEndpoint[] taken =
        [
            .. configuration.Dataplane.Marks.Where(rule => endpoint.Mark != 0 && rule.Mark == endpoint.Mark).SelectMany(rule => rule.Endpoints())
                .Where(place => isHere(place.Address)).Distinct()
                .Select(place => new DesiredEndpoint(place.Address, (TransportProtocol)place.Protocol, place.Port)),
        ];
        bool isSteered = endpoint.Mark != 0 ? taken.Length > 0 : isHere(endpoint.Address);
        return ToService(service, pool, endpoint, isSteered) with { Mark = endpoint.Mark, Endpoints = taken };
    }

    private static DesiredService ToService(VirtualServer service, ServicePool pool, VirtualEndpoint endpoint, bool isSteered) => new(
        endpoint.Address,
        (TransportProtocol)endpoint.Protocol,
        endpoint.Port,
        KeywordNames.Of(service.Scheduler),
        ToMethod(service.Method),
        isSteered,
        [.. pool.Members.Select(server => ToServer(server, endpoint)).DistinctBy(server => (server.Address, server.Port))])
    {
        Persistence = service.PersistenceTimeout is { } timeout ? new DesiredPersistence((long)timeout.TotalSeconds, service.PersistenceMask) : null,
        HashesPort = service.HashesPort,
        FallsBack = service.FallsBack,
        IsOnePacket = service.IsOnePacket,
        Timeouts = service.Timeouts is { } timeouts ? ToTimeouts(timeouts) : null,
    };

    private static DesiredDefence ToDefence(DefenceSettings defence) => new()
    {
        HalfOpenLimit = defence.HalfOpenLimit,
        NewConnectionsPerClient = defence.NewConnectionsPerClient is { } rate ? new DesiredClientRate(rate.PerSecond, rate.Burst, rate.PrefixLength) : null,
        Denied = [.. defence.Denied.Select(prefix => prefix.ToString())],
        Allowed = [.. defence.Allowed.Select(prefix => prefix.ToString())],
    };

    private static DesiredTimeouts ToTimeouts(ConnectionTimeouts timeouts) =>
        new((int)timeouts.Tcp.TotalSeconds, (int)timeouts.TcpFin.TotalSeconds, (int)timeouts.Udp.TotalSeconds);

    private static DesiredMarkRule ToRule(MarkRule rule) => new(rule.Mark, rule.Destination.First, rule.Destination.Last)
    {
        Protocol = (TransportProtocol)rule.Protocol,
        Source = rule.SourcePrefixLength == 0 ? null : rule.Source,
        SourcePrefixLength = rule.SourcePrefixLength,
        FirstDestinationPort = rule.DestinationPorts.First,
        LastDestinationPort = rule.DestinationPorts.Last,
        FirstSourcePort = rule.SourcePorts.First,
        LastSourcePort = rule.SourcePorts.Last,
        Interface = rule.Interface,
    };

    private static DesiredServer ToServer(PoolMember server, VirtualEndpoint endpoint) => new(
        server.Address, endpoint.ServerPort(server.Port, server.Method), server.Weight, ToMethod(server.Method))
    {
        UpperThreshold = server.UpperThreshold,
        LowerThreshold = server.LowerThreshold,
    };

    private static ForwardingMethod ToMethod(Configuration.Model.ForwardingMethod method) => method switch
    {
        Configuration.Model.ForwardingMethod.Nat => ForwardingMethod.AddressTranslation,
        Configuration.Model.ForwardingMethod.Tunnel => ForwardingMethod.Tunnel,
        _ => ForwardingMethod.DirectRouting,
    };
}
