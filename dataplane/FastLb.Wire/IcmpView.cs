using System.Buffers.Binary;

namespace FastLb.Wire;

/// <summary>ICMP errors that a director sends to clients: type in the high octet, code in the low one (RFC 792).</summary>
public enum IcmpError : ushort
{
    /// <summary>Destination unreachable, port unreachable.</summary>
    PortUnreachable = 0x0303,

    /// <summary>Destination unreachable, fragmentation needed and DF set.</summary>
    FragmentationNeeded = 0x0304,

    /// <summary>Time exceeded in transit.</summary>
    TimeExceeded = 0x0B00,
}

/// <summary>An ICMP message laid over bytes it does not own (RFC 792).</summary>
public readonly ref struct IcmpView
{
    /// <summary>Bytes before the quoted packet of an error.</summary>
    public const int HeaderLength = 8;

    private readonly Span<byte> _bytes;

    private IcmpView(Span<byte> bytes) => _bytes = bytes;

    /// <summary>
    /// True for the errors that quote a packet of a flow and that its parties need to hear of: destination unreachable, source quench, time exceeded (those
    /// that IPVS relays) and parameter problem.
    /// </summary>
    public bool IsError => _bytes[Offset.Type] is 3 or 4 or 11 or 12;

    /// <summary>Type and code as one number.</summary>
    public IcmpError TypeAndCode => (IcmpError)BinaryPrimitives.ReadUInt16BigEndian(_bytes[Offset.Type..]);

    /// <summary>MTU of the next hop, bytes; only in <see cref="IcmpError.FragmentationNeeded"/> (RFC 1191 §4).</summary>
    public ushort NextHopMtu => BinaryPrimitives.ReadUInt16BigEndian(_bytes[Offset.NextHopMtu..]);

    public bool HasValidChecksum => InternetChecksum.Sum(_bytes) == 0xFFFF;

    /// <summary>The packet that the error is about, cut off somewhere.</summary>
    public Span<byte> Quote => _bytes[HeaderLength..];

    /// <summary>On success no accessor can throw.</summary>
    public static bool TryParse(Span<byte> message, out IcmpView icmp)
    {
        bool whole = message.Length >= HeaderLength;
        icmp = whole ? new IcmpView(message) : default;
        return whole;
    }

    /// <summary>Computes the checksum anew, after the quote has been changed.</summary>
    public void UpdateChecksum()
    {
        BinaryPrimitives.WriteUInt16BigEndian(_bytes[Offset.Checksum..], 0);
        BinaryPrimitives.WriteUInt16BigEndian(_bytes[Offset.Checksum..], (ushort)~InternetChecksum.Sum(_bytes));
    }

    /// <summary>Writes the header of an error before the quote that already stands behind it, checksum over both included.</summary>
    public static void WriteError(Span<byte> message, IcmpError error, ushort nextHopMtu)
    {
        BinaryPrimitives.WriteUInt16BigEndian(message[Offset.Type..], (ushort)error);
        BinaryPrimitives.WriteUInt16BigEndian(message[Offset.Checksum..], 0);
        BinaryPrimitives.WriteUInt16BigEndian(message[Offset.Unused..], 0);
        BinaryPrimitives.WriteUInt16BigEndian(message[Offset.NextHopMtu..], nextHopMtu);
        BinaryPrimitives.WriteUInt16BigEndian(message[Offset.Checksum..], (ushort)~InternetChecksum.Sum(message));
    }

    private static class Offset
    {
        public const int Type = 0, Checksum = 2, Unused = 4, NextHopMtu = 6;
    }
}
