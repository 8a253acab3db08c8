using System.Buffers.Binary;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace FastLb.Native.Tests.Bpf;

/// <summary>An Ethernet frame with an IPv4 packet, as the defaults a TCP segment for the tests' service; each test changes one thing.</summary>
internal sealed record SteeringFrame
{
    public const int EthernetSize = 14;
    private const int VlanTagSize = 4;
    private const ushort EtherTypeVlan = 0x8100;

    public static readonly PhysicalAddress OwnMac = PhysicalAddress.Parse("02-00-00-00-00-01");
    public static readonly IPAddress ServiceAddress = IPAddress.Parse("192.0.2.100");
    public const ushort ServicePort = 80;

    public PhysicalAddress Destination { get; init; } = OwnMac;

    public bool VlanTagged { get; init; }

    public ushort EtherType { get; init; } = 0x0800;

    public byte Version { get; init; } = 4;

    /// <summary>Header length field, in units of 4 octets; the header is really that long when it is 5 or more.</summary>
    public byte HeaderWords { get; init; } = 5;

    /// <summary>Flags and offset as in the header.</summary>
    public ushort Fragmentation { get; init; } = 0x4000; // don't fragment

    public ProtocolType Protocol { get; init; } = ProtocolType.Tcp;

    public IPAddress DestinationAddress { get; init; } = ServiceAddress;

    public ushort DestinationPort { get; init; } = ServicePort;

    /// <summary>Octets after the IPv4 header, ports included.</summary>
    public int PayloadLength { get; init; } = 20;

    /// <summary>Total length field; null for the true one.</summary>
    public ushort? TotalLength { get; init; }

    /// <summary>Octets after the packet (Ethernet padding); negative cuts the frame short.</summary>
    public int Padding { get; init; }

    public byte[] ToBytes()
    {
        int headerLength = Math.Max(HeaderWords, (byte)5) * 4;
        int ipAt = EthernetSize + (VlanTagged ? VlanTagSize : 0);
        byte[] frame = new byte[ipAt + headerLength + PayloadLength];
        Destination.GetAddressBytes().CopyTo(frame, 0);
        PhysicalAddress.Parse("02-00-00-00-00-99").GetAddressBytes().CopyTo(frame, 6);
        if (VlanTagged)
        {
            BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(12), EtherTypeVlan);
            BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(14), 7); // VLAN 7
        }

        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(ipAt - 2), EtherType);
        Span<byte> ip = frame.AsSpan(ipAt);
        ip[0] = (byte)((Version << 4) | HeaderWords);
        BinaryPrimitives.WriteUInt16BigEndian(ip[2..], TotalLength ?? (ushort)ip.Length);
        BinaryPrimitives.WriteUInt16BigEndian(ip[6..], Fragmentation);
        ip[8] = 64;
        ip[9] = (byte)Protocol;
        IPAddress.Parse("198.51.100.7").GetAddressBytes().CopyTo(ip[12..]);
        DestinationAddress.GetAddressBytes().CopyTo(ip[16..]);
        ip[20..headerLength].Fill(1); // options: no operation
        Span<byte> payload = ip[headerLength..];
        if (payload.Length >= 4)
        {
            BinaryPrimitives.WriteUInt16BigEndian(payload, 40000);
            BinaryPrimitives.WriteUInt16BigEndian(payload[2..], DestinationPort);
        }

        Array.Resize(ref frame, frame.Length + Padding);
        return frame;
    }
}
