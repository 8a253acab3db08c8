using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastLb.Dataplane.Pipeline;

namespace FastLb.PacketIO;

/// <summary>
/// Frames that one chunk doesn't take (jumbo frames) lie in several. Each chunk but the last tells in its first bytes, before its part of the frame, where the next part
/// lies, so that a chain goes wherever its <see cref="PacketSlot"/> goes, also to another worker, and its length has no other bound than <see cref="MostChunks"/>.
/// Whoever owns the frame owns all of its chunks. Frames of one chunk have no link, and nothing here touches them.
/// </summary>
/// <param name="frames">Where the frames lie.</param>
/// <param name="chunkSize">Bytes per chunk, a power of two.</param>
public readonly struct FrameChains(FrameMemory frames, int chunkSize)
{
    /// <summary>
    /// Chunks that a frame may have: enough for the largest IP packet with a VLAN tag, 65,553 bytes, of which the kernel puts 1,792 into each chunk of 2,048
    /// (<c>xsk_pool_get_rx_frame_size</c>).
    /// </summary>
    public const int MostChunks = 37;

    /// <summary>Chunks of a frame that the kernel sends as one (<c>MAX_SKB_FRAGS + 1</c>, net/xdp/xsk.c).</summary>
    public const int MostSentChunks = 18;

    /// <summary>Bytes at the start of a chunk that its link takes: no part of the frame, nor its headroom, may lie there.</summary>
    public const int LinkSize = 16;

    private readonly long _chunkMask = ~((long)chunkSize - 1);

    /// <summary>Puts a further chunk at the end of a frame's chain; the slot tells of it then.</summary>
    /// <param name="slot">The frame.</param>
    /// <param name="last">Offset of any byte in its last chunk so far.</param>
    /// <param name="offset">Offset of the first byte of the new part.</param>
    /// <param name="length">Bytes in it.</param>
    public void Append(ref PacketSlot slot, long last, long offset, int length)
    {
        LinkAt(last) = new Link { Next = offset, Length = length };
        slot.Rest += length;
        slot.Continuations++;
    }

    /// <summary>Where the part after that at <paramref name="part"/> lies; only when there is one.</summary>
    /// <param name="part">Offset of any byte in a chunk of a chain.</param>
    /// <param name="offset">Offset of the next part.</param>
    /// <param name="length">Bytes in it.</param>
    public void Next(long part, out long offset, out int length)
    {
        ref readonly Link link = ref LinkAt(part);
        offset = link.Next;
        length = link.Length;
    }

    /// <summary>Returns all chunks of a frame to the pool.</summary>
    public void Free(in PacketSlot slot, FramePool pool)
    {
        FreeAfter(slot.Offset, slot.Continuations, pool);
        pool.Return(slot.Offset);
    }

    /// <summary>Ends a chain where <see cref="PacketSlot.Rest"/> says that the frame ends: shortens its last part and frees the chunks behind it.</summary>
    public void Trim(ref PacketSlot slot, FramePool pool)
    {
        long last = slot.Offset;
        int left = slot.Rest;
        ushort kept = 0;
        while (kept < slot.Continuations && left > 0)
        {
            ref Link link = ref LinkAt(last);
            link.Length = Math.Min(link.Length, left);
            left -= link.Length;
            last = link.Next;
            kept++;
        }

        FreeAfter(last, slot.Continuations - kept, pool);
        slot.Continuations = kept;
    }

    /// <summary>Copies a whole frame together.</summary>
    /// <param name="slot">The frame.</param>
    /// <param name="buffer">Room for it.</param>
    /// <returns>The frame, in <paramref name="buffer"/>.</returns>
    public Span<byte> Gather(in PacketSlot slot, Span<byte> buffer)
    {
        frames.Slice(slot.Offset, slot.Length).CopyTo(buffer);
        int at = slot.Length;
        long part = slot.Offset;
        for (int i = 0; i < slot.Continuations; i++)
        {
            Next(part, out part, out int length);
            frames.Slice(part, length).CopyTo(buffer[at..]);
            at += length;
        }

        return buffer[..at];
    }

    private void FreeAfter(long part, int count, FramePool pool)
    {
        // A chunk that was returned is written to by no one before the worker's round ends, so that its link may still be read.
        for (; count > 0; count--)
        {
            Next(part, out part, out _);
            pool.Return(part);
        }
    }

    private ref Link LinkAt(long offset) => ref MemoryMarshal.AsRef<Link>(frames.Slice(offset & _chunkMask, Unsafe.SizeOf<Link>()));

    [StructLayout(LayoutKind.Sequential, Size = LinkSize)]
    private struct Link
    {
        public long Next;
        public int Length;
    }
}
