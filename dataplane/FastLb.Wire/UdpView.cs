using System.Buffers.Binary;

namespace FastLb.Wire;

/// <summary>A UDP header laid over bytes it does not own (RFC 768).</summary>
public readonly ref struct UdpView
{
    /// <summary>Bytes of the header.</summary>
    public const int HeaderLength = 8;

    /// <summary>Where the checksum stands in the header.</summary>
    public const int ChecksumOffset = Offset.Checksum;

    private readonly Span<byte> _bytes;

    private UdpView(Span<byte> bytes) => _bytes = bytes;

    public ushort SourcePort => BinaryPrimitives.ReadUInt16BigEndian(_bytes[Offset.SourcePort..]);

    public ushort DestinationPort => BinaryPrimitives.ReadUInt16BigEndian(_bytes[Offset.DestinationPort..]);

    /// <summary>Zero means "not computed" (IPv4 only).</summary>
    public ushort Checksum => BinaryPrimitives.ReadUInt16BigEndian(_bytes[Offset.Checksum..]);

    /// <summary>On success no accessor can throw. The length field is not judged: a director forwards what the receiver will judge.</summary>
    public static bool TryParse(Span<byte> datagram, out UdpView udp)
    {
        bool whole = datagram.Length >= HeaderLength;
        udp = whole ? new UdpView(datagram) : default;
        return whole;
    }

    private static class Offset
    {
        public const int SourcePort = 0, DestinationPort = 2, Checksum = 6;
    }
}
