using FastLb.Dataplane.Pipeline;

namespace FastLb.PacketIO.InMemory;

/// <summary>
/// The far end of an <see cref="InMemoryPort"/>: a test or benchmark puts frames in that the port receives and takes out those it sent. One thread.
/// Behaves as an AF_XDP socket does: frames lie 256 bytes into their chunk, sent frames stay in their chunk until they're completed, and both directions
/// have limited room.
/// </summary>
public sealed class InMemoryLink
{
    /// <summary>Bytes before a received frame in its chunk.</summary>
    public const int Headroom = 256;

    private readonly FrameMemory _frames;
    private readonly Queue<PacketSlot> _arrived;
    private readonly Queue<PacketSlot> _enqueued;
    private readonly Queue<PacketSlot> _sent;
    private readonly Queue<long> _completed;
    private readonly FrameChains _chains;
    private readonly int _capacity;

    /// <param name="index">The port's number among those of all workers.</param>
    /// <param name="frames">The frame memory that the pool's chunks lie in.</param>
    /// <param name="pool">The worker's chunks.</param>
    /// <param name="capacity">Frames that fit into each direction.</param>
    /// <param name="interfaceIndex">The interface that the port is a queue of; null for one of its own.</param>
    public InMemoryLink(ushort index, FrameMemory frames, FramePool pool, int capacity = 1024, int? interfaceIndex = null)
    {
        Index = index;
        InterfaceIndex = interfaceIndex ?? index;
        Pool = pool;
        _frames = frames;
        _chains = new FrameChains(frames, pool.ChunkSize);
        _capacity = capacity;
        _arrived = new Queue<PacketSlot>(capacity);
        _enqueued = new Queue<PacketSlot>(capacity);
        _sent = new Queue<PacketSlot>(capacity);
        _completed = new Queue<long>(capacity);
    }

    /// <summary>The port's number among those of all workers.</summary>
    public ushort Index { get; }

    /// <summary>The interface that the port is a queue of.</summary>
    public int InterfaceIndex { get; }

    /// <summary>The near end.</summary>
    public InMemoryPort Port => new(this);

    /// <summary>Whether the link works; <see cref="PortCondition.LinkDown"/> keeps frames in the transmit queue.</summary>
    public PortCondition Condition { get; set; }

    /// <summary>Chunks that are in one of the link's queues.</summary>
    public int HeldChunks => ChunksOf(_arrived) + ChunksOf(_enqueued) + ChunksOf(_sent) + _completed.Count;

    internal FramePool Pool { get; }

    internal int EnqueuedCount => _enqueued.Count;

    /// <summary>Lets a frame arrive; false when there are too few chunks or no room for it. One that is larger than a chunk takes comes in several.</summary>
    public bool TryDeliver(ReadOnlySpan<byte> frame)
    {
        int most = Pool.ChunkSize - Headroom;
        return TryDeliver(frame[..Math.Min(frame.Length, most)], frame[Math.Min(frame.Length, most)..], most);
    }

    /// <summary>Lets a frame of several chunks arrive, with parts of the caller's choosing.</summary>
    /// <param name="first">Its first part.</param>
    /// <param name="rest">What follows; may be empty.</param>
    /// <param name="partLength">Bytes for each of the further chunks but the last.</param>
    public bool TryDeliver(ReadOnlySpan<byte> first, ReadOnlySpan<byte> rest, int partLength)
    {
        int parts = 1 + ((rest.Length + partLength - 1) / partLength);
        if (first.IsEmpty || parts > FrameChains.MostChunks || parts > Pool.Free || _arrived.Count == _capacity)
            return false;
        int headroom = parts == 1 ? Headroom : Headroom - FrameChains.LinkSize;
        long last = Place(first);
        PacketSlot slot = new() { Offset = last, Length = first.Length, Headroom = (ushort)headroom, IngressPort = Index };
        while (!rest.IsEmpty)
        {
            ReadOnlySpan<byte> part = rest[..Math.Min(partLength, rest.Length)];
            long next = Place(part);
            _chains.Append(ref slot, last, next, part.Length);
            last = next;
            rest = rest[part.Length..];
        }

        _arrived.Enqueue(slot);
        return true;
    }

    /// <summary>Takes the oldest frame that the port sent, copied; its chunk completes. Null when there is none.</summary>
    public byte[]? TakeSent()
    {
        if (!_sent.TryDequeue(out PacketSlot slot))
            return null;
        byte[] copy = new byte[slot.Length + slot.Rest];
        _chains.Gather(in slot, copy);
        Complete(in slot);
        return copy;
    }

    /// <summary>Throws away all frames that the port sent; their chunks complete. Allocates nothing.</summary>
    /// <returns>How many.</returns>
    public int DiscardSent()
    {
        int count = _sent.Count;
        while (_sent.TryDequeue(out PacketSlot slot))
            Complete(in slot);
        return count;
    }

    internal int Receive(Span<PacketSlot> slots)
    {
        int count = 0;
        while (count < slots.Length && _arrived.TryDequeue(out slots[count]))
            count++;
        return count;
    }

    internal bool TryEnqueue(ref readonly PacketSlot slot)
    {
        if (Condition == PortCondition.Gone || _enqueued.Count + _sent.Count + _completed.Count >= _capacity)
            return false;
        if (slot.ChecksumStart != 0)
            ChecksumCompletion.TryComplete(_frames, _chains, in slot);
        _enqueued.Enqueue(slot);
        return true;
    }

    internal FlushOutcome Flush()
    {
        switch (Condition)
        {
            case PortCondition.LinkDown:
                return FlushOutcome.LinkDown;
            case PortCondition.Gone:
                return FlushOutcome.Gone;
            default:
                while (_enqueued.TryDequeue(out PacketSlot slot))
                    _sent.Enqueue(slot);
                return FlushOutcome.Drained;
        }
    }

    internal int Reclaim()
    {
        int count = _completed.Count;
        while (_completed.TryDequeue(out long offset))
            Pool.Return(offset);
        return count;
    }

    private static int ChunksOf(Queue<PacketSlot> frames)
    {
        int chunks = frames.Count;
        foreach (PacketSlot slot in frames)
            chunks += slot.Continuations;
        return chunks;
    }

    private long Place(ReadOnlySpan<byte> part)
    {
        _ = Pool.TryTake(out long chunk); // there are enough: no one else takes from the pool
        part.CopyTo(_frames.Slice(chunk + Headroom, part.Length));
        return chunk + Headroom;
    }

    private void Complete(in PacketSlot slot)
    {
        long part = slot.Offset;
        for (int left = slot.Continuations; left > 0; left--)
        {
            _completed.Enqueue(part);
            _chains.Next(part, out part, out _);
        }

        _completed.Enqueue(part);
    }
}
