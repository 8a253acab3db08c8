using System.Runtime.CompilerServices;

namespace FastLb.PacketIO.AfXdp;

/// <summary>
/// Our end of a ring that we fill and the kernel empties. The rules are those at the head of the kernel's <c>net/xdp/xsk_queue.h</c>: (A) see the consumer
/// index, store entries, (B) publish the producer index; (A) pairs with the kernel's (D), (B) with its (C).
/// Both ends' indices are kept in private copies, so that the shared cache lines are touched once per batch. One thread at a time.
/// </summary>
internal unsafe struct ProducerCursor
{
    private readonly uint* _producer;
    private readonly uint* _consumer;
    private readonly uint _size;
    private uint _consumerSeen;

    public ProducerCursor(in RingMemory ring)
    {
        _producer = (uint*)ring.Producer;
        _consumer = (uint*)ring.Consumer;
        _size = ring.Size;
        Reserved = *_producer;
        _consumerSeen = *_consumer;
    }

    /// <summary>Index after the last entry reserved.</summary>
    public uint Reserved { get; private set; }

    /// <summary>Entries, published or not, that the kernel has not taken yet.</summary>
    public readonly uint Outstanding => Reserved - Volatile.Read(ref *_consumer);

    /// <summary>Takes up to <paramref name="wanted"/> free entries, starting at <paramref name="index"/>; gives the number taken.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Reserve(uint wanted, out uint index)
    {
        uint free = _size - (Reserved - _consumerSeen);
        if (free < wanted)
        {
            // (A): pairs with (D), the kernel's smp_store_release in __xskq_cons_release. An entry seen as free has been read by the kernel.
            _consumerSeen = Volatile.Read(ref *_consumer);
            free = _size - (Reserved - _consumerSeen);
        }

        uint granted = Math.Min(free, wanted);
        index = Reserved;
        Reserved += granted;
        return granted;
    }

    /// <summary>Takes exactly <paramref name="wanted"/> entries, starting at <paramref name="index"/>; false, and none taken, when fewer are free.</summary>
    public bool TryReserve(uint wanted, out uint index)
    {
        index = Reserved;
        if (_size - (Reserved - _consumerSeen) < wanted)
        {
            _consumerSeen = Volatile.Read(ref *_consumer); // (A), as above
            if (_size - (Reserved - _consumerSeen) < wanted)
                return false;
        }

        Reserved += wanted;
        return true;
    }

    /// <summary>Publishes all that was reserved and, by now, written.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Submit()
    {
        // (B): pairs with (C), the kernel's smp_load_acquire in __xskq_cons_peek. A kernel that sees the index sees the entries.
        Volatile.Write(ref *_producer, Reserved);
    }
}
