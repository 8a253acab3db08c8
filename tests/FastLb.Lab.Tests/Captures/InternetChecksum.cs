using System.Buffers.Binary;

namespace FastLb.Lab.Tests.Captures;

/// <summary>
/// The Internet checksum by the book (RFC 1071), over all bytes each time. Kept apart from the product's own, incremental one, so that a fault
/// there cannot hide here.
/// </summary>
internal static class InternetChecksum
{
    /// <summary>Ones' complement sum of big-endian 16-bit words, folded, not complemented; an odd last byte is padded with zero.</summary>
    public static ushort Sum(ReadOnlySpan<byte> bytes, uint initial = 0)
    {
        uint sum = initial;
        for (; bytes.Length >= 2; bytes = bytes[2..])
            sum += BinaryPrimitives.ReadUInt16BigEndian(bytes);
        if (bytes.Length == 1)
            sum += (uint)bytes[0] << 8;
        while (sum > ushort.MaxValue)
            sum = (sum & ushort.MaxValue) + (sum >> 16);
        return (ushort)sum;
    }
}
