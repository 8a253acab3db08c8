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

    public uint AcknowledgmentNumber => BinaryPrimitives.ReadUInt32BigEndian(_bytes[Offset.AcknowledgmentNumber..]);

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

    /// <summary>Writes a reset without options or payload (RFC 9293 §3.5.2), with its whole checksum.</summary>
    /// <param name="bytes">Room for <see cref="MinimumHeaderLength"/>.</param>
    /// <param name="sourcePort">Its source port.</param>
    /// <param name="destinationPort">Its destination port.</param>
    /// <param name="sequence">Its sequence number.</param>
    /// <param name="acknowledged">What it acknowledges, unless it answers an acknowledgment.</param>
    /// <param name="answersAcknowledgment">Whether the segment that it answers had an ACK: it needs none then.</param>
    /// <param name="source">IPv4 address as a number.</param>
    /// <param name="destination">IPv4 address as a number.</param>
    public static void WriteReset(
        Span<byte> bytes, ushort sourcePort, ushort destinationPort, uint sequence, uint acknowledged, bool answersAcknowledgment, uint source, uint destination)
    {
        Span<byte> header = bytes[..MinimumHeaderLength];
        header.Clear();
        BinaryPrimitives.WriteUInt16BigEndian(header[Offset.SourcePort..], sourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(header[Offset.DestinationPort..], destinationPort);
        BinaryPrimitives.WriteUInt32BigEndian(header[Offset.SequenceNumber..], sequence);
        BinaryPrimitives.WriteUInt32BigEndian(header[Offset.AcknowledgmentNumber..], acknowledged);
        header[Offset.DataOffset] = MinimumHeaderLength / 4 << 4;
        header[Offset.Flags] = (byte)(answersAcknowledgment ? TcpFlags.Reset : TcpFlags.Reset | TcpFlags.Acknowledgment);
        ulong sum = (ulong)InternetChecksum.Sum(header) + InternetChecksum.PseudoHeaderSum(source, destination, IpProtocol.Tcp, MinimumHeaderLength);
        BinaryPrimitives.WriteUInt16BigEndian(header[Offset.Checksum..], (ushort)~InternetChecksum.Fold(sum));
    }

    private static class Offset
    {
        public const int SourcePort = 0, DestinationPort = 2, SequenceNumber = 4, AcknowledgmentNumber = 8, DataOffset = 12, Flags = 13, Checksum = 16;
    }
}
