using System.Runtime.CompilerServices;
using FastLb.Native.Xdp;

namespace FastLb.PacketIO.AfXdp;

/// <summary>The ring by which the kernel gives us received frames. One thread at a time. The kernel's end: <c>xskq_prod_reserve_desc</c>.</summary>
public sealed unsafe class ReceiveRing
{
    private readonly xdp_desc* _entries;
    private readonly uint _mask;
    private ConsumerCursor _cursor;

    /// <param name="memory">The ring; its indices may have any value.</param>
    public ReceiveRing(RingMemory memory)
    {
        _cursor = new ConsumerCursor(RingMemory.Checked(memory));
        _entries = (xdp_desc*)memory.Entries;
        _mask = memory.Size - 1;
    }

    /// <summary>Index after the last entry given back; wraps.</summary>
    public uint Released => _cursor.Released;

    /// <summary>Chunks in the ring. Any thread; exact when nothing moves.</summary>
    public uint Count => _cursor.Present;

    /// <summary>An entry between a <see cref="Peek"/> and its <see cref="Release"/>.</summary>
    public ref readonly xdp_desc this[uint index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref _entries[index & _mask];
    }

    /// <summary>Shows up to <paramref name="wanted"/> received frames or parts of them, the first at <paramref name="index"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Peek(uint wanted, out uint index) => _cursor.Peek(wanted, out index);

    /// <summary>Gives the first <paramref name="count"/> entries peeked at back to the kernel; the frames themselves stay ours.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Release(uint count) => _cursor.Release(count);
}
