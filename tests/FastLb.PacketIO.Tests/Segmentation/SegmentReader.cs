using System.Buffers.Binary;

namespace FastLb.PacketIO.Tests.Segmentation;

/// <summary>A TCP segment in a frame, read as the RFCs have it and by none of the product's code; checksums octet by octet (RFC 1071 §1).</summary>
internal sealed class SegmentReader
{
    private readonly byte[] _frame;
    private readonly int _ip;
    private readonly int _tcp;

    /// <param name="frame">From the Ethernet header on.</param>
    /// <param name="at">Offset of the IP header that TCP follows.</param>
    public SegmentReader(byte[] frame, int at)
    {
        _frame = frame;
        _ip = at;
        _tcp = at + ((frame[at] & 0x0F) * 4);
    }

    public int TotalLength => Number(_ip + 2);

    public int Identification => Number(_ip + 4);

    public uint SequenceNumber => BinaryPrimitives.ReadUInt32BigEndian(_frame.AsSpan(_tcp + 4));

    /// <summary>FIN is 1, PSH 8, ACK 0x10, ECE 0x40, CWR 0x80.</summary>
    public int Flags => _frame[_tcp + 13];

    public ReadOnlySpan<byte> Payload => _frame.AsSpan(_tcp + (_frame[_tcp + 12] >> 4) * 4);

    /// <summary>Lengths fit the frame, and the checksums of both headers are right.</summary>
    public bool IsRight
    {
        get
        {
            ReadOnlySpan<byte> packet = _frame.AsSpan(_ip), segment = _frame.AsSpan(_tcp);
            uint pseudoHeader = Sum(packet.Slice(12, 8)) + 6 + (uint)segment.Length;
            return TotalLength == packet.Length && Fold(Sum(packet[..(_tcp - _ip)])) == 0xFFFF && Fold(pseudoHeader + Sum(segment)) == 0xFFFF;
        }
    }

    /// <summary>Whether the header of a packet that runs to the frame's end has the right length and checksum.</summary>
    public static bool HasRightHeader(byte[] frame, int at) =>
        BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(at + 2)) == frame.Length - at && Fold(Sum(frame.AsSpan(at, (frame[at] & 0x0F) * 4))) == 0xFFFF;

    private int Number(int at) => BinaryPrimitives.ReadUInt16BigEndian(_frame.AsSpan(at));

    private static uint Sum(ReadOnlySpan<byte> bytes)
    {
        uint sum = 0;
        for (int i = 0; i < bytes.Length; i++)
            sum += i % 2 == 0 ? (uint)bytes[i] << 8 : bytes[i];
        return sum;
    }

    private static uint Fold(uint sum)
    {
        while (sum > 0xFFFF)
            sum = (sum & 0xFFFF) + (sum >> 16);
        return sum;
    }
}
