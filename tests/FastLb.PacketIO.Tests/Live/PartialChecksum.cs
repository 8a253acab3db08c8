using System.Buffers.Binary;
using FastLb.Dataplane.Pipeline;

namespace FastLb.PacketIO.Tests.Live;

/// <summary>Recognises what a host with default offloads puts on a veth: a TCP checksum field that holds the pseudo-header's sum alone.</summary>
internal static class PartialChecksum
{
    private const int Ethernet = 14, TcpChecksum = 16;

    public static void Mark(ReadOnlySpan<byte> frame, ref PacketSlot slot)
    {
        if (frame.Length < Ethernet + 20 || BinaryPrimitives.ReadUInt16BigEndian(frame[12..]) != 0x0800 || frame[Ethernet + 9] != 6)
            return;
        ReadOnlySpan<byte> ip = frame[Ethernet..];
        int header = (ip[0] & 15) * 4;
        int segment = BinaryPrimitives.ReadUInt16BigEndian(ip[2..]) - header;
        uint sum = 6 + (uint)segment;
        for (int i = 12; i < 20; i += 2)
            sum += BinaryPrimitives.ReadUInt16BigEndian(ip[i..]);
        sum = (sum & 0xFFFF) + (sum >> 16);
        sum = (sum & 0xFFFF) + (sum >> 16);
        if (BinaryPrimitives.ReadUInt16BigEndian(ip[(header + TcpChecksum)..]) != sum)
            return;
        slot.ChecksumStart = (ushort)(Ethernet + header);
        slot.ChecksumOffset = TcpChecksum;
    }
}
