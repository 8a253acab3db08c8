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

    private const byte UrgentBit = 0x20;
    private const byte CongestionWindowReducedBit = 0x80;

    private readonly Span<byte> _bytes;

    private TcpView(Span<byte> bytes) => _bytes = bytes;

    public ushort SourcePort => BinaryPrimitives.ReadUInt16BigEndian(_bytes[Offset.SourcePort..]);

    public ushort DestinationPort => BinaryPrimitives.ReadUInt16BigEndian(_bytes[Offset.DestinationPort..]);

    public uint SequenceNumber => BinaryPrimitives.ReadUInt32BigEndian(_bytes[Offset.SequenceNumber..]);

    /// <summary>Bytes of the header with its options as it says: up to 60, and below 20 in a malformed one.</summary>
    public int HeaderLength => (_bytes[Offset.DataOffset] >> 4) * 4;

    /// <summary>The control bits; those of ECN and URG are left out.</summary>
    public TcpFlags Flags => (TcpFlags)(_bytes[Offset.Flags] & 0x1F);

    /// <summary>The URG flag.</summary>
    public bool IsUrgent => (_bytes[Offset.Flags] & UrgentBit) != 0;

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

    /// <summary>
    /// Makes a copy of an aggregate's header that of one of its segments, as the kernel's <c>tcp_gso_segment</c> does: CWR stays with the first one alone, FIN and PSH
    /// with the last. The checksum becomes a partial one.
    /// </summary>
    /// <param name="distance">Bytes of the aggregate's payload before the segment's own; 0 for the first segment.</param>
    /// <param name="isLast">Whether no segment follows.</param>
    /// <param name="pseudoHeaderSum">See <see cref="InternetChecksum.PseudoHeaderSum"/>.</param>
    public void BecomeSegment(int distance, bool isLast, ushort pseudoHeaderSum)
    {
        BinaryPrimitives.WriteUInt32BigEndian(_bytes[Offset.SequenceNumber..], SequenceNumber + (uint)distance);
        if (distance != 0)
            _bytes[Offset.Flags] &= unchecked((byte)~CongestionWindowReducedBit);
        if (!isLast)
            _bytes[Offset.Flags] &= unchecked((byte)~(TcpFlags.Fin | TcpFlags.Push));
        BinaryPrimitives.WriteUInt16BigEndian(_bytes[Offset.Checksum..], pseudoHeaderSum);
    }

    private static class Offset
    {
        public const int SourcePort = 0, DestinationPort = 2, SequenceNumber = 4, DataOffset = 12, Flags = 13, Checksum = 16;
    }
}
