using System.Runtime.CompilerServices;

namespace FastLb.PacketIO.AfXdp;

/// <summary>
/// Our end of a ring that the kernel fills and we empty. The rules are those at the head of the kernel's <c>net/xdp/xsk_queue.h</c>: (C) see the producer
/// index, load entries, (D) publish the consumer index; (C) pairs with the kernel's (B), (D) with its (A). One thread at a time.
/// </summary>
internal unsafe struct ConsumerCursor
{
    private readonly uint* _producer;
    private readonly uint* _consumer;
    private uint _producerSeen;

    public ConsumerCursor(in RingMemory ring)
    {
        _producer = (uint*)ring.Producer;
        _consumer = (uint*)ring.Consumer;
        _producerSeen = *_producer;
        Released = *_consumer;
    }

    /// <summary>Index after the last entry given back.</summary>
    public uint Released { get; private set; }

    /// <summary>Entries that the kernel has published and we have not given back.</summary>
    public readonly uint Present => Volatile.Read(ref *_producer) - Released;

    /// <summary>Shows up to <paramref name="wanted"/> entries, starting at <paramref name="index"/>; they stay ours until <see cref="Release"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Peek(uint wanted, out uint index)
    {
        index = Released;
        uint present = _producerSeen - Released;
        if (present < wanted)
        {
            // (C): pairs with (B), the kernel's smp_store_release in __xskq_prod_submit. Entries before the index have been written.
            _producerSeen = Volatile.Read(ref *_producer);
            present = _producerSeen - Released;
        }

        return Math.Min(present, wanted);
    }

    /// <summary>Gives back the first <paramref name="count"/> of the entries peeked at; they may be overwritten from now on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Release(uint count)
    {
        Released += count;

        // (D): pairs with (A), the kernel's load of the consumer index in xskq_prod_nb_free. Our reads of the entries are done before it sees them free.
        Volatile.Write(ref *_consumer, Released);
    }
}
