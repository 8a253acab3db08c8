using System.Collections.Concurrent;
using System.Diagnostics;
using FastLb.Dataplane;
using FastLb.Dataplane.Flows;
using FastLb.Dataplane.Pipeline;
using FastLb.Dataplane.Services;

namespace FastLb.PacketIO.Workers;

/// <summary>
/// The loop around the pipeline: takes frames from its ports, has them decided, sends or frees them; ends flows whose time is up; sleeps when
/// there is nothing to do. The one place on the packet path that reads the clock. <see cref="Run"/> is its thread; the other members may be called from any.
/// </summary>
/// <typeparam name="TPort">A struct, so that calls are direct.</typeparam>
public sealed class Worker<TPort>
    where TPort : struct, IPacketPort
{
    private const int ExpiryBudget = 256;
    private const int SpinRounds = 40;
    private const int SpinLength = 20;
    private const int IdleMilliseconds = 1000;
    private const int TickMilliseconds = 125;
    private const int RetryMilliseconds = 1;

    private static readonly TimeSpan ProbeInterval = TimeSpan.FromSeconds(1);

    private readonly TPort[] _ports;
    private readonly FramePool _pool;
    private readonly PacketPipeline _pipeline;
    private readonly FlowTable _flows;
    private readonly PortPoller _poller;
    private readonly HeldFrames _held = new();
    private readonly bool[] _keep = new bool[HeldFrames.Capacity];
    private readonly PacketSlot[] _batch = new PacketSlot[PacketPipeline.BatchSize];
    private readonly ConcurrentQueue<Action<int>> _inspections = new();
    private ServiceTable _table;
    private long _acknowledged;
    private long _heldGeneration;
    private MonotonicTime _nextProbe;
    private volatile bool _stopping;

    /// <param name="ports">Its ports, each at the place that its index names.</param>
    /// <param name="pool">The free chunks that the ports share.</param>
    /// <param name="pipeline">Decides; over the same frame memory.</param>
    /// <param name="flows">The pipeline's flows.</param>
    /// <param name="poller">Made for the same ports.</param>
    /// <param name="table">The first service table.</param>
    public Worker(ReadOnlySpan<TPort> ports, FramePool pool, PacketPipeline pipeline, FlowTable flows, PortPoller poller, ServiceTable table)
    {
        _ports = ports.ToArray();
        _pool = pool;
        _pipeline = pipeline;
        _flows = flows;
        _poller = poller;
        _table = table;
    }

    /// <summary>The generation of the table that is in use; no older one will be looked at again.</summary>
    public long AcknowledgedGeneration => Volatile.Read(ref _acknowledged);

    /// <summary>Hands the worker a new table, which it takes up with its next batch.</summary>
    public void Publish(ServiceTable table)
    {
        Volatile.Write(ref _table, table);
        _poller.Wake();
    }

    /// <summary>Has the worker's thread call <paramref name="read"/> between two batches, with the number of frames held; for what only that thread may look at.</summary>
    public Task<T> Inspect<T>(Func<int, T> read)
    {
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _inspections.Enqueue(held => result.SetResult(read(held)));
        _poller.Wake();
        return result.Task;
    }

    /// <summary>Asks <see cref="Run"/> to return soon.</summary>
    public void Stop()
    {
        _stopping = true;
        _poller.Wake();
    }

    /// <summary>Works until <see cref="Stop"/> is called. Frames that still wait are then freed; what was enqueued is left to the ports.</summary>
    public void Run()
    {
        int idleRounds = 0;
        while (!_stopping)
        {
            MonotonicTime now = Now();
            ServiceTable table = Volatile.Read(ref _table);
            int work = RetryHeld(table, now);
            for (int port = 0; port < _ports.Length; port++)
                work += ForwardFrom(port, table, now);
            bool transmitsWait = ServePorts();
            Volatile.Write(ref _acknowledged, table.Generation);
            work += _flows.Expire(now, ExpiryBudget);
            RunInspections();

            if (work != 0)
            {
                idleRounds = 0;
            }
            else if (++idleRounds <= SpinRounds)
            {
                Thread.SpinWait(SpinLength);
            }
            else
            {
                Sleep(transmitsWait, now);
                idleRounds = 0;
            }
        }

        FreeHeld();
        RunInspections();
    }

    private static MonotonicTime Now() => new(Stopwatch.GetTimestamp() * (1_000_000_000 / Stopwatch.Frequency));

    private int ForwardFrom(int port, ServiceTable table, MonotonicTime now)
    {
        int received = _ports[port].Receive(_batch);
        if (received == 0)
            return 0;
        Span<PacketSlot> batch = _batch.AsSpan(0, received);
        _pipeline.Process(batch, table, now);
        foreach (ref PacketSlot slot in batch)
        {
            if (slot.Kind == VerdictKind.Hold)
                Hold(ref slot, table, now);
            else
                Carry(ref slot);
        }

        return received;
    }

    /// <summary>Does what the verdict says, unless it is to hold the frame.</summary>
    private void Carry(ref PacketSlot slot)
    {
        if (slot.Kind == VerdictKind.Forward)
        {
            if (_ports[slot.EgressPort].TryEnqueue(in slot))
                return;
            _pipeline.Verdicts.Recount(slot.Reason, VerdictReason.TransmitRingFull);
        }

        _pool.Return(slot.Offset);
    }

    private void Hold(ref PacketSlot slot, ServiceTable table, MonotonicTime now)
    {
        if (_held.Count == 0)
            _heldGeneration = table.Generation;
        if (_held.TryAdd(slot, now))
            return;
        _pipeline.Verdicts.Count(VerdictReason.AdjacencyQueueFull);
        _pool.Return(slot.Offset);
    }

    /// <summary>Processes held frames again when the table has changed or one of them has waited long enough.</summary>
    private int RetryHeld(ServiceTable table, MonotonicTime now)
    {
        if (_held.Count == 0 || (table.Generation == _heldGeneration && now < _held.NextDeadline))
            return 0;
        _heldGeneration = table.Generation;
        Span<PacketSlot> slots = _held.Slots;
        _pipeline.Process(slots, table, now);
        for (int place = 0; place < slots.Length; place++)
        {
            ref PacketSlot slot = ref slots[place];
            _keep[place] = slot.Kind == VerdictKind.Hold && now < _held.Deadline(place);
            if (_keep[place])
                continue;
            if (slot.Kind == VerdictKind.Hold)
            {
                _pipeline.Verdicts.Count(VerdictReason.AdjacencyUnresolved);
                _pool.Return(slot.Offset);
            }
            else
            {
                Carry(ref slot);
            }
        }

        int before = slots.Length;
        _held.Retain(_keep);
        return before - _held.Count;
    }

    private void FreeHeld()
    {
        foreach (ref readonly PacketSlot slot in _held.Slots)
        {
            _pipeline.Verdicts.Count(VerdictReason.AdjacencyUnresolved);
            _pool.Return(slot.Offset);
        }

        _keep.AsSpan().Clear();
        _held.Retain(_keep);
    }

    /// <summary>Sends what was enqueued, takes back what was sent, lends chunks for receiving. True when frames wait for room.</summary>
    private bool ServePorts()
    {
        bool waiting = false;
        for (int i = 0; i < _ports.Length; i++)
        {
            ref TPort port = ref _ports[i];
            port.Flush();
            port.Reclaim();
            port.Refill();
            waiting |= port.HasWaitingTransmits;
        }

        return waiting;
    }

    private void Sleep(bool transmitsWait, MonotonicTime now)
    {
        int milliseconds = IdleMilliseconds;
        if (_flows.Count != 0)
            milliseconds = TickMilliseconds;
        if (_held.Count != 0)
            milliseconds = (int)Math.Clamp((_held.NextDeadline - now).TotalMilliseconds + 1, 1, milliseconds);
        if (transmitsWait)
            milliseconds = RetryMilliseconds;
        WaitOutcome outcome = _poller.Wait(milliseconds);

        // poll says nothing when an interface is removed, so that idle ports are asked now and then.
        bool ask = (outcome & WaitOutcome.Fault) != WaitOutcome.TimedOut || (outcome == WaitOutcome.TimedOut && now >= _nextProbe);
        if (!ask)
            return;
        _nextProbe = now + ProbeInterval;
        foreach (ref TPort port in _ports.AsSpan())
            port.Probe();
    }

    private void RunInspections()
    {
        while (_inspections.TryDequeue(out Action<int>? inspection))
            inspection(_held.Count);
    }
}
