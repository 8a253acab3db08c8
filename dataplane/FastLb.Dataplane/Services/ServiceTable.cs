using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using FastLb.Dataplane.Flows;
using FastLb.Dataplane.Persistence;
using FastLb.Dataplane.Scheduling;

namespace FastLb.Dataplane.Services;

/// <summary>A real server as the packet path sees it, under the number of its slot. The default value stands for slots that are free or retired.</summary>
/// <param name="Service">Its service; null when the server is not configured any more.</param>
/// <param name="Weight">Share of new flows; 0 takes none.</param>
/// <param name="Adjacency">Index of the way to it.</param>
/// <param name="Counters">Its share of the traffic.</param>
/// <param name="Method">How packets get to it.</param>
/// <param name="Address">Its IPv4 address as a number.</param>
/// <param name="Port">Its port, which address translation puts in place of <paramref name="MappedPort"/>; 0 leaves all ports as they are.</param>
/// <param name="MappedPort">The only port that is replaced; 0 for any.</param>
public readonly record struct RealServer(
    VirtualService? Service, int Weight, int Adjacency, TrafficCounters Counters, ForwardingMethod Method, uint Address, ushort Port, ushort MappedPort = 0)
{
    /// <summary>The port at the server of a packet that a client sent to this port.</summary>
    public ushort PortFor(ushort destination) => Port == 0 || (MappedPort != 0 && MappedPort != destination) ? destination : Port;
}

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

    /// <summary>FTP's control connections.</summary>
    public const ushort FtpPort = 21;

    /// <summary>How clients are kept with their servers; null when they aren't.</summary>
    public ServicePersistence? Persistence { get; init; }

    /// <summary>Whether connections to other ports of its address are of its clients, too: those that carry FTP's data follow the template.</summary>
    internal bool TakesFtpData => Persistence is not null && Key is { Port: FtpPort, Protocol: Wire.IpProtocol.Tcp };
}

/// <summary>
/// Everything that forwarding decides by, immutable: a change is a new table, which workers take up with one volatile read per batch.
/// </summary>
public sealed class ServiceTable
{
    private readonly ServiceIndex _index;
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
    /// <param name="marks">Which packets have firewall marks; null for none.</param>
    public ServiceTable(
        long generation, VirtualService[] services, RealServer[] servers, Adjacency[] adjacencies, EgressLink[] links, ForwardingSettings settings,
        MarkRule[]? marks = null)
    {
        Generation = generation;
        Settings = settings;
        _services = services;
        _servers = servers;
        _adjacencies = adjacencies;
        _links = links;
        _index = new ServiceIndex(services, marks ?? []);
        _virtualAddresses = _index.VirtualAddresses;
        TranslatesReplies = servers.Any(server => server is { Service: not null, Method: ForwardingMethod.AddressTranslation });
    }

    private ServiceTable(ServiceTable other, long generation, Adjacency[] adjacencies, EgressLink[] links)
    {
        Generation = generation;
        Settings = other.Settings;
        _services = other._services;
        _servers = other._servers;
        _index = other._index;
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

    /// <summary>Whether packets come here that may turn out to be for no service; they are the kernel's.</summary>
    public bool TakesOthers => _index.TakesOthers;

    /// <summary>One that decides as this one would from now on, and shares nothing with it that decisions change: for asking what would become of a packet.</summary>
    internal ServiceTable Copy()
    {
        VirtualService[] services = Array.ConvertAll(_services, service => service with { Scheduler = service.Scheduler.Copy(), Counters = new TrafficCounters(1) });
        Dictionary<ServiceKey, VirtualService> byKey = services.ToDictionary(service => service.Key);
        RealServer[] servers = Array.ConvertAll(
            _servers, server => server.Service is null ? server : server with { Service = byKey[server.Service.Key], Counters = new TrafficCounters(1) });
        return new ServiceTable(Generation, services, servers, _adjacencies, _links, Settings with { NewFlows = Settings.NewFlows?.Copy() }, _index.Marks);
    }

    /// <summary>Whether an IPv4 address, given as a number, is one that clients of any service send to.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsVirtualAddress(uint address) => _virtualAddresses.Contains(address);

    /// <summary>The service of this name.</summary>
    public bool TryFindService(in ServiceKey key, [MaybeNullWhen(false)] out VirtualService service) => _index.TryGet(key, out service);

    /// <summary>The service that the first packet of a flow is for, if it comes in by this port.</summary>
    public bool TryFindService(in FlowKey flow, int ingressPort, [MaybeNullWhen(false)] out VirtualService service) =>
        _index.TryFind(flow, Link(ingressPort).Interface, out service);

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
