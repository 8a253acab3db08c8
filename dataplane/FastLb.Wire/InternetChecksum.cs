using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FastLb.Wire;

/// <summary>
/// The one's-complement checksum of IPv4, TCP, UDP and ICMP (RFC 1071), and its incremental update (RFC 1624).
/// A <em>sum</em> here is folded to 16 bits and not complemented; a <em>checksum</em> is the complement that stands in the header.
/// Numbers are those read big-endian from the wire.
/// </summary>
public static class InternetChecksum
{
    /// <summary>The folded sum of <paramref name="bytes"/>, an odd last octet padded with zero (RFC 1071 §1).</summary>
    public static ushort Sum(ReadOnlySpan<byte> bytes)
    {
        // The sum does not depend on byte order but for a final swap (RFC 1071 §2 B). Halves of native 64-bit words go to two sums that
        // no packet is long enough to overflow, so that no carry has to be waited for.
        ulong low = 0;
        ulong high = 0;
        while (bytes.Length >= sizeof(ulong))
        {
            ulong word = MemoryMarshal.Read<ulong>(bytes);
            low += (uint)word;
            high += word >> 32;
            bytes = bytes[sizeof(ulong)..];
        }

        if (bytes.Length >= sizeof(uint))
        {
            low += MemoryMarshal.Read<uint>(bytes);
            bytes = bytes[sizeof(uint)..];
        }

        if (bytes.Length >= sizeof(ushort))
        {
            low += MemoryMarshal.Read<ushort>(bytes);
            bytes = bytes[sizeof(ushort)..];
        }

        if (!bytes.IsEmpty)
            low += BitConverter.IsLittleEndian ? bytes[0] : (uint)bytes[0] << 8;

        ulong half = (low & 0xFFFF_FFFF) + (low >> 32) + (high & 0xFFFF_FFFF) + (high >> 32);
        ushort folded = Fold((half & 0xFFFF) + ((half >> 16) & 0xFFFF) + (half >> 32));
        return BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(folded) : folded;
    }

    /// <summary>Folds carries until 16 bits are left.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ushort Fold(ulong sum)
    {
        sum = (sum & 0xFFFF) + (sum >> 16);
        sum = (sum & 0xFFFF) + (sum >> 16);
        sum = (sum & 0xFFFF) + (sum >> 16);
        return (ushort)((sum & 0xFFFF) + (sum >> 16));
    }

    /// <summary>
    /// The sum of the pseudo-header of TCP and UDP over IPv4 (RFC 9293 §3.1, RFC 768). It is also what a sender that leaves the checksum to
    /// hardware puts into the checksum field, uncomplemented.
    /// </summary>
    /// <param name="source">Source address as a number.</param>
    /// <param name="destination">Destination address as a number.</param>
    /// <param name="protocol">TCP or UDP.</param>
    /// <param name="length">Bytes of the transport header and its payload.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ushort PseudoHeaderSum(uint source, uint destination, IpProtocol protocol, int length) =>
        Fold((ulong)(source >> 16) + (source & 0xFFFF) + (destination >> 16) + (destination & 0xFFFF) + (byte)protocol + (uint)length);

    /// <summary>
    /// What a change of 16 bits that a checksum covers adds to the sum, not folded (~m + m' in RFC 1624 eqn 3). Several differences may be added up.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Difference(ushort old, ushort now) => (uint)(ushort)~old + now;

    /// <summary>What a change of 32 bits that a checksum covers adds to the sum, not folded.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Difference(uint old, uint now) => (~old >> 16) + (~old & 0xFFFF) + (now >> 16) + (now & 0xFFFF);

    /// <summary>The checksum after what it covers has changed by a <see cref="Difference(uint, uint)"/> (RFC 1624 eqn 3).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ushort Update(ushort checksum, uint difference) => (ushort)~Fold((ulong)(ushort)~checksum + difference);

    /// <summary>The sum, not complemented, after what it covers has changed by a <see cref="Difference(uint, uint)"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ushort UpdateSum(ushort sum, uint difference) => Fold((ulong)sum + difference);
}
