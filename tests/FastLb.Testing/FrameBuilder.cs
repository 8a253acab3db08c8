using System.Buffers.Binary;
using FastLb.Wire;

namespace FastLb.Testing;

/// <summary>Builds Ethernet frames with IPv4 and TCP or UDP in them; all lengths and checksums are right unless asked otherwise.</summary>
public sealed record FrameBuilder
{
    public MacAddress Destination { get; init; } = new(0x02_00_00_00_01_30);

    public MacAddress Source { get; init; } = new(0x02_00_00_00_00_50);

    public IpAddress Client { get; init; } = IpAddress.Parse("192.0.2.50");

    public IpAddress Service { get; init; } = IpAddress.Parse("192.0.2.100");

    public ushort ClientPort { get; init; } = 40000;

    public ushort ServicePort { get; init; } = 80;

    public IpProtocol Protocol { get; init; } = IpProtocol.Tcp;

    public TcpFlags Flags { get; init; } = TcpFlags.Syn;

    public byte TimeToLive { get; init; } = 64;

    public byte TypeOfService { get; init; }

    public bool DontFragment { get; init; } = true;

    /// <summary>The low 14 bits of the fragment field: more-fragments and offset.</summary>
    public ushort FragmentField { get; init; }

    /// <summary>Bytes of IP options, a multiple of four up to 40.</summary>
    public int IpOptions { get; init; }

    /// <summary>Bytes of TCP options, a multiple of four up to 40.</summary>
    public int TcpOptions { get; init; }

    public uint SequenceNumber { get; init; }

    public ushort Identification { get; init; } = 0x1234;

    public int Payload { get; init; } = 10;

    /// <summary>Bytes behind the IP packet, as Ethernet pads short frames.</summary>
    public int Padding { get; init; }

    /// <summary>Leave the pseudo-header's sum as the layer-4 checksum, as a sender with checksum offload does.</summary>
    public bool PartialChecksum { get; init; }

    public byte[] Build()
    {
        int transport = Protocol == IpProtocol.Tcp ? TcpView.MinimumHeaderLength + TcpOptions : UdpView.HeaderLength;
        int header = Ipv4View.MinimumHeaderLength + IpOptions;
        int total = header + transport + Payload;
        byte[] frame = new byte[EthernetView.HeaderLength + total + Padding];
        _ = EthernetView.TryParse(frame, out EthernetView ethernet);
        ethernet.Destination = Destination;
        ethernet.Source = Source;
        ethernet.Type = EtherType.Ipv4;
        Span<byte> ip = frame.AsSpan(EthernetView.HeaderLength, total);
        WriteIp(ip, header, total);
        Span<byte> segment = ip[header..];
        for (int i = transport; i < segment.Length; i++)
            segment[i] = (byte)(i * 7);
        BinaryPrimitives.WriteUInt16BigEndian(segment, ClientPort);
        BinaryPrimitives.WriteUInt16BigEndian(segment[2..], ServicePort);
        int checksum = 16;
        if (Protocol == IpProtocol.Tcp)
        {
            BinaryPrimitives.WriteUInt32BigEndian(segment[4..], SequenceNumber);
            segment[12] = (byte)(transport / 4 << 4);
            segment[TcpView.MinimumHeaderLength..transport].Fill(1); // "no operation"
            segment[13] = (byte)Flags;
        }
        else
        {
            checksum = 6;
            BinaryPrimitives.WriteUInt16BigEndian(segment[4..], (ushort)segment.Length);
        }

        ushort pseudo = InternetChecksum.PseudoHeaderSum(Client.V4, Service.V4, Protocol, segment.Length);
        ushort value = PartialChecksum ? pseudo : (ushort)~InternetChecksum.Fold((ulong)pseudo + InternetChecksum.Sum(segment));
        BinaryPrimitives.WriteUInt16BigEndian(segment[checksum..], value == 0 && Protocol == IpProtocol.Udp ? (ushort)0xFFFF : value);
        return frame;
    }

    private void WriteIp(Span<byte> ip, int header, int total)
    {
        ip[0] = (byte)(0x40 | (header / 4));
        ip[1] = TypeOfService;
        BinaryPrimitives.WriteUInt16BigEndian(ip[2..], (ushort)total);
        BinaryPrimitives.WriteUInt16BigEndian(ip[4..], Identification);
        BinaryPrimitives.WriteUInt16BigEndian(ip[6..], (ushort)((DontFragment ? 0x4000 : 0) | FragmentField));
        ip[8] = TimeToLive;
        ip[9] = (byte)Protocol;
        Client.ToIPAddress().TryWriteBytes(ip[12..], out _);
        Service.ToIPAddress().TryWriteBytes(ip[16..], out _);
        ip[20..header].Fill(1); // "no operation"
        BinaryPrimitives.WriteUInt16BigEndian(ip[10..], (ushort)~InternetChecksum.Sum(ip[..header]));
    }
}
