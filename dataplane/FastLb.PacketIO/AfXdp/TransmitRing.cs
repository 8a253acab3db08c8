using System.Runtime.CompilerServices;
using FastLb.Native.Xdp;

namespace FastLb.PacketIO.AfXdp;

/// <summary>
/// The ring by which we give the kernel frames to send. One thread at a time. The kernel's end: <c>xskq_cons_peek_desc</c>, which skips descriptors that
/// leave their chunk: their frames would never complete.
/// </summary>
public sealed unsafe class TransmitRing
{
    private readonly xdp_desc* _entries;
    private readonly uint* _flags;
    private readonly uint _mask;
    private ProducerCursor _cursor;

    /// <param name="memory">The ring; its indices may have any value.</param>
    public TransmitRing(RingMemory memory)
    {
        _cursor = new ProducerCursor(RingMemory.Checked(memory));
        _entries = (xdp_desc*)memory.Entries;
        _flags = (uint*)memory.Flags;
        _mask = memory.Size - 1;
    }

    /// <summary>Index after the last entry reserved; wraps.</summary>
    public uint Reserved => _cursor.Reserved;

    /// <summary>Frames in the ring, published or not, that the kernel has not taken. Any thread; exact when nothing moves.</summary>
    public uint Count => _cursor.Outstanding;

    /// <summary>True when the kernel must be called to work off the ring: always in copy mode, else when the driver sleeps (xsk_set_tx_need_wakeup).</summary>
    public bool NeedsWakeup => (Volatile.Read(ref *_flags) & XdpUapi.XDP_RING_NEED_WAKEUP) != 0;

    /// <summary>An entry between a <see cref="Reserve"/> and its <see cref="Submit"/>.</summary>
    public ref xdp_desc this[uint index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref _entries[index & _mask];
    }

    /// <summary>Takes up to <paramref name="wanted"/> free entries, starting at <paramref name="index"/>; gives the number taken.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Reserve(uint wanted, out uint index) => _cursor.Reserve(wanted, out index);

    /// <summary>Takes <paramref name="wanted"/> entries, starting at <paramref name="index"/>; false, and none taken, when fewer are free.</summary>
    public bool TryReserve(uint wanted, out uint index) => _cursor.TryReserve(wanted, out index);

    /// <summary>Hands all reserved entries to the kernel, which sends them when it is called.</summary>
    public void Submit() => _cursor.Submit();
}
