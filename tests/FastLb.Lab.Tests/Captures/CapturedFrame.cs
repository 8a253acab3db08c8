using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace FastLb.Lab.Tests.Captures;

/// <summary>One captured Ethernet frame. The properties of IP and above hold for frames that <see cref="IsIpv4"/>.</summary>
internal sealed class CapturedFrame(ReadOnlyMemory<byte> bytes)
{
    /// <summary>Where the IP header starts.</summary>
    public const int EthernetHeaderLength = 14;

    private const ushort EtherTypeIpv4 = 0x0800;

    public ReadOnlySpan<byte> Bytes => bytes.Span;

    public string DestinationMac => Mac(0);

    public string SourceMac => Mac(6);

    public bool IsIpv4 => Bytes.Length >= EthernetHeaderLength + 20 && ReadUInt16(12) == EtherTypeIpv4;

    public int IpHeaderLength => (Bytes[EthernetHeaderLength] & 0x0F) * 4;

    /// <summary>Total length, bytes: header and payload without the Ethernet header.</summary>
    public int IpLength => ReadUInt16(EthernetHeaderLength + 2);

    public int TypeOfService => Bytes[EthernetHeaderLength + 1];

    public bool DontFragment => (Bytes[EthernetHeaderLength + 6] & 0x40) != 0;

    /// <summary>Of an IPIP packet (RFC 2003): the packet within, as a frame with the same Ethernet header.</summary>
    public CapturedFrame Within => new((byte[])[.. Bytes[..EthernetHeaderLength], .. Bytes[TransportOffset..(EthernetHeaderLength + IpLength)]]);

    public int Identification => ReadUInt16(EthernetHeaderLength + 4);

    public int TimeToLive => Bytes[EthernetHeaderLength + 8];

    public ProtocolType Protocol => (ProtocolType)Bytes[EthernetHeaderLength + 9];

    public IPAddress Source => new(Bytes.Slice(EthernetHeaderLength + 12, 4));

    public IPAddress Destination => new(Bytes.Slice(EthernetHeaderLength + 16, 4));

    public int SourcePort => ReadUInt16(TransportOffset);

    public int DestinationPort => ReadUInt16(TransportOffset + 2);

    /// <summary>Where the TCP or UDP header starts in the frame.</summary>
    public int TransportOffset => EthernetHeaderLength + IpHeaderLength;

    /// <summary>Where the checksum of the TCP or UDP header is in the frame.</summary>
    public int TransportChecksumOffset => TransportOffset + (Protocol == ProtocolType.Tcp ? 16 : 6);

    public bool HasValidIpChecksum => InternetChecksum.Sum(Bytes.Slice(EthernetHeaderLength, IpHeaderLength)) == 0xFFFF;

    public TransportChecksum TransportChecksum
    {
        get
        {
            ReadOnlySpan<byte> segment = Bytes[TransportOffset..(EthernetHeaderLength + IpLength)];
            ushort pseudoHeader = InternetChecksum.Sum(
                Bytes.Slice(EthernetHeaderLength + 12, 8), (uint)Protocol + (uint)segment.Length);
            if (InternetChecksum.Sum(segment, pseudoHeader) == 0xFFFF)
                return TransportChecksum.Valid;
            return ReadUInt16(TransportChecksumOffset) == pseudoHeader ? TransportChecksum.Partial : TransportChecksum.Wrong;
        }
    }

    /// <summary>What stays the same when the frame is passed on, and tells it from every other of its connection, retransmissions included.</summary>
    public string Identity =>
        $"{Source}:{SourcePort} {Destination}:{DestinationPort} {Protocol} id {Identification} sequence {Sequence} length {IpLength}";

    /// <summary>TCP without further data from this side (RFC 9293 §3.1, FIN).</summary>
    public bool IsFin => IsIpv4 && Protocol == ProtocolType.Tcp && (Bytes[TransportOffset + 13] & 1) != 0;

    /// <summary>TCP's sequence number; 0 for UDP.</summary>
    public uint Sequence => Protocol == ProtocolType.Tcp ? BinaryPrimitives.ReadUInt32BigEndian(Bytes[(TransportOffset + 4)..]) : 0;

    /// <summary>The sequence number after this TCP segment: it counts payload, SYN and FIN.</summary>
    public uint NextSequence
    {
        get
        {
            int headerLength = (Bytes[TransportOffset + 12] >> 4) * 4;
            int flags = Bytes[TransportOffset + 13];
            return Sequence + (uint)(IpLength - IpHeaderLength - headerLength + (flags & 1) + ((flags >> 1) & 1));
        }
    }

    /// <summary>A TCP or UDP packet to this endpoint.</summary>
    public bool IsTo(IPAddress address, int port) =>
        IsIpv4 && Protocol is ProtocolType.Tcp or ProtocolType.Udp && Destination.Equals(address) && DestinationPort == port;

    public override string ToString() => IsIpv4 ? $"{SourceMac} > {DestinationMac} {Identity}" : Convert.ToHexString(Bytes);

    private ushort ReadUInt16(int offset) => BinaryPrimitives.ReadUInt16BigEndian(Bytes[offset..]);

    private string Mac(int offset) =>
        string.Join(':', Bytes.Slice(offset, 6).ToArray().Select(octet => octet.ToString("x2", provider: null)));
}
