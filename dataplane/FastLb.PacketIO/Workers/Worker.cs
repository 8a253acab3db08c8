using System.Collections.Concurrent;
using System.Diagnostics;
using FastLb.Dataplane;
using FastLb.Dataplane.Flows;
using FastLb.Dataplane.Pipeline;
using FastLb.Dataplane.Services;
using FastLb.PacketIO.Segmentation;

namespace FastLb.PacketIO.Workers;

/// <summary>
/// The loop around the pipeline: takes frames from its ports, has them decided, sends or frees them; passes those whose flow another worker owns on to it and takes
/// what the others pass on; ends flows whose time is up; sleeps when there is nothing to do. The one place on the packet path that reads the clock.
/// <see cref="Run"/> is its thread; the other public members may be called from any.
/// </summary>
/// <typeparam name="TPort">A struct, so that calls are direct.</typeparam>
public sealed class Worker<TPort>
    where TPort : struct, IPacketPort
{
    private const int IdleExpiryBudget = 256;
    private const int BusyExpiryBudget = 64;
    private const int SpinRounds = 40;
    private const int SpinLength = 20;
    private const int IdleMilliseconds = 1000;
    private const int TickMilliseconds = 125;
    private const int RetryMilliseconds = 1;

    private static readonly TimeSpan ProbeInterval = TimeSpan.FromSeconds(1);

    private readonly TPort[] _ports;
    private readonly EgressTable _egress;
    private readonly FramePool _pool;
    private readonly FrameChains _chains;
    private readonly AggregateSender _aggregates;
    private readonly byte[] _gathered;
    private readonly PacketPipeline _pipeline;
    private readonly FlowTable _flows;
    private readonly IKernelPath _kernel;
    private readonly PortPoller _poller;
    private readonly WorkerLinks _links;
    private readonly HeldFrames _held = new();
    private readonly bool[] _keep = new bool[HeldFrames.Capacity];
    private readonly PacketSlot[] _batch = new PacketSlot[PacketPipeline.BatchSize];
    private readonly ConcurrentQueue<Action<int>> _inspections = new();
    private ServiceTable _table;
    private long _acknowledged;
    private long _handedOver;
    private long _heldGeneration;
    private bool _transmitsWait;
    private MonotonicTime _nextProbe;
    private volatile bool _stopping;

    /// <param name="parts">What the worker owns.</param>
    /// <param name="egress">Which of its ports stands in for which other.</param>
    /// <param name="links">Its ends of the rings between the workers.</param>
    /// <param name="poller">Made for the same ports.</param>
    /// <param name="table">The first service table.</param>
    internal Worker(WorkerParts<TPort> parts, EgressTable egress, WorkerLinks links, PortPoller poller, ServiceTable table)
    {
        _ports = parts.Ports;
        _egress = egress;
        _pool = parts.Pool;
        _chains = new FrameChains(parts.Pipeline.Frames, parts.Pool.ChunkSize);
        _aggregates = new AggregateSender(parts.Pipeline.Frames, _chains, parts.Pool);
        _gathered = new byte[FrameChains.MostChunks * parts.Pool.ChunkSize];
        _pipeline = parts.Pipeline;
        _flows = parts.Flows;
        _kernel = parts.Kernel;
        _links = links;
        _poller = poller;
        _table = table;
    }

    /// <summary>The generation of the table that is in use; no older one will be looked at again.</summary>
    public long AcknowledgedGeneration => Volatile.Read(ref _acknowledged);

    /// <summary>Frames passed on to the owner of their flow.</summary>
    public long HandedOver => Volatile.Read(ref _handedOver);

    /// <summary>Hands the worker a new table, which it takes up with its next batch.</summary>
    public void Publish(ServiceTable table)
    {
        Volatile.Write(ref _table, table);
        _poller.Wake();
    }

    /// <summary>Has the worker's thread call <paramref name="read"/> between two batches, with the number of chunks held; for what only that thread may look at.</summary>
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

    /// <summary>Works until <see cref="Stop"/> is called. What is then between the workers, or still waits, is for <see cref="WorkerGroup{TPort}.Settle"/>.</summary>
    public void Run()
    {
        int idleRounds = 0;
        while (!_stopping)
        {
            MonotonicTime now = Now();
            int work = Round(now);
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
                Sleep(now);
                idleRounds = 0;
            }
        }

        RunInspections();
    }

    /// <summary>Does all that there is to do at this moment, once. The worker's thread.</summary>
    /// <returns>How much it was; 0 for nothing.</returns>
    internal int Round(MonotonicTime now)
    {
        ServiceTable table = Volatile.Read(ref _table);
        int work = RetryHeld(table, now);
        for (int port = 0; port < _ports.Length; port++)
            work += ForwardFrom(port, table, now);
        if (_links.Workers > 1)
            work += ServeOthers(table, now);
        _transmitsWait = ServePorts();
        if (_links.Workers > 1)
            _links.Publish(); // the chunks that were reclaimed
        Volatile.Write(ref _acknowledged, table.Generation);
        return work + _flows.Expire(now, work == 0 ? IdleExpiryBudget : BusyExpiryBudget + work); // no flow comes faster than it can end
    }

    /// <summary>Deals with what the other workers have passed on, without receiving. For when all threads have ended.</summary>
    /// <returns>How much it was.</returns>
    internal int SettleOthers() => ServeOthers(Volatile.Read(ref _table), Now());

    /// <summary>Frees the frames that still wait. For when all threads have ended.</summary>
    internal void FreeHeld()
    {
        foreach (ref readonly PacketSlot slot in _held.Slots)
        {
            _pipeline.Verdicts.Count(VerdictReason.AdjacencyUnresolved);
            Free(in slot);
        }

        _keep.AsSpan().Clear();
        _held.Retain(_keep);
    }

    private static MonotonicTime Now() => new(Stopwatch.GetTimestamp() * (1_000_000_000 / Stopwatch.Frequency));

    private int ForwardFrom(int port, ServiceTable table, MonotonicTime now)
    {
        int received = _ports[port].Receive(_batch);
        if (received == 0)
            return 0;
        Decide(_batch.AsSpan(0, received), table, now);
        return received;
    }

    private void Decide(Span<PacketSlot> batch, ServiceTable table, MonotonicTime now)
    {
        _pipeline.Process(batch, table, now);
        foreach (ref PacketSlot slot in batch)
        {
            if (slot.Kind == VerdictKind.Hold)
                Hold(ref slot, table, now);
            else
                Carry(ref slot);
        }
    }

    /// <summary>Takes what the others have passed on, and shows them what this worker passes on: before the ports are served, which takes its time.</summary>
    private int ServeOthers(ServiceTable table, MonotonicTime now)
    {
        int work = 0;
        for (int other = 0; other < _links.Workers; other++)
        {
            int frames = _links.TakeFrames(other, _batch);
            if (frames != 0)
                Decide(_batch.AsSpan(0, frames), table, now);
            int sends = _links.TakeSends(other, _batch);
            foreach (ref PacketSlot slot in _batch.AsSpan(0, sends))
                Carry(ref slot);
            work += frames + sends;
        }

        _links.TakeChunks(_pool);
        _links.Publish();
        return work;
    }

    /// <summary>Does what the verdict says, unless it is to hold the frame.</summary>
    private void Carry(ref PacketSlot slot)
    {
        if (slot.Kind == VerdictKind.Forward)
        {
            if (slot.Continuations != 0)
                _chains.Trim(ref slot, _pool);
            if (TrySend(in slot, out VerdictReason obstacle))
                return;

            // A frame that another worker decided about was counted by that one: only the sum of all workers' counts is sure not to be below 0.
            if (obstacle != VerdictReason.None)
                _pipeline.Verdicts.Recount(slot.Reason, obstacle);
        }
        else if (slot.Kind == VerdictKind.HandOver)
        {
            if (_links.TryHandOver(in slot))
            {
                Volatile.Write(ref _handedOver, _handedOver + 1);
                return;
            }

            _pipeline.Verdicts.Count(VerdictReason.HandOverRingFull);
        }
        else if (slot.Kind == VerdictKind.Punt
            && !_kernel.TryReturn(WholeFrame(in slot), in slot))
        {
            _pipeline.Verdicts.Recount(slot.Reason, VerdictReason.PuntRefused);
        }

        Free(in slot);
    }

    /// <summary>Enqueues a frame, or passes it on to a worker that can.</summary>
    /// <param name="slot">The frame.</param>
    /// <param name="obstacle">Why it, or some of it, could not be sent.</param>
    /// <returns>False when the frame is still this worker's: it has not been sent, or copies have.</returns>
    private bool TrySend(in PacketSlot slot, out VerdictReason obstacle)
    {
        int place = _egress[slot.EgressPort];
        if (place < 0)
        {
            obstacle = VerdictReason.HandOverRingFull;
            return _links.TrySend(~place, in slot);
        }

        if (slot.SegmentSize != 0)
        {
            obstacle = _aggregates.Send(ref _ports[place], in slot);
            return false;
        }

        bool isSendable = slot.Continuations < FrameChains.MostSentChunks;
        obstacle = isSendable ? VerdictReason.TransmitRingFull : VerdictReason.TooManyChunks;
        return isSendable && _ports[place].TryEnqueue(in slot);
    }

    // The kernel takes a frame in one piece. Few are given back, and fewer of these are large.
    private ReadOnlySpan<byte> WholeFrame(in PacketSlot slot) =>
        slot.Continuations == 0 ? _pipeline.Frames.Slice(slot.Offset, slot.Length) : _chains.Gather(in slot, _gathered);

    private void Free(in PacketSlot slot)
    {
        if (slot.Continuations == 0)
            _pool.Return(slot.Offset);
        else
            _chains.Free(in slot, _pool);
    }

    private void Hold(ref PacketSlot slot, ServiceTable table, MonotonicTime now)
    {
        if (_held.Count == 0)
            _heldGeneration = table.Generation;
        if (_held.TryAdd(slot, now))
            return;
        _pipeline.Verdicts.Count(VerdictReason.AdjacencyQueueFull);
        Free(in slot);
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
                Free(in slot);
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

    private void Sleep(MonotonicTime now)
    {
        int milliseconds = IdleMilliseconds;
        if (_flows.Count != 0)
            milliseconds = TickMilliseconds;
        if (_held.Count != 0)
            milliseconds = (int)Math.Clamp((_held.NextDeadline - now).TotalMilliseconds + 1, 1, milliseconds);
        if (_transmitsWait)
            milliseconds = RetryMilliseconds;
        if (!_links.TryFallAsleep(hungry: _pool.Free == 0))
            return;
        WaitOutcome outcome = _poller.Wait(milliseconds);
        _links.WakeUp();

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
            inspection(_held.Chunks);
    }
}
