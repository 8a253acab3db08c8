using System.Buffers.Binary;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using FastLb.Native.Tests.Namespaces;

namespace FastLb.Native.Tests.Punt;

/// <summary>Frames with right checksums, as the far end of a <see cref="VethPair"/> would send them to the near end.</summary>
internal static class PuntFrame
{
    public const int EthernetSize = 14;
    public const int IpHeaderSize = 20;
    public const int UdpHeaderSize = 8;
    public const int TcpHeaderSize = 20;
    public const int UdpChecksumOffset = 6;
    public const int TcpChecksumOffset = 16;

    public static byte[] Udp(string destination, int port, ReadOnlySpan<byte> payload, string source = VethPair.FarAddress)
    {
        byte[] frame = Ip(ProtocolType.Udp, source, destination, UdpHeaderSize + payload.Length);
        Span<byte> udp = frame.AsSpan(EthernetSize + IpHeaderSize);
        BinaryPrimitives.WriteUInt16BigEndian(udp, 40000);
        BinaryPrimitives.WriteUInt16BigEndian(udp[2..], (ushort)port);
        BinaryPrimitives.WriteUInt16BigEndian(udp[4..], (ushort)udp.Length);
        payload.CopyTo(udp[UdpHeaderSize..]);
        BinaryPrimitives.WriteUInt16BigEndian(udp[UdpChecksumOffset..], (ushort)~Sum(udp, PseudoHeaderSum(frame)));
        return frame;
    }

    public static byte[] EchoRequest(string destination)
    {
        byte[] frame = Ip(ProtocolType.Icmp, VethPair.FarAddress, destination, 16);
        Span<byte> icmp = frame.AsSpan(EthernetSize + IpHeaderSize);
        icmp[0] = 8;
        "identity"u8.CopyTo(icmp[4..]); // identifier, sequence number and a little payload
        BinaryPrimitives.WriteUInt16BigEndian(icmp[2..], (ushort)~Sum(icmp, 0));
        return frame;
    }

    /// <summary>Leaves in the checksum field what a sender leaves there that has the hardware complete it.</summary>
    public static void MakeChecksumPartial(byte[] frame, int checksumOffset) =>
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(EthernetSize + IpHeaderSize + checksumOffset), PseudoHeaderSum(frame));

    /// <summary>True when the field at the offset holds the pseudo-header's sum alone.</summary>
    public static bool HasPartialChecksum(ReadOnlySpan<byte> frame, int checksumOffset) =>
        BinaryPrimitives.ReadUInt16BigEndian(frame[(EthernetSize + IpHeaderSize + checksumOffset)..]) == PseudoHeaderSum(frame);

    /// <summary>A segment with ACK alone that may not be fragmented, of any length, its checksum left to be completed.</summary>
    public static byte[] TcpAggregate(string destination, int payloadLength)
    {
        byte[] frame = Ip(ProtocolType.Tcp, VethPair.FarAddress, destination, TcpHeaderSize + payloadLength, dontFragment: true);
        Span<byte> tcp = frame.AsSpan(EthernetSize + IpHeaderSize);
        BinaryPrimitives.WriteUInt16BigEndian(tcp, 40000);
        BinaryPrimitives.WriteUInt16BigEndian(tcp[2..], 40000);
        tcp[12] = 5 << 4;
        tcp[13] = 0x10;
        MakeChecksumPartial(frame, TcpChecksumOffset);
        return frame;
    }

    private static byte[] Ip(ProtocolType protocol, string source, string destination, int payloadLength, bool dontFragment = false)
    {
        byte[] frame = new byte[EthernetSize + IpHeaderSize + payloadLength];
        PhysicalAddress.Parse(VethPair.NearMac).GetAddressBytes().CopyTo(frame, 0);
        PhysicalAddress.Parse(VethPair.FarMac).GetAddressBytes().CopyTo(frame, 6);
        frame[12] = 8; // IPv4
        Span<byte> ip = frame.AsSpan(EthernetSize);
        ip[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(ip[2..], (ushort)ip.Length);
        ip[6] = dontFragment ? (byte)0x40 : (byte)0;
        ip[8] = 64;
        ip[9] = (byte)protocol;
        IPAddress.Parse(source).GetAddressBytes().CopyTo(ip[12..]);
        IPAddress.Parse(destination).GetAddressBytes().CopyTo(ip[16..]);
        BinaryPrimitives.WriteUInt16BigEndian(ip[10..], (ushort)~Sum(ip[..IpHeaderSize], 0));
        return frame;
    }

    private static ushort PseudoHeaderSum(ReadOnlySpan<byte> frame)
    {
        ReadOnlySpan<byte> ip = frame[EthernetSize..];
        int length = BinaryPrimitives.ReadUInt16BigEndian(ip[2..]) - IpHeaderSize;
        return Sum(ip[12..IpHeaderSize], (uint)(length + ip[9]));
    }

    private static ushort Sum(ReadOnlySpan<byte> bytes, uint sum)
    {
        for (int i = 0; i + 1 < bytes.Length; i += 2)
            sum += BinaryPrimitives.ReadUInt16BigEndian(bytes[i..]);
        if (bytes.Length % 2 != 0)
            sum += (uint)bytes[^1] << 8;
        while (sum > 0xFFFF)
            sum = (sum & 0xFFFF) + (sum >> 16);
        return (ushort)sum;
    }
}
