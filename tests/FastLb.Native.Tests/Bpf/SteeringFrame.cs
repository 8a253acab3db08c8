using System.Buffers.Binary;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace FastLb.Native.Tests.Bpf;

/// <summary>An Ethernet frame with an IPv4 packet, as the defaults a TCP segment for the tests' service; each test changes one thing.</summary>
internal sealed record SteeringFrame
{
    public const int EthernetSize = 14;
    public const ushort ServicePort = 80;
    public const ushort ClientPort = 40000;
    public const byte DestinationUnreachable = 3;

    /// <summary>IPv4's flag in <see cref="Fragmentation"/>.</summary>
    public const ushort MoreFragments = 0x2000;

    private const int VlanTagSize = 4;
    private const int IcmpHeaderSize = 8;

    public static readonly PhysicalAddress OwnMac = PhysicalAddress.Parse("02-00-00-00-00-01");
    public static readonly PhysicalAddress OtherMac = PhysicalAddress.Parse("02-00-00-00-00-99");
    public static readonly IPAddress ServiceAddress = IPAddress.Parse("192.0.2.100");
    public static readonly IPAddress ClientAddress = IPAddress.Parse("198.51.100.7");

    public PhysicalAddress Destination { get; init; } = OwnMac;

    public PhysicalAddress Source { get; init; } = OtherMac;

    /// <summary>EtherTypes of the VLAN tags, outermost first.</summary>
    public IReadOnlyList<int> VlanTags { get; init; } = [];

    public ushort EtherType { get; init; } = 0x0800;

    public byte Version { get; init; } = 4;

    /// <summary>Header length field, in units of 4 octets; the header is really that long when it is 5 or more.</summary>
    public byte HeaderWords { get; init; } = 5;

    /// <summary>Flags and offset as in the header.</summary>
    public ushort Fragmentation { get; init; } = 0x4000; // don't fragment

    public ProtocolType Protocol { get; init; } = ProtocolType.Tcp;

    public IPAddress SourceAddress { get; init; } = ClientAddress;

    public ushort SourcePort { get; init; } = ClientPort;

    public IPAddress DestinationAddress { get; init; } = ServiceAddress;

    public ushort DestinationPort { get; init; } = ServicePort;

    /// <summary>Octets after the IPv4 header, ports included.</summary>
    public int PayloadLength { get; init; } = 20;

    /// <summary>What comes after the IPv4 header in place of ports and zeros.</summary>
    public byte[]? Payload { get; init; }

    /// <summary>Total length field; null for the true one.</summary>
    public ushort? TotalLength { get; init; }

    /// <summary>Octets after the packet (Ethernet padding); negative cuts the frame short.</summary>
    public int Padding { get; init; }

    /// <summary>An ICMP message from a router to <see cref="ClientAddress"/> that quotes a packet.</summary>
    /// <param name="quoted">The frame whose packet is quoted.</param>
    /// <param name="type">ICMP's type.</param>
    /// <param name="quotedOctets">After how many octets the quote is cut; null for all.</param>
    public static SteeringFrame IcmpAbout(SteeringFrame quoted, int type = DestinationUnreachable, int? quotedOctets = null)
    {
        byte[] packet = quoted.ToBytes()[EthernetSize..];
        byte[] header = new byte[IcmpHeaderSize];
        header[0] = (byte)type;
        return new SteeringFrame
        {
            Protocol = ProtocolType.Icmp,
            SourceAddress = IPAddress.Parse("203.0.113.1"),
            DestinationAddress = ClientAddress,
            Payload = [.. header, .. packet[..(quotedOctets ?? packet.Length)]],
        };
    }

    /// <summary>The same packet the other way.</summary>
    public SteeringFrame Reversed() => this with
    {
        SourceAddress = DestinationAddress,
        SourcePort = DestinationPort,
        DestinationAddress = SourceAddress,
        DestinationPort = SourcePort,
    };

    public byte[] ToBytes()
    {
        int headerLength = Math.Max(HeaderWords, (byte)5) * 4;
        int ipAt = EthernetSize + (VlanTags.Count * VlanTagSize);
        byte[] frame = new byte[ipAt + headerLength + (Payload?.Length ?? PayloadLength)];
        Destination.GetAddressBytes().CopyTo(frame, 0);
        Source.GetAddressBytes().CopyTo(frame, 6);
        int at = 12;
        foreach (int tag in VlanTags)
        {
            BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(at), (ushort)tag);
            BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(at + 2), 7); // VLAN 7
            at += VlanTagSize;
        }

        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(at), EtherType);
        Span<byte> ip = frame.AsSpan(ipAt);
        ip[0] = (byte)((Version << 4) | HeaderWords);
        BinaryPrimitives.WriteUInt16BigEndian(ip[2..], TotalLength ?? (ushort)ip.Length);
        BinaryPrimitives.WriteUInt16BigEndian(ip[6..], Fragmentation);
        ip[8] = 64;
        ip[9] = (byte)Protocol;
        SourceAddress.GetAddressBytes().CopyTo(ip[12..]);
        DestinationAddress.GetAddressBytes().CopyTo(ip[16..]);
        ip[20..headerLength].Fill(1); // options: no operation
        Span<byte> payload = ip[headerLength..];
        if (Payload is not null)
        {
            Payload.CopyTo(payload);
        }
        else if (payload.Length >= 4)
        {
            BinaryPrimitives.WriteUInt16BigEndian(payload, SourcePort);
            BinaryPrimitives.WriteUInt16BigEndian(payload[2..], DestinationPort);
        }

        Array.Resize(ref frame, frame.Length + Padding);
        return frame;
    }
}
