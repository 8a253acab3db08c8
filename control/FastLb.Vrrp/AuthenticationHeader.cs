using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using FastLb.Wire;

namespace FastLb.Vrrp;

/// <summary>
/// The IPsec authentication header of version 2 (RFC 2338 §5.3.6.3, RFC 2402) with HMAC-MD5-96 (RFC 2403), between the IPv4 header and the advertisement. As keepalived has it,
/// its security parameters index is the source address, and its key the eight bytes of the password.
/// </summary>
internal static class AuthenticationHeader
{
    /// <summary>Bytes: twelve of fields and twelve of the integrity check value.</summary>
    public const int Length = ValueOffset + ValueLength;

    private const int NextHeader = 0, PayloadLength = 1, Reserved = 2, ParametersIndex = 4, SequenceNumber = 8, ValueOffset = 12;
    private const int ValueLength = 12;

    /// <summary>In 32-bit words, less two (RFC 2402 §2.2).</summary>
    private const byte LengthField = (Length / 4) - 2;

    /// <summary>Writes the header behind an IPv4 header without options; what stands behind it has to be there.</summary>
    public static void Write(Span<byte> packet, VrrpPassword key, uint sequence)
    {
        Span<byte> header = packet.Slice(Ipv4View.MinimumHeaderLength, Length);
        header[NextHeader] = (byte)IpProtocol.Vrrp;
        header[PayloadLength] = LengthField;
        header[Reserved..ParametersIndex].Clear();
        packet.Slice(Ipv4Offset.Source, 4).CopyTo(header[ParametersIndex..]);
        BinaryPrimitives.WriteUInt32BigEndian(header[SequenceNumber..], sequence);
        header[ValueOffset..].Clear();
        Span<byte> value = stackalloc byte[ValueLength];
        ComputeValue(packet, key, value);
        value.CopyTo(header[ValueOffset..]);
    }

    /// <summary>Checks the header behind an IPv4 header (RFC 2402 §3.4).</summary>
    /// <param name="packet">The whole packet, as long as its total length says; it is left as it is.</param>
    /// <param name="ipHeaderLength">Bytes of the IPv4 header.</param>
    /// <param name="key">The configured one.</param>
    /// <param name="last">The greatest sequence number heard before.</param>
    /// <param name="sequence">That of the header.</param>
    public static DiscardReason Check(Span<byte> packet, int ipHeaderLength, VrrpPassword key, uint last, out uint sequence)
    {
        sequence = 0;
        if (packet.Length < ipHeaderLength + Length)
            return DiscardReason.Truncated;
        Span<byte> header = packet.Slice(ipHeaderLength, Length);
        if (header[NextHeader] != (byte)IpProtocol.Vrrp)
            return DiscardReason.NotVrrp;
        if (header[PayloadLength] != LengthField || !header.Slice(ParametersIndex, 4).SequenceEqual(packet.Slice(Ipv4Offset.Source, 4)))
            return DiscardReason.AuthenticationFailed;
        Span<byte> received = stackalloc byte[ValueLength];
        Span<byte> computed = stackalloc byte[ValueLength];
        header[ValueOffset..].CopyTo(received);
        header[ValueOffset..].Clear();
        ComputeValue(packet, key, computed);
        received.CopyTo(header[ValueOffset..]);
        if (!CryptographicOperations.FixedTimeEquals(received, computed))
            return DiscardReason.AuthenticationFailed;
        sequence = BinaryPrimitives.ReadUInt32BigEndian(header[SequenceNumber..]);
        return sequence > last ? DiscardReason.None : DiscardReason.Replayed;
    }

    /// <summary>
    /// The first 96 bits of HMAC-MD5 over the packet, in which what routers may change counts as zero (RFC 2402 §3.3.3.1.1.1): type of service, flags and fragment offset, time to
    /// live, checksum.
    /// </summary>
    [SuppressMessage("Security", "CA5351:Do not use broken cryptographic algorithms", Justification = "It is what other directors speak.")]
    private static void ComputeValue(Span<byte> packet, VrrpPassword key, Span<byte> value)
    {
        Span<byte> saved = stackalloc byte[12];
        packet[..12].CopyTo(saved);
        packet[Ipv4Offset.TypeOfService] = 0;
        packet.Slice(Ipv4Offset.Fragment, 2).Clear();
        packet[Ipv4Offset.TimeToLive] = 0;
        packet.Slice(Ipv4Offset.Checksum, 2).Clear();
        Span<byte> keyBytes = stackalloc byte[VrrpPassword.Length];
        key.Write(keyBytes);
        Span<byte> digest = stackalloc byte[HMACMD5.HashSizeInBytes];
        HMACMD5.HashData(keyBytes, packet, digest);
        saved.CopyTo(packet);
        digest[..value.Length].CopyTo(value);
    }

    private static class Ipv4Offset
    {
        public const int TypeOfService = 1, Fragment = 6, TimeToLive = 8, Checksum = 10, Source = 12;
    }
}
