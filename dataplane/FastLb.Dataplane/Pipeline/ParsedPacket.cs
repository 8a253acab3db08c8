using FastLb.Dataplane.Flows;
using FastLb.Wire;

namespace FastLb.Dataplane.Pipeline;

/// <summary>What the pipeline needs of a frame, read once: the headers' places have been checked, so that rewriting need not.</summary>
internal struct ParsedPacket
{
    public FlowKey Key;
    public ulong Hash;
    public TcpFlags TcpFlags;
    public byte TimeToLive;
    public bool DontFragment;

    /// <summary>The layer-4 checksum is the pseudo-header's sum alone: its sender left the rest to hardware that the frame never met.</summary>
    public bool HasPartialChecksum;

    /// <summary>Offset of the layer-4 header in the frame.</summary>
    public ushort TransportOffset;

    /// <summary>Bytes of the IP packet.</summary>
    public ushort TotalLength;

    /// <summary>
    /// Reads Ethernet, IPv4 and TCP or UDP headers. Returns <see cref="VerdictReason.None"/> for a packet that can be classified, else why it can't;
    /// what the kernel would drop before IPVS saw it (wrong lengths, a bad header checksum) is refused here too.
    /// </summary>
    public static VerdictReason Parse(Span<byte> frame, out ParsedPacket parsed)
    {
        parsed = default;
        if (!EthernetView.TryParse(frame, out EthernetView ethernet) || ethernet.Type != EtherType.Ipv4)
            return VerdictReason.NotIp;
        if (!Ipv4View.TryParse(frame[EthernetView.HeaderLength..], out Ipv4View ip))
            return VerdictReason.MalformedIp;
        if (!ip.HasValidChecksum)
            return VerdictReason.BadIpChecksum;
        if (ip.IsFragment)
            return VerdictReason.Fragment;

        parsed.TimeToLive = ip.TimeToLive;
        parsed.DontFragment = ip.DontFragment;
        parsed.TransportOffset = (ushort)(EthernetView.HeaderLength + ip.HeaderLength);
        parsed.TotalLength = (ushort)ip.TotalLength;
        return ip.Protocol switch
        {
            IpProtocol.Tcp => parsed.ReadTcp(ip),
            IpProtocol.Udp => parsed.ReadUdp(ip),
            _ => VerdictReason.UnsupportedProtocol,
        };
    }

    private VerdictReason ReadTcp(Ipv4View ip)
    {
        if (!TcpView.TryParse(ip.Payload, out TcpView tcp))
            return VerdictReason.MalformedTransport;
        Key = new FlowKey(ip.Source, ip.Destination, tcp.SourcePort, tcp.DestinationPort, IpProtocol.Tcp);
        TcpFlags = tcp.Flags;
        HasPartialChecksum = tcp.Checksum == InternetChecksum.PseudoHeaderSum(ip.Source, ip.Destination, IpProtocol.Tcp, ip.Payload.Length);
        return VerdictReason.None;
    }

    private VerdictReason ReadUdp(Ipv4View ip)
    {
        if (!UdpView.TryParse(ip.Payload, out UdpView udp))
            return VerdictReason.MalformedTransport;
        Key = new FlowKey(ip.Source, ip.Destination, udp.SourcePort, udp.DestinationPort, IpProtocol.Udp);
        HasPartialChecksum = udp.Checksum != 0
            && udp.Checksum == InternetChecksum.PseudoHeaderSum(ip.Source, ip.Destination, IpProtocol.Udp, ip.Payload.Length);
        return VerdictReason.None;
    }
}
