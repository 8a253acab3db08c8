using System.Diagnostics;
using System.Security.Cryptography;
using FastLb.Dataplane;
using FastLb.Dataplane.Explanations;
using FastLb.Dataplane.Flows;
using FastLb.Dataplane.Persistence;
using FastLb.Dataplane.Pipeline;
using FastLb.Dataplane.Services;
using FastLb.DataplaneChannel.Messages;
using FastLb.Native.Bpf;
using FastLb.Native.Memory;
using FastLb.PacketIO;
using FastLb.PacketIO.AfXdp;
using FastLb.PacketIO.Workers;
using FastLb.Wire;
using Microsoft.Extensions.Logging;
using AdjacencyState = FastLb.DataplaneChannel.Messages.AdjacencyState;

namespace FastLb.DataplaneHost;

/// <summary>
/// All that forwards, put together: flow tables, service tables, ports, steering and the workers' threads. Brings them from one desired state to the next. One
/// thread at a time.
/// </summary>
internal sealed class ForwardingPlane : IDisposable
{
    private static readonly TimeSpan QuiescePatience = TimeSpan.FromMilliseconds(500);

    /// <summary>Flow table entries looked at between two batches of packets, 32 bytes each.</summary>
    private const int HopsPerTurn = 2048;

    private readonly SharedMemory _flowMemory;
    private readonly FlowStore _flows;
    private readonly ServiceTableBuilder _tables;
    private readonly SteeringTable _steered = SteeringTable.Create();
    private readonly VerdictCounters[] _verdicts;
    private readonly DataplaneOptions _options;
    private readonly DefenceCompiler _defence = new();
    private readonly GenericModeOffloads _offloads;
    private readonly LinkIdentities _linkIdentities = new();
    private readonly ILogger _log;
    private DesiredState _state = new(0, [], [], []);
    private AdjacencyState _adjacencies = new([]);
    private OpenPorts? _ports;
    private WorkerThreads? _workers;

    private ForwardingPlane(SharedMemory flowMemory, FlowStore flows, DataplaneOptions options, ILogger log)
    {
        int mostWorkers = Math.Max(options.MostWorkers, flows.Tables.Count);
        _flowMemory = flowMemory;
        _flows = flows;
        _tables = new ServiceTableBuilder(flows.Servers, mostWorkers);
        _verdicts = [.. Enumerable.Range(0, mostWorkers).Select(_ => new VerdictCounters())];
        _options = options;
        _offloads = new GenericModeOffloads(options.OffloadJournal, log);
        _log = log;
    }

    /// <summary>Adopts the flow tables if there are any; nothing is forwarded yet.</summary>
    /// <param name="options">What the process is started with.</param>
    /// <param name="progress">Called now and then while many flows are adopted; from any thread.</param>
    /// <param name="log">For what happens.</param>
    public static ForwardingPlane Open(DataplaneOptions options, Action progress, ILogger log)
    {
        SharedMemory memory = options.FlowTableDescriptor >= 0
            ? SharedMemory.Open(options.FlowTableDescriptor)
            : SharedMemory.Create("fastlb-flows", FlowStore.RequiredBytes(options.FlowCapacity));
        long begun = Stopwatch.GetTimestamp();
        var flows = FlowStore.Open(memory.Address, memory.Length, Now(), out string refusal, progress);
        if (refusal.Length == 0)
        {
            log.LogInformation("adopted {Count} flows of {Workers} workers in {Milliseconds:0} ms",
                flows.Count, flows.Tables.Count, Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
        }
        else
            log.LogDebug("new flow tables will be made: {Reason}", refusal);
        return new ForwardingPlane(memory, flows, options, log);
    }

    /// <summary>Brings everything into this state.</summary>
    public void Apply(DesiredState state)
    {
        _tables.Settings = _defence.Apply(MessageConversion.ToSettings(state.Forwarding), state.Forwarding.Defence);
        ServiceTable table = _tables.Build(
            [.. state.Services.Select(MessageConversion.ToDefinition)], _workers?.AcknowledgedGeneration ?? long.MaxValue, RulesOf(state));
        _workers?.Publish(table);
        if (_ports is null || !_ports.TryAdjust(state.Interfaces, state.Ports))
            Reopen(state.Interfaces, state.Ports);
        _flows.LimitHalfOpen(state.Forwarding.Defence.HalfOpenLimit);
        Steer(state);
        _state = state;
        Apply(_adjacencies);
        _log.LogInformation("generation {Generation}: {Services} services, {Steered} of them steered, on {Interfaces}",
            state.Generation, state.Services.Count, state.Services.Count(service => service.IsSteered), string.Join(", ", state.Interfaces.Select(wanted => wanted.Name)));
    }

    /// <summary>Takes up the ways to the servers.</summary>
    public void Apply(AdjacencyState adjacencies)
    {
        _adjacencies = adjacencies;
        var ways = new Dictionary<IpAddress, Adjacency>();
        foreach (ServerAdjacency way in adjacencies.Servers)
            ways[IpAddress.From(way.Server)] = MessageConversion.ToAdjacency(way, _ports?.PortOfInterface ?? []);
        ServiceTable table = _tables.BuildWithAdjacencies(ways, _ports?.ReadLinks(_linkIdentities) ?? []);
        _workers?.Publish(table);
    }

    /// <summary>Has the replies to clients follow one of them, or a router before them, to another Ethernet address.</summary>
    public async Task Apply(NeighbourMove message)
    {
        HopMove move = MessageConversion.ToMove(message);
        for (int worker = 0; worker < _flows.Tables.Count; worker++)
        {
            FlowTable flows = _flows.Tables[worker];
            uint position = 0;
            do
            {
                position = await OnWorker(worker, () => flows.MoveHops(position, HopsPerTurn, move));
            }
            while (position != 0);
        }
    }

    /// <summary>Completes when every worker has come round, at once when there is none to wait for. Any thread.</summary>
    public Task WorkerTurn() => Volatile.Read(ref _workers)?.Turn() ?? Task.CompletedTask;

    /// <summary>Says in the log what frames the ports can't take, each fault once. Any one thread.</summary>
    public void WarnOfUnfitFrames() => Volatile.Read(ref _ports)?.UnfitFrames.Warn(_log);

    /// <summary>Some of the connections, of one worker; a position has the worker in its high half, the place in its table in the low one.</summary>
    public async Task<ConnectionsAnswer> ReadConnections(ConnectionsRequest asked)
    {
        long worker = asked.Position >> 32;
        if (worker == _flows.Tables.Count && _flows.Templates is { } templates)
            return ReadTemplates(templates, asked);
        if (worker < 0 || worker >= _flows.Tables.Count)
            return new ConnectionsAnswer(asked.Request, [], 0);
        FlowTable flows = _flows.Tables[(int)worker];
        var listing = new ConnectionListing(flows.CopyPage, _flows.Servers, asked.Position & uint.MaxValue, asked.Filter);
        do
        {
            await OnWorker((int)worker, listing.ReadPage);
        }
        while (listing.Take(Now()));
        return new ConnectionsAnswer(asked.Request, listing.Connections, listing.Position != 0 ? (worker << 32) | listing.Position : (worker + 1) << 32);
    }

    // They come after the flows of the last worker.
    private ConnectionsAnswer ReadTemplates(PersistenceTemplates templates, ConnectionsRequest asked)
    {
        var listing = new ConnectionListing(templates.CopyPage, _flows.Servers, asked.Position & uint.MaxValue, asked.Filter, listsTemplates: true);
        do
        {
            listing.ReadPage();
        }
        while (listing.Take(Now()));
        return new ConnectionsAnswer(asked.Request, listing.Connections, listing.Position != 0 ? ((long)_flows.Tables.Count << 32) | listing.Position : 0);
    }

    /// <summary>What would become of a packet. The worker that owns its flow says what it knows; the rest is played on copies.</summary>
    /// <exception cref="InvalidOperationException">No interface has ever been served, so that there are no workers.</exception>
    public async Task<ExplainAnswer> Explain(ExplainRequest asked)
    {
        if (_flows.Tables.Count == 0)
            throw new InvalidOperationException("nothing is forwarded yet: no interface is served");
        PacketQuestion packet = asked.Packet;
        ServiceTable table = _tables.Current;
        FlowKey key = MessageConversion.ToKey(packet, table);
        int owner = _flows.Tables[0].OwnerOf(key, _flows.Tables.Count);
        RehearsedFlows known = await OnWorker(owner, () => RehearsedFlows.Copy(_flows.Tables[owner], table, key));
        MacAddress own = table.Link(0).Source;
        FrameExplanation explanation = PacketRehearsal.Play(key, (TcpFlags)packet.Flags, (own, own), table, known, Now());
        DesiredService? service = table.TryFindService(key, 0, out VirtualService? found)
            ? _state.Services.FirstOrDefault(service => MessageConversion.ToKey(service) == found.Key)
            : null;
        return new ExplainAnswer(asked.Request, ExplanationConversion.ToMessage(explanation, port => _ports?.InterfaceOf(port)), service?.IsSteered);
    }

    /// <summary>The counters of this moment.</summary>
    public async Task<DataplaneStatus> ReadStatus()
    {
        FrameAccount? account = _ports is { } ports && _workers is { } workers ? await workers.ReadAccount(ports.Ports) : null;
        return new DataplaneStatus(
            _state.Generation,
            [.. _state.Services.Select(service => ServiceReading.Of(service, _tables))],
            Enum.GetValues<VerdictReason>().Where(reason => reason != VerdictReason.None).ToDictionary(StatusNames.Of, reason => _verdicts.Sum(counters => counters[reason])),
            _ports is null ? [] : StatusNames.PortsOf(_ports),
            _ports is null ? [] : [.. _ports.Steering.Select(StatusNames.SteeringOf)],
            StatusNames.FramesOf(account),
            new FlowTableStatus(_flows.Count, _flows.Capacity) { HalfOpen = _flows.HalfOpen, EvictedHalfOpen = _flows.EvictedHalfOpen })
        {
            Workers = _workers?.ReadStatus() ?? [],
        };
    }

    /// <summary>Gives the frames back to the kernel and comes to rest. False when frames have been lost track of.</summary>
    public bool Stop()
    {
        bool balanced = ClosePorts();
        _offloads.RestoreAll();
        _steered.SetServices([]);
        _steered.SetNatServers([]);
        return balanced;
    }

    public void Dispose()
    {
        ClosePorts();
        _steered.Dispose();
        _flowMemory.Dispose();
    }

    /// <summary>Does something on the thread that owns a worker's flows; here while there are no workers.</summary>
    private Task<T> OnWorker<T>(int worker, Func<T> act) => _workers?.OnWorker(worker, act) ?? Task.FromResult(act());

    // A service that isn't taken here, because another director holds its address, has no replies or errors for us either.
    private void Steer(DesiredState state)
    {
        DesiredService[] steered = [.. state.Services.Where(service => service.IsSteered)];
        _steered.SetOwnAddresses(state.OwnAddresses);
        _steered.SetTunnelServers([.. steered.SelectMany(MessageConversion.TunnelServersOf)]);
        _steered.SetNatServers([.. steered.SelectMany(MessageConversion.TranslatedServersOf)]);
        _steered.SetServices([.. steered.SelectMany(MessageConversion.ToSteered)]);
    }

    private static MonotonicTime Now() => new(Stopwatch.GetTimestamp() * (1_000_000_000 / Stopwatch.Frequency));

    // A rule for an interface that isn't served never fits.
    private MarkRule[] RulesOf(DesiredState state) =>
    [
        .. state.Marks.Select(rule => MessageConversion.ToRule(
            rule, name => state.Interfaces.FirstOrDefault(wanted => wanted.Name == name) is { } served ? _linkIdentities.Of(served) : null)).OfType<MarkRule>(),
    ];

    // An interface that has gone already is found out while the ports are still open. Offloads stay off where they are to be off again.
    private void Reopen(IReadOnlyList<DesiredInterface> interfaces, DesiredPorts wanted)
    {
        IReadOnlyList<InterfaceQueue> queues = OpenPorts.QueuesOf(interfaces);
        ClosePorts();
        if (interfaces.Count > 0)
            OpenAll(interfaces, queues, wanted);
        _offloads.Restore(_ports?.GenericInterfaces ?? new HashSet<int>());
    }

    // The workers first, then the sockets into the programs: no frame arrives before there is someone to take it.
    private void OpenAll(IReadOnlyList<DesiredInterface> interfaces, IReadOnlyList<InterfaceQueue> queues, DesiredPorts wanted)
    {
        MakeFlowTables(queues);
        _ports = OpenPorts.Open(interfaces, queues, wanted, _steered, _flows.Tables.Count, _offloads, _log);
        FrameMemory frames = _ports.Ports.Umem.Frames;
        int workers = _flows.Tables.Count;
        IEnumerable<PacketPipeline> pipelines = _flows.Tables.Select(
            (flows, worker) => new PacketPipeline(frames, flows, _verdicts[worker], worker, workers));
        try
        {
            _workers = WorkerThreads.Start(_ports.Ports, [.. pipelines], _flows.Tables, _ports.Kernel, _tables.Current, wanted.Processors, _log);
            _ports.Start();
        }
        catch
        {
            ClosePorts();
            throw;
        }

        foreach (AfXdpPort port in _ports.Ports.Ports)
        {
            _log.LogInformation(
                "{Queue}: AF_XDP, {Attached} XDP, {Mode}",
                port.Socket.Queue,
                StatusNames.Of(_ports.AttachModeOf(port.Socket.Queue.InterfaceIndex)),
                _ports.Ports.ModeReason);
        }
    }

    /// <summary>
    /// Settles the number of workers, unless it has been: for as long as the flow tables live, because which worker a flow belongs to follows from it. More queues are then shared
    /// out to the same workers; workers without a queue take part in deciding.
    /// </summary>
    private void MakeFlowTables(IReadOnlyList<InterfaceQueue> queues)
    {
        if (_flows.Tables.Count != 0)
            return;
        int workers = _options.Workers > 0 ? _options.MostWorkers : Math.Min(queues.Max(queue => queue.Queue) + 1, _options.MostWorkers);
        Span<byte> seed = stackalloc byte[32];
        RandomNumberGenerator.Fill(seed);
        _flows.MakeTables(workers, _options.FlowCapacity, FlowHash.FromSeed(seed), Now());
        _log.LogInformation("{Workers} workers, for {Queues} queues", workers, queues.Count);
    }

    private bool ClosePorts()
    {
        if (_ports is not { } ports)
            return true;
        ports.Stop();
        _workers?.StopAndWait();
        bool quiet = ports.Ports.Quiesce(QuiescePatience);
        FrameAccount account = ports.Ports.Account(held: 0);
        if (account.Lost == 0 && quiet)
            _log.LogInformation("all frames accounted for: {Account}", account);
        else
            _log.LogError("frames lost track of, or still on their way: {Account}", account);
        ports.Dispose();
        _workers?.Dispose();
        _workers = null;
        _ports = null;
        return account.Lost == 0;
    }
}
