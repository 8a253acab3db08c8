using FastLb.Wire;

namespace FastLb.PacketIO.Segmentation;

/// <summary>Where the headers of an aggregate lie: Ethernet with one VLAN tag at the most, IPv4, perhaps an IPv4 tunnel's, TCP.</summary>
/// <param name="Outer">Offset of the tunnel's IP header from the frame's first byte; 0 when there is no tunnel.</param>
/// <param name="Ip">Offset of the IP header that TCP follows.</param>
/// <param name="Tcp">Offset of the TCP header.</param>
/// <param name="Payload">Offset of TCP's payload, and thus the length of all headers.</param>
/// <param name="PayloadLength">Bytes of payload; at least one.</param>
internal readonly record struct AggregateHeaders(int Outer, int Ip, int Tcp, int Payload, int PayloadLength)
{
    /// <summary>Reads the headers. On success they are all in <paramref name="frame"/> and the frame ends where the lengths in them say.</summary>
    /// <param name="frame">What the frame's first chunk holds.</param>
    /// <param name="rest">Bytes in further chunks.</param>
    /// <param name="headers">Where they are.</param>
    public static bool TryParse(Span<byte> frame, int rest, out AggregateHeaders headers)
    {
        headers = default;
        if (!EthernetView.TryParse(frame, out EthernetView ethernet))
            return false;
        int at = VlanTag.IsTag(ethernet.Type) ? EthernetView.HeaderLength + VlanTag.Size : EthernetView.HeaderLength;
        if (frame.Length < at || !TryEnter(frame[at..], rest, out Ipv4View ip))
            return false;
        int outer = 0;
        if (ip.Protocol == IpProtocol.IpInIp)
        {
            outer = at;
            at += ip.HeaderLength;
            if (!TryEnter(ip.Payload, rest, out ip))
                return false;
        }

        if (ip.Protocol != IpProtocol.Tcp || ip.IsFragment || !TcpView.TryParse(ip.Payload, out TcpView tcp))
            return false;
        int transport = at + ip.HeaderLength;
        int payload = transport + tcp.HeaderLength;
        int length = ip.PayloadLength - tcp.HeaderLength;
        headers = new AggregateHeaders(outer, at, transport, payload, length);
        return tcp.HeaderLength >= TcpView.MinimumHeaderLength && payload <= frame.Length && length > 0;
    }

    // A packet that ends where the frame does.
    private static bool TryEnter(Span<byte> packet, int rest, out Ipv4View ip) =>
        Ipv4View.TryParse(packet, rest, out ip) && ip.TotalLength == packet.Length + rest;
}
