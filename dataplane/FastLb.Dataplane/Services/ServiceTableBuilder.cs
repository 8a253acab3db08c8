using FastLb.Dataplane.Flows;
using FastLb.Dataplane.Persistence;
using FastLb.Dataplane.Scheduling;
using FastLb.Wire;

namespace FastLb.Dataplane.Services;

/// <summary>A virtual service as it is wanted.</summary>
/// <param name="Key">Address, protocol, port.</param>
/// <param name="Scheduler">Name of the scheduler, as in keepalived.conf.</param>
/// <param name="Servers">In the order of the configuration.</param>
/// <param name="Options">The scheduler's.</param>
public sealed record ServiceDefinition(ServiceKey Key, string Scheduler, IReadOnlyList<ServerDefinition> Servers, SchedulerOptions Options = default)
{
    /// <summary>How long its flows live; null for what <see cref="ForwardingSettings.Timeouts"/> says.</summary>
    public FlowTimeouts? Timeouts { get; init; }

    /// <summary>Whether every packet gets a server of its own and makes no flow.</summary>
    public bool IsOnePacket { get; init; }

    /// <summary>How clients are kept with their servers; null when they aren't.</summary>
    public ServicePersistence? Persistence { get; init; }

    /// <summary>What address translation makes of a server's port: IPVS keeps a client's port wherever a service with persistence is for several.</summary>
    internal (ushort Port, ushort Mapped) PortsOf(ServerDefinition server) => Key.Port != 0
        ? (server.Port, Key.Port)
        : Persistence is null ? (server.Port, (ushort)0) : ((ushort)0, (ushort)0);
}

/// <summary>A real server as it is wanted.</summary>
/// <param name="Address">Its address.</param>
/// <param name="Port">Its port; the service's, unless addresses are translated.</param>
/// <param name="Weight">Share of new flows; 0 takes none.</param>
/// <param name="Method">How packets get to it.</param>
public sealed record ServerDefinition(IpAddress Address, ushort Port, int Weight, ForwardingMethod Method = ForwardingMethod.DirectRouting)
{
    /// <summary>Flows at which it gets no new ones; 0 for no limit.</summary>
    public int UpperThreshold { get; init; }

    /// <summary>The number of flows below which it gets new ones again; 0 for three quarters of the upper threshold.</summary>
    public int LowerThreshold { get; init; }
}

/// <summary>
/// Compiles service tables, one after another. Keeps between them what must stay: which slot stands for which server, the schedulers' positions
/// and the counters. One thread at a time; the workers only ever see the finished tables.
/// </summary>
public sealed class ServiceTableBuilder
{
    private readonly ServerDirectory _directory;
    private readonly Dictionary<ServerIdentity, ServerRecord> _servers = [];
    private readonly Dictionary<ServiceKey, ServiceRecord> _services = [];
    private readonly Stack<int> _freeSlots = new();
    private readonly int _workers;
    private Dictionary<IpAddress, int> _adjacencyIndexes = [];
    private EgressLink[] _links = [];
    private long _generation;

    /// <param name="directory">The slots; those in use already (a table that was adopted) keep their meaning.</param>
    /// <param name="workers">Workers that may come to use the tables, at the most: each counts for itself.</param>
    public ServiceTableBuilder(ServerDirectory directory, int workers = 1)
    {
        _directory = directory;
        _workers = workers;
        for (int slot = FlowTableLayout.ServerSlots - 1; slot >= 0; slot--)
        {
            if (directory.IsInUse(slot))
                _servers[directory.Identity(slot)] = new ServerRecord(slot, workers) { RetiredAt = 0 };
            else
                _freeSlots.Push(slot);
        }

        Current = ServiceTable.Empty;
    }

    /// <summary>The table compiled last.</summary>
    public ServiceTable Current { get; private set; }

    /// <summary>What holds for all services of the next table on.</summary>
    public ForwardingSettings Settings { get; set; } = ForwardingSettings.Default;

    /// <summary>The definitions that <see cref="Current"/> was compiled from.</summary>
    public IReadOnlyList<ServiceDefinition> Definitions { get; private set; } = [];

    /// <summary>Compiles a table for these services. Ways to servers that have been told before are kept; others are pending.</summary>
    /// <param name="definitions">All services; no key twice, no server twice in one.</param>
    /// <param name="acknowledged">The generation that every worker has taken up, the least advanced of them: slots retired by then, and without flows, are given out again.</param>
    /// <param name="marks">Which packets have firewall marks; null for none.</param>
    /// <exception cref="InvalidOperationException">More servers than there are slots, or a scheduler that is not known. Nothing has changed then.</exception>
    public ServiceTable Build(IReadOnlyList<ServiceDefinition> definitions, long acknowledged, IReadOnlyList<MarkRule>? marks = null)
    {
        ReclaimSlots(acknowledged);
        EnsureCanBuild(definitions);
        long generation = ++_generation;
        var ways = new WayList(Current, _adjacencyIndexes);
        var slots = new RealServer[FlowTableLayout.ServerSlots];
        var services = new VirtualService[definitions.Count];
        for (int i = 0; i < services.Length; i++)
        {
            services[i] = ServiceOf(definitions[i], generation);
            foreach (ServerDefinition server in definitions[i].Servers)
            {
                ServerRecord known = _servers[new ServerIdentity(services[i].Key, server.Address, server.Port)];
                (ushort port, ushort mapped) = definitions[i].PortsOf(server);
                slots[known.Slot] = new RealServer(services[i], server.Weight, ways.IndexOf(server.Address), known.Counters, server.Method, server.Address.V4, port, mapped);
            }
        }

        _adjacencyIndexes = ways.Indexes;
        Retire(generation, definitions);
        Definitions = definitions;
        return Current = new ServiceTable(generation, services, slots, ways.ToArray(), _links, Settings, [.. marks ?? []]);
    }

    /// <summary>Compiles a table with the same services and these ways to their servers; those of servers that are not named become pending.</summary>
    /// <param name="ways">By the server's address.</param>
    /// <param name="links">By index of the port; kept for later tables.</param>
    public ServiceTable BuildWithAdjacencies(IReadOnlyDictionary<IpAddress, Adjacency> ways, IReadOnlyList<EgressLink> links)
    {
        _links = [.. links];
        var adjacencies = new Adjacency[_adjacencyIndexes.Count];
        foreach ((IpAddress server, int index) in _adjacencyIndexes)
            adjacencies[index] = ways.TryGetValue(server, out Adjacency way) ? way : default;
        return Current = Current.WithAdjacencies(++_generation, adjacencies, _links);
    }

    /// <summary>Clients, or networks of clients, that stay with a configured server.</summary>
    public int TemplatesOf(in ServerIdentity identity) => _directory.Templates(_servers[identity].Slot);

    /// <summary>Connections and counters of a configured server.</summary>
    public (int Active, int Inactive, TrafficCounters Counters) Usage(in ServerIdentity identity)
    {
        ServerRecord record = _servers[identity];
        return (_directory.ActiveFlows(record.Slot), _directory.InactiveFlows(record.Slot), record.Counters);
    }

    private void EnsureCanBuild(IReadOnlyList<ServiceDefinition> definitions)
    {
        int fresh = 0;
        foreach (ServiceDefinition definition in definitions)
        {
            if (!Schedulers.Exists(definition.Scheduler))
                throw new InvalidOperationException($"scheduler '{definition.Scheduler}' of {definition.Key} is not known");
            fresh += definition.Servers.Count(server => !_servers.ContainsKey(new ServerIdentity(definition.Key, server.Address, server.Port)));
        }

        if (fresh > _freeSlots.Count)
            throw new InvalidOperationException($"{fresh} more real servers, but only {_freeSlots.Count} of {FlowTableLayout.ServerSlots} slots are free; those of removed servers are in use until their last connection ends");
    }

    private VirtualService ServiceOf(ServiceDefinition definition, long generation)
    {
        ServiceRecord record = RecordOf(definition);
        var servers = new SchedulableServer[definition.Servers.Count];
        for (int position = 0; position < servers.Length; position++)
        {
            ServerDefinition server = definition.Servers[position];
            ServerRecord known = ServerOf(new ServerIdentity(definition.Key, server.Address, server.Port));
            known.SeenIn = generation;
            _directory.Limit(known.Slot, server.UpperThreshold, server.LowerThreshold);
            if (definition.Persistence is { } persistence)
                _directory.SetPersistenceMask(known.Slot, persistence.Mask);
            if (server.Weight > 0)
                known.LastWeight = server.Weight;

            // IPVS puts each new server at the head of its list.
            servers[^(position + 1)] = new SchedulableServer((ushort)known.Slot, server.Weight, server.Address, server.Port, known.LastWeight);
        }

        // A scheduler tells by the object whether the list has changed: one that is the same must be the same object.
        if (!record.List.Servers.SequenceEqual(servers))
            record.List = record.Scheduler.Arrange(servers);
        return new VirtualService(definition.Key, record.List, record.Scheduler, record.Counters, definition.Timeouts ?? Settings.Timeouts)
        {
            IsOnePacket = definition.IsOnePacket,
            Persistence = definition.Persistence,
        };
    }

    private ServiceRecord RecordOf(ServiceDefinition definition)
    {
        bool isKnown = _services.TryGetValue(definition.Key, out ServiceRecord? record);
        SchedulerOptions options = definition.Options with { TableSize = Settings.MaglevTableSize };
        if (isKnown && string.Equals(record!.Scheduler.Name, definition.Scheduler, StringComparison.Ordinal) && record.Options == options)
            return record;
        record = new ServiceRecord(Schedulers.Create(definition.Scheduler, options, _directory), options, record?.Counters ?? new TrafficCounters(_workers));
        _services[definition.Key] = record;
        return record;
    }

    private ServerRecord ServerOf(in ServerIdentity identity)
    {
        if (_servers.TryGetValue(identity, out ServerRecord? known))
            return known;
        known = new ServerRecord(_freeSlots.Pop(), _workers);
        _directory.Assign(known.Slot, identity);
        _servers.Add(identity, known);
        return known;
    }

    private void Retire(long generation, IReadOnlyList<ServiceDefinition> definitions)
    {
        foreach (ServerRecord record in _servers.Values)
        {
            if (record.SeenIn == generation)
                record.RetiredAt = null;
            else
                record.RetiredAt ??= generation;
        }

        var wanted = definitions.Select(definition => definition.Key).ToHashSet();
        foreach (ServiceKey key in _services.Keys.Where(key => !wanted.Contains(key)).ToArray())
            _services.Remove(key);
    }

    private void ReclaimSlots(long acknowledged)
    {
        foreach ((ServerIdentity identity, ServerRecord record) in _servers.ToArray())
        {
            if (record.RetiredAt is not { } retired || retired > acknowledged || _directory.HasFlows(record.Slot))
                continue;
            _directory.Release(record.Slot);
            _servers.Remove(identity);
            _freeSlots.Push(record.Slot);
        }
    }

    private sealed class ServerRecord(int slot, int workers)
    {
        public int Slot { get; } = slot;

        public TrafficCounters Counters { get; } = new(workers);

        /// <summary>The last weight that was not 0.</summary>
        public int LastWeight { get; set; }

        /// <summary>The last table that the server was in.</summary>
        public long SeenIn { get; set; }

        /// <summary>The first table that it was not in any more.</summary>
        public long? RetiredAt { get; set; }
    }

    private sealed class ServiceRecord(Scheduler scheduler, SchedulerOptions options, TrafficCounters counters)
    {
        public Scheduler Scheduler { get; } = scheduler;

        public SchedulerOptions Options { get; } = options;

        public TrafficCounters Counters { get; } = counters;

        /// <summary>What the scheduler made of the servers last.</summary>
        public ServerList List { get; set; } = ServerList.Empty;
    }

    /// <summary>The ways of a new table: one for each server's address, with what the table before knew of it.</summary>
    private sealed class WayList(ServiceTable previous, Dictionary<IpAddress, int> previousIndexes)
    {
        private readonly List<Adjacency> _ways = [];

        public Dictionary<IpAddress, int> Indexes { get; } = [];

        public int IndexOf(IpAddress server)
        {
            if (Indexes.TryGetValue(server, out int index))
                return index;
            _ways.Add(previousIndexes.TryGetValue(server, out int known) ? previous.Adjacency(known) : default);
            Indexes.Add(server, _ways.Count - 1);
            return _ways.Count - 1;
        }

        public Adjacency[] ToArray() => [.. _ways];
    }
}
