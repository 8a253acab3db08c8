using System.Runtime.CompilerServices;
using FastLb.Native.Xdp;

namespace FastLb.PacketIO.AfXdp;

/// <summary>
/// The ring by which we give the kernel chunks to receive into. Entries are UMEM offsets anywhere in a chunk. One thread at a time.
/// The kernel's end: <c>xskq_cons_peek_addr_unchecked</c> and <c>xskq_cons_read_addr_unchecked</c>.
/// </summary>
public sealed unsafe class FillRing
{
    private readonly ulong* _entries;
    private readonly uint* _flags;
    private readonly uint _mask;
    private ProducerCursor _cursor;

    /// <param name="memory">The ring; its indices may have any value.</param>
    public FillRing(RingMemory memory)
    {
        _cursor = new ProducerCursor(RingMemory.Checked(memory));
        _entries = (ulong*)memory.Entries;
        _flags = (uint*)memory.Flags;
        _mask = memory.Size - 1;
    }

    /// <summary>Index after the last entry reserved; wraps.</summary>
    public uint Reserved => _cursor.Reserved;

    /// <summary>Chunks in the ring that the kernel has not taken. Any thread; exact when nothing moves.</summary>
    public uint Count => _cursor.Outstanding;

    /// <summary>True when the driver waits for a call before it looks into the ring again (xsk_set_rx_need_wakeup).</summary>
    public bool NeedsWakeup => (Volatile.Read(ref *_flags) & XdpUapi.XDP_RING_NEED_WAKEUP) != 0;

    /// <summary>An entry between a <see cref="Reserve"/> and its <see cref="Submit"/>.</summary>
    public ref ulong this[uint index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref _entries[index & _mask];
    }

    /// <summary>Takes up to <paramref name="wanted"/> free entries, starting at <paramref name="index"/>; gives the number taken.</summary>
    public uint Reserve(uint wanted, out uint index) => _cursor.Reserve(wanted, out index);

    /// <summary>Hands all reserved entries to the kernel.</summary>
    public void Submit() => _cursor.Submit();
}
