using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using FastLb.Dataplane.Pipeline;

namespace FastLb.PacketIO;

/// <summary>
/// Completes a partial layer-4 checksum in software, as the kernel's <c>skb_checksum_help</c> does: the field holds the folded sum of the pseudo-header,
/// not inverted; the sum of everything from the start of the transport header is added and the complement stored.
/// </summary>
public static class ChecksumCompletion
{
    /// <summary>Completes the checksum in place.</summary>
    /// <param name="frame">The frame without Ethernet padding: the sum runs to its end.</param>
    /// <param name="start">Offset of the first byte covered.</param>
    /// <param name="offset">Offset of the checksum field from <paramref name="start"/>.</param>
    /// <returns>False, and nothing done, when the field lies outside the frame.</returns>
    public static bool TryComplete(Span<byte> frame, int start, int offset)
    {
        if (start < 0 || offset < 0 || start + offset + sizeof(ushort) > frame.Length)
            return false;
        Span<byte> covered = frame[start..];
        ushort sum = (ushort)~Sum(covered);

        // 0 would mean "no checksum" to UDP; its other representation is right for TCP too (kernel: CSUM_MANGLED_0).
        Unsafe.WriteUnaligned(ref covered[offset], sum == 0 ? (ushort)0xFFFF : sum);
        return true;
    }

    /// <summary>The same for a frame of several chunks, whose first one holds the checksum field.</summary>
    /// <param name="frames">Where the frame lies.</param>
    /// <param name="chains">Knows where its further chunks are.</param>
    /// <param name="slot">The frame, with what <see cref="PacketSlot.ChecksumStart"/> and <see cref="PacketSlot.ChecksumOffset"/> say.</param>
    public static bool TryComplete(FrameMemory frames, FrameChains chains, in PacketSlot slot)
    {
        if (slot.ChecksumStart + slot.ChecksumOffset + sizeof(ushort) > slot.Length)
            return false;
        Span<byte> covered = frames.Slice(slot.Offset, slot.Length)[slot.ChecksumStart..];
        ulong sum = Sum(covered);
        int at = covered.Length;
        long part = slot.Offset;
        for (int i = 0; i < slot.Continuations; i++)
        {
            chains.Next(part, out part, out int length);
            ushort next = Sum(frames.Slice(part, length));

            // A part that begins in the middle of a 16-bit number has its octets the other way round (RFC 1071 §2 (B)).
            sum += (at & 1) == 0 ? next : BinaryPrimitives.ReverseEndianness(next);
            at += length;
        }

        ushort complement = (ushort)~Fold(sum);
        Unsafe.WriteUnaligned(ref covered[slot.ChecksumOffset], complement == 0 ? (ushort)0xFFFF : complement);
        return true;
    }

    /// <summary>
    /// The folded one's complement sum of the bytes taken as 16-bit numbers in the machine's order. The sum's byte order follows that of the numbers
    /// (RFC 1071 §2 (B)), so that storing it in the machine's order puts the right bytes on the wire.
    /// </summary>
    internal static ushort Sum(ReadOnlySpan<byte> bytes)
    {
        // Numbers of 32 bits are as good as those of 16: 2^16 is 1 in this arithmetic. 64-bit sums of them don't overflow.
        ref byte first = ref MemoryMarshal.GetReference(bytes);
        int at = 0;
        ulong sum = 0;
        if (Vector256.IsHardwareAccelerated && bytes.Length >= 2 * Vector256<byte>.Count)
        {
            Vector256<ulong> low = Vector256<ulong>.Zero;
            Vector256<ulong> high = Vector256<ulong>.Zero;
            for (; at <= bytes.Length - Vector256<byte>.Count; at += Vector256<byte>.Count)
            {
                Vector256<uint> words = Vector256.LoadUnsafe(ref first, (nuint)at).AsUInt32();
                low += Vector256.WidenLower(words);
                high += Vector256.WidenUpper(words);
            }

            sum = Vector256.Sum(low + high);
        }

        for (; at <= bytes.Length - sizeof(uint); at += sizeof(uint))
            sum += Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref first, at));
        if (at <= bytes.Length - sizeof(ushort))
        {
            sum += Unsafe.ReadUnaligned<ushort>(ref Unsafe.Add(ref first, at));
            at += sizeof(ushort);
        }

        if (at < bytes.Length)
            sum += BitConverter.IsLittleEndian ? bytes[at] : (uint)bytes[at] << 8; // the number's second octet is zero
        return Fold(sum);
    }

    private static ushort Fold(ulong sum)
    {
        sum = (sum & 0xFFFF_FFFF) + (sum >> 32);
        sum = (sum & 0xFFFF_FFFF) + (sum >> 32);
        uint folded = (uint)sum;
        folded = (folded & 0xFFFF) + (folded >> 16);
        return (ushort)((folded & 0xFFFF) + (folded >> 16));
    }
}
