using FastLb.Dataplane;
using FastLb.Dataplane.Pipeline;

namespace FastLb.PacketIO.Workers;

/// <summary>
/// Frames that wait for a neighbour entry: few, for a short time, as the kernel's own queue for unresolved neighbours. Owned by the worker.
/// </summary>
public sealed class HeldFrames
{
    /// <summary>Chunks, and thus frames, that may wait in all.</summary>
    public const int Capacity = 256;

    /// <summary>Frames that may wait for one adjacency.</summary>
    public const int PerAdjacency = 32;

    /// <summary>How long a frame waits.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly PacketSlot[] _slots = new PacketSlot[Capacity];
    private readonly MonotonicTime[] _deadlines = new MonotonicTime[Capacity];

    /// <summary>Frames that wait.</summary>
    public int Count { get; private set; }

    /// <summary>The chunks that they take.</summary>
    public int Chunks { get; private set; }

    /// <summary>The frames, to be processed again in place.</summary>
    internal Span<PacketSlot> Slots => _slots.AsSpan(0, Count);

    /// <summary>When the frame at a place gives up.</summary>
    internal MonotonicTime Deadline(int place) => _deadlines[place];

    /// <summary>When the first of them gives up; only when there is one. Frames come in the order of their deadlines.</summary>
    internal MonotonicTime NextDeadline => _deadlines[0];

    /// <summary>Takes a frame in, unless too many wait already, in all or for the same adjacency.</summary>
    internal bool TryAdd(in PacketSlot slot, MonotonicTime now)
    {
        int waiting = 0;
        foreach (ref readonly PacketSlot held in Slots)
            waiting += held.Adjacency == slot.Adjacency ? 1 : 0;
        if (Chunks + slot.Continuations >= Capacity || waiting == PerAdjacency)
            return false;
        Chunks += 1 + slot.Continuations;
        _slots[Count] = slot;
        _deadlines[Count++] = now + Patience;
        return true;
    }

    /// <summary>Keeps the frames at those places for which <paramref name="keep"/> says so, in their order.</summary>
    internal void Retain(ReadOnlySpan<bool> keep)
    {
        int kept = 0;
        Chunks = 0;
        for (int place = 0; place < Count; place++)
        {
            if (!keep[place])
                continue;
            Chunks += 1 + _slots[place].Continuations;
            _slots[kept] = _slots[place];
            _deadlines[kept++] = _deadlines[place];
        }

        Count = kept;
    }
}
