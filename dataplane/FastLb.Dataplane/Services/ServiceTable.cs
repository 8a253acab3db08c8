using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using FastLb.Dataplane.Scheduling;

namespace FastLb.Dataplane.Services;

/// <summary>A real server as the packet path sees it, under the number of its slot. The default value stands for slots that are free or retired.</summary>
/// <param name="Service">Its service; null when the server is not configured any more.</param>
/// <param name="Weight">Share of new flows; 0 takes none.</param>
/// <param name="Adjacency">Index of the way to it.</param>
/// <param name="Counters">Its share of the traffic.</param>
public readonly record struct RealServer(VirtualService? Service, int Weight, int Adjacency, TrafficCounters Counters);

/// <summary>A virtual service as the packet path sees it.</summary>
/// <param name="Key">Address, protocol, port.</param>
/// <param name="Servers">Its real servers in the order in which IPVS's list has them: the last one configured comes first.</param>
/// <param name="Scheduler">Chooses among them; keeps its position over changes of the table.</param>
/// <param name="Counters">Its traffic; kept over changes of the table.</param>
public sealed record VirtualService(ServiceKey Key, SchedulableServer[] Servers, Scheduler Scheduler, TrafficCounters Counters);

/// <summary>
/// Everything that forwarding decides by, immutable: a change is a new table, which workers take up with one volatile read per batch.
/// </summary>
public sealed class ServiceTable
{
    private readonly FrozenDictionary<ServiceKey, VirtualService> _byKey;
    private readonly VirtualService[] _services;
    private readonly RealServer[] _servers;
    private readonly Adjacency[] _adjacencies;

    /// <param name="generation">Grows with every table.</param>
    /// <param name="services">The services.</param>
    /// <param name="servers">By slot.</param>
    /// <param name="adjacencies">What <see cref="RealServer.Adjacency"/> names.</param>
    public ServiceTable(long generation, VirtualService[] services, RealServer[] servers, Adjacency[] adjacencies)
    {
        Generation = generation;
        _services = services;
        _servers = servers;
        _adjacencies = adjacencies;
        _byKey = services.ToFrozenDictionary(service => service.Key);
    }

    private ServiceTable(ServiceTable other, long generation, Adjacency[] adjacencies)
    {
        Generation = generation;
        _services = other._services;
        _servers = other._servers;
        _byKey = other._byKey;
        _adjacencies = adjacencies;
    }

    private static RealServer[] NotConfigured { get; } = new RealServer[1];

    /// <summary>A table without services.</summary>
    public static ServiceTable Empty { get; } = new(0, [], [], []);

    /// <summary>Grows with every table.</summary>
    public long Generation { get; }

    public ReadOnlySpan<VirtualService> Services => _services;

    /// <summary>The same services with other ways to their servers.</summary>
    public ServiceTable WithAdjacencies(long generation, Adjacency[] adjacencies) => new(this, generation, adjacencies);

    /// <summary>The service of this address, protocol and port.</summary>
    public bool TryFindService(in ServiceKey key, [MaybeNullWhen(false)] out VirtualService service) => _byKey.TryGetValue(key, out service);

    /// <summary>The server in a slot; one that is not configured for a slot that this table does not know.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref readonly RealServer Server(int slot) => ref (uint)slot < (uint)_servers.Length ? ref _servers[slot] : ref NotConfigured[0];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref readonly Adjacency Adjacency(int index) => ref _adjacencies[index];
}
