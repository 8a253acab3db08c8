using System.Runtime.CompilerServices;

namespace FastLb.PacketIO.AfXdp;

/// <summary>
/// The ring by which the kernel gives back chunks whose frames have been sent or dropped by the device. Entries are the UMEM offsets of the frames' descriptors.
/// One thread at a time. The kernel's end: <c>xskq_prod_submit_addr</c>; it takes no frame to send for which this ring has no room.
/// </summary>
public sealed unsafe class CompletionRing
{
    private readonly ulong* _entries;
    private readonly uint _mask;
    private ConsumerCursor _cursor;

    /// <param name="memory">The ring; its indices may have any value.</param>
    public CompletionRing(RingMemory memory)
    {
        _cursor = new ConsumerCursor(RingMemory.Checked(memory));
        _entries = (ulong*)memory.Entries;
        _mask = memory.Size - 1;
    }

    /// <summary>Index after the last entry given back; wraps.</summary>
    public uint Released => _cursor.Released;

    /// <summary>Chunks in the ring. Any thread; exact when nothing moves.</summary>
    public uint Count => _cursor.Present;

    /// <summary>An entry between a <see cref="Peek"/> and its <see cref="Release"/>.</summary>
    public ulong this[uint index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _entries[index & _mask];
    }

    /// <summary>Shows up to <paramref name="wanted"/> chunks, the first at <paramref name="index"/>.</summary>
    public uint Peek(uint wanted, out uint index) => _cursor.Peek(wanted, out index);

    /// <summary>Gives the first <paramref name="count"/> entries peeked at back to the kernel; the chunks themselves are ours.</summary>
    public void Release(uint count) => _cursor.Release(count);
}
