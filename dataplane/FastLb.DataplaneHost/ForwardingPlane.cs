using System.Diagnostics;
using System.Security.Cryptography;
using FastLb.Dataplane;
using FastLb.Dataplane.Flows;
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
/// All that forwards, put together: flow table, service tables, ports, steering and the worker's thread. Brings them from one desired state to the next. One
/// thread at a time.
/// </summary>
internal sealed class ForwardingPlane : IDisposable
{
    private static readonly TimeSpan QuiescePatience = TimeSpan.FromMilliseconds(500);

    private readonly SharedMemory _flowMemory;
    private readonly FlowTable _flows;
    private readonly ServiceTableBuilder _tables;
    private readonly SteeringTable _steered = SteeringTable.Create();
    private readonly VerdictCounters _verdicts = new();
    private readonly ILogger _log;
    private DesiredState _state = new(0, [], []);
    private AdjacencyState _adjacencies = new([]);
    private OpenPorts? _ports;
    private WorkerThread? _worker;

    private ForwardingPlane(SharedMemory flowMemory, FlowTable flows, ILogger log)
    {
        _flowMemory = flowMemory;
        _flows = flows;
        _tables = new ServiceTableBuilder(flows.Servers);
        _log = log;
    }

    /// <summary>Adopts or makes the flow table; nothing is forwarded yet.</summary>
    public static ForwardingPlane Open(DataplaneOptions options, ILogger log)
    {
        SharedMemory memory = options.FlowTableDescriptor >= 0
            ? SharedMemory.Open(options.FlowTableDescriptor)
            : SharedMemory.Create("fastlb-flows", FlowTableLayout.RequiredBytes(options.FlowCapacity));
        MonotonicTime now = Now();
        if (FlowTable.TryAdopt(memory.Address, memory.Length, now, out FlowTable? flows, out string refusal))
        {
            log.LogInformation("adopted a flow table with {Count} flows", flows!.Count);
        }
        else
        {
            log.LogDebug("a new flow table is made: {Reason}", refusal);
            Span<byte> seed = stackalloc byte[32];
            RandomNumberGenerator.Fill(seed);
            flows = FlowTable.Create(memory.Address, memory.Length, options.FlowCapacity, FlowHash.FromSeed(seed), now);
        }

        return new ForwardingPlane(memory, flows, log);
    }

    /// <summary>Brings everything into this state.</summary>
    public void Apply(DesiredState state)
    {
        ServiceTable table = _tables.Build([.. state.Services.Select(MessageConversion.ToDefinition)], _worker?.AcknowledgedGeneration ?? long.MaxValue);
        _worker?.Publish(table);
        if (_ports is null || !_ports.Interfaces.SequenceEqual(state.Interfaces))
            Reopen(state.Interfaces);
        _steered.SetServices([.. state.Services.Where(service => service.IsSteered).Select(MessageConversion.ToSteered)]);
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
        ServiceTable table = _tables.BuildWithAdjacencies(ways);
        _worker?.Publish(table);
    }

    /// <summary>Completes when the worker has come round, at once when there is none to wait for. Any thread.</summary>
    public Task WorkerTurn() => Volatile.Read(ref _worker)?.Turn() ?? Task.CompletedTask;

    /// <summary>Some of the connections.</summary>
    public async Task<ConnectionsAnswer> ReadConnections(ConnectionsRequest asked)
    {
        var listing = new ConnectionListing(_flows, asked.Position, asked.Filter);
        do
        {
            await (_worker?.ReadFlows(listing.ReadPage) ?? Task.FromResult(listing.ReadPage()));
        }
        while (listing.Take(Now()));
        return new ConnectionsAnswer(asked.Request, listing.Connections, listing.Position);
    }

    /// <summary>The counters of this moment.</summary>
    public async Task<DataplaneStatus> ReadStatus()
    {
        FrameAccount? account = _ports is { } ports && _worker is { } worker ? await worker.ReadAccount(ports.Ports) : null;
        return new DataplaneStatus(
            _state.Generation,
            [.. _state.Services.Select(ReadService)],
            Enum.GetValues<VerdictReason>().Where(reason => reason != VerdictReason.None).ToDictionary(StatusNames.Of, reason => _verdicts[reason]),
            _ports is null ? [] : StatusNames.PortsOf(_ports),
            _ports is null ? [] : [.. _ports.Steering.Select(StatusNames.SteeringOf)],
            StatusNames.FramesOf(account),
            new FlowTableStatus(_flows.Count, _flows.Capacity));
    }

    /// <summary>Gives the frames back to the kernel and comes to rest. False when frames have been lost track of.</summary>
    public bool Stop()
    {
        bool balanced = ClosePorts();
        _steered.SetServices([]);
        return balanced;
    }

    public void Dispose()
    {
        ClosePorts();
        _steered.Dispose();
        _flowMemory.Dispose();
    }

    private static MonotonicTime Now() => new(Stopwatch.GetTimestamp() * (1_000_000_000 / Stopwatch.Frequency));

    private ServiceStatus ReadService(DesiredService service)
    {
        ServiceKey key = MessageConversion.ToDefinition(service).Key;
        _tables.Current.TryFindService(key, out VirtualService? current);
        TrafficCounters counters = current!.Counters;
        return new ServiceStatus(
            service.Address, service.Port, service.Protocol, service.Scheduler, service.Method, service.IsSteered, counters.Connections, counters.Packets, counters.Bytes,
            [.. service.Servers.Select(server => ReadServer(key, server))]);
    }

    private ServerStatus ReadServer(in ServiceKey service, DesiredServer server)
    {
        (int active, int inactive, TrafficCounters counters) = _tables.Usage(new ServerIdentity(service, IpAddress.From(server.Address), server.Port));
        return new ServerStatus(
            server.Address, server.Port, server.Weight, active, inactive, counters.Connections, counters.Packets, counters.Bytes);
    }

    // The worker first, then the sockets into the programs: no frame arrives before there is someone to take it.
    private void Reopen(IReadOnlyList<DesiredInterface> interfaces)
    {
        ClosePorts();
        if (interfaces.Count == 0)
            return;
        _ports = OpenPorts.Open(interfaces, _steered, _log);
        var pipeline = new PacketPipeline(_ports.Ports.Umem.Frames, _flows, FlowTimeouts.Default, _verdicts);
        _worker = WorkerThread.Start(_ports.Ports, pipeline, _flows, _tables.Current);
        try
        {
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

    private bool ClosePorts()
    {
        if (_ports is not { } ports)
            return true;
        ports.Stop();
        _worker?.StopAndWait();
        bool quiet = ports.Ports.Quiesce(QuiescePatience);
        FrameAccount account = ports.Ports.Account(held: 0);
        if (account.Lost == 0 && quiet)
            _log.LogInformation("all frames accounted for: {Account}", account);
        else
            _log.LogError("frames lost track of, or still on their way: {Account}", account);
        ports.Dispose();
        _worker?.Dispose();
        _worker = null;
        _ports = null;
        return account.Lost == 0;
    }
}
