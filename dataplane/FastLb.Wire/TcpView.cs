using System.Buffers.Binary;

namespace FastLb.Wire;

/// <summary>The control bits of a TCP header (RFC 9293 §3.1).</summary>
[Flags]
public enum TcpFlags : byte
{
    None = 0,
    Fin = 0x01,
    Syn = 0x02,
    Reset = 0x04,
    Push = 0x08,
    Acknowledgment = 0x10,
}

/// <summary>A TCP header laid over bytes it does not own (RFC 9293 §3.1).</summary>
public readonly ref struct TcpView
{
    /// <summary>Bytes of a header without options.</summary>
    public const int MinimumHeaderLength = 20;

    /// <summary>Where the checksum stands in the header.</summary>
    public const int ChecksumOffset = Offset.Checksum;

    private readonly Span<byte> _bytes;

    private TcpView(Span<byte> bytes) => _bytes = bytes;

    public ushort SourcePort => BinaryPrimitives.ReadUInt16BigEndian(_bytes[Offset.SourcePort..]);

    public ushort DestinationPort => BinaryPrimitives.ReadUInt16BigEndian(_bytes[Offset.DestinationPort..]);

    public uint SequenceNumber => BinaryPrimitives.ReadUInt32BigEndian(_bytes[Offset.SequenceNumber..]);

    /// <summary>The control bits; those of ECN are left out.</summary>
    public TcpFlags Flags => (TcpFlags)(_bytes[Offset.Flags] & 0x1F);

    public ushort Checksum => BinaryPrimitives.ReadUInt16BigEndian(_bytes[Offset.Checksum..]);

    /// <summary>
    /// On success no accessor can throw. A data offset beyond the segment is let through, as IPVS does: no more than the fixed header is read here.
    /// </summary>
    public static bool TryParse(Span<byte> segment, out TcpView tcp)
    {
        bool whole = segment.Length >= MinimumHeaderLength;
        tcp = whole ? new TcpView(segment) : default;
        return whole;
    }

    private static class Offset
    {
        public const int SourcePort = 0, DestinationPort = 2, SequenceNumber = 4, Flags = 13, Checksum = 16;
    }
}
