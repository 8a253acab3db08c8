using FastLb.Dataplane.Pipeline;

namespace FastLb.PacketIO.Workers;

/// <summary>
/// One worker's ends of the rings to and from the others, and whether it sleeps. What is added to a ring is seen by the other worker after
/// <see cref="Publish"/>, once per round. For the worker's thread, but for what others do to wake it.
/// </summary>
internal sealed class WorkerLinks
{
    private const int ChunkBatch = 64;

    private readonly int _worker;
    private readonly WorkerLinks[] _all;
    private readonly WorkerRings _leaving;
    private readonly WorkerRings _coming;
    private readonly long[] _chunks = new long[ChunkBatch];
    private readonly SleepState _sleep = new();
    private uint _furtherChunksLeft;
    private uint _furtherChunksCome;
    private PortPoller? _poller;

    public WorkerLinks(int worker, WorkerLinks[] all, WorkerRings leaving, WorkerRings coming)
    {
        _worker = worker;
        _all = all;
        _leaving = leaving;
        _coming = coming;
    }

    /// <summary>Number of workers.</summary>
    public int Workers => _all.Length;

    /// <summary>
    /// Chunks that came to this worker, less those that left it, in whatever ring. Exact on its thread, whatever the other workers are doing, because each end of a ring
    /// counts for itself.
    /// </summary>
    public int Surplus
    {
        get
        {
            // The rings' counts wrap, and so does their sum; the result is small.
            uint surplus = _furtherChunksCome - _furtherChunksLeft; // entries of frames stand for one chunk each
            for (int other = 0; other < Workers; other++)
            {
                surplus += Taken(_coming.Frames[other]) + Taken(_coming.Sends[other]) + Taken(_coming.Chunks[other]);
                surplus -= Added(_leaving.Frames[other]) + Added(_leaving.Sends[other]) + Added(_leaving.Chunks[other]);
            }

            return (int)surplus;
        }
    }

    /// <summary>What the others wake this worker by. Once, before any worker runs.</summary>
    public void Join(PortPoller poller) => _poller = poller;

    /// <summary>Passes a frame to the owner of its flow; false when the ring has no room.</summary>
    public bool TryHandOver(in PacketSlot slot) => TryAdd(_leaving.Frames[slot.Worker]!, in slot);

    /// <summary>Passes a frame to a worker that has a port which it can leave by; false when the ring has no room.</summary>
    public bool TrySend(int worker, in PacketSlot slot) => TryAdd(_leaving.Sends[worker]!, in slot);

    /// <summary>Takes frames from another worker that this one is to decide about.</summary>
    public int TakeFrames(int other, Span<PacketSlot> slots) => _coming.Frames[other] is { } ring ? Take(ring, slots) : 0;

    /// <summary>Takes frames from another worker that this one is to send.</summary>
    public int TakeSends(int other, Span<PacketSlot> slots) => _coming.Sends[other] is { } ring ? Take(ring, slots) : 0;

    /// <summary>Takes in the chunks that have come home.</summary>
    public void TakeChunks(FramePool pool)
    {
        foreach (WorkerRing<long>? ring in _coming.Chunks)
        {
            if (ring is null)
                continue;
            int count;
            do
            {
                count = ring.Take(_chunks);
                foreach (long chunk in _chunks.AsSpan(0, count))
                    pool.Return(chunk);
            }
            while (count == ChunkBatch);
        }
    }

    /// <summary>Shows the others what has been added, and wakes those that sleep and have to do with it.</summary>
    public void Publish()
    {
        for (int other = 0; other < Workers; other++)
        {
            if (other == _worker)
                continue;
            bool work = _leaving.Frames[other]!.Publish() | _leaving.Sends[other]!.Publish();
            bool chunks = _leaving.Chunks[other] is { } ring && ring.Publish();
            if (work || chunks)
                _all[other].WakeFor(work);
        }
    }

    /// <summary>
    /// Says that this worker is about to sleep. False when something has come in meanwhile: then it must not. Otherwise whoever publishes something later wakes it.
    /// </summary>
    /// <param name="hungry">Whether chunks that come home are worth waking up for: the ports can't be given all they want.</param>
    public bool TryFallAsleep(bool hungry)
    {
        if (Workers == 1)
            return true;

        // A full barrier: pairs with the one in WakeFor. Either we see here what was published, or the publisher sees that we sleep.
        _sleep.FallAsleep(hungry);
        if (HasIncoming(hungry))
        {
            _sleep.WakeUp();
            return false;
        }

        return true;
    }

    /// <summary>Says that this worker is awake, whoever woke it.</summary>
    public void WakeUp() => _sleep.WakeUp();

    private static uint Taken<T>(WorkerRing<T>? ring)
        where T : unmanaged => ring?.Taken ?? 0;

    private static uint Added<T>(WorkerRing<T>? ring)
        where T : unmanaged => ring?.Added ?? 0;

    private bool TryAdd(WorkerRing<PacketSlot> ring, in PacketSlot slot)
    {
        if (!ring.TryAdd(slot))
            return false;
        _furtherChunksLeft += slot.Continuations;
        return true;
    }

    private int Take(WorkerRing<PacketSlot> ring, Span<PacketSlot> slots)
    {
        int count = ring.Take(slots);
        foreach (ref readonly PacketSlot slot in slots[..count])
            _furtherChunksCome += slot.Continuations;
        return count;
    }

    // By another worker's thread. One system call for each time that the worker falls asleep, not for each publication.
    private void WakeFor(bool work)
    {
        Interlocked.MemoryBarrier(); // pairs with that of TryFallAsleep: what was published before is visible to a worker that we see awake here
        if (_sleep.TryEnd(work))
            _poller!.Wake();
    }

    private bool HasIncoming(bool hungry)
    {
        for (int other = 0; other < Workers; other++)
        {
            if (_coming.Frames[other] is { IsEmpty: false } || _coming.Sends[other] is { IsEmpty: false } || (hungry && _coming.Chunks[other] is { IsEmpty: false }))
                return true;
        }

        return false;
    }
}
