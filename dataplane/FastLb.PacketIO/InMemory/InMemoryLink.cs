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
    public int HeldChunks => _arrived.Count + _enqueued.Count + _sent.Count + _completed.Count;

    internal FramePool Pool { get; }

    internal int EnqueuedCount => _enqueued.Count;

    /// <summary>Lets a frame arrive; false when there is no chunk or no room for it, or it is larger than a chunk takes.</summary>
    public bool TryDeliver(ReadOnlySpan<byte> frame)
    {
        if (frame.IsEmpty || frame.Length > Pool.ChunkSize - Headroom || _arrived.Count == _capacity || !Pool.TryTake(out long chunk))
            return false;
        frame.CopyTo(_frames.Slice(chunk + Headroom, frame.Length));
        _arrived.Enqueue(new PacketSlot { Offset = chunk + Headroom, Length = frame.Length, Headroom = Headroom, IngressPort = Index });
        return true;
    }

    /// <summary>Takes the oldest frame that the port sent, copied; its chunk completes. Null when there is none.</summary>
    public byte[]? TakeSent()
    {
        if (!_sent.TryDequeue(out PacketSlot slot))
            return null;
        byte[] copy = _frames.Slice(slot.Offset, slot.Length).ToArray();
        _completed.Enqueue(slot.Offset);
        return copy;
    }

    /// <summary>Throws away all frames that the port sent; their chunks complete. Allocates nothing.</summary>
    /// <returns>How many.</returns>
    public int DiscardSent()
    {
        int count = _sent.Count;
        while (_sent.TryDequeue(out PacketSlot slot))
            _completed.Enqueue(slot.Offset);
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
            ChecksumCompletion.TryComplete(_frames.Slice(slot.Offset, slot.Length), slot.ChecksumStart, slot.ChecksumOffset);
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
}
