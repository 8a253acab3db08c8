using System.Runtime.CompilerServices;
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

    /// <summary>An ICMP error: the key is that of the packet that it is about.</summary>
    public bool IsIcmpError;

    /// <summary>A fragment; the first one, which alone has a transport header, if <see cref="HasTransportHeader"/>.</summary>
    public bool IsFragment;

    /// <summary>A fragment of a datagram whose fragments meet at <see cref="MeetingWorker"/>; nothing else is known of it then.</summary>
    public bool MeetsElsewhere;

    /// <summary>A worker's number, if <see cref="MeetsElsewhere"/>.</summary>
    public ushort MeetingWorker;

    /// <summary>The transport header is in the frame.</summary>
    public bool HasTransportHeader;

    /// <summary>Offset of the layer-4 header in the frame.</summary>
    public ushort TransportOffset;

    /// <summary>Bytes of the IP packet.</summary>
    public ushort TotalLength;

    /// <summary>Nobody's business here but the kernel's, unless it belongs to a flow.</summary>
    public readonly bool MayBeTheKernels => IsIcmpError || Key.IsReturn;

    /// <summary>Where the checksum stands in the transport header.</summary>
    public readonly ushort ChecksumOffset => Key.Protocol == IpProtocol.Tcp ? (ushort)TcpView.ChecksumOffset : (ushort)UdpView.ChecksumOffset;

    /// <summary>
    /// Reads Ethernet, IPv4 and TCP, UDP or ICMP headers. Returns <see cref="VerdictReason.None"/> for a packet that can be classified, else why it can't;
    /// what the kernel would drop before IPVS saw it (wrong lengths, a bad header checksum) is refused here too.
    /// </summary>
    /// <param name="frame">The frame, without VLAN tag, or its first chunk.</param>
    /// <param name="rest">Bytes in further chunks.</param>
    /// <param name="roles">Tells what clients send from what servers send.</param>
    /// <param name="fragmentPorts">A fragment's <see cref="PacketSlot.FragmentPorts"/>: used if they are known, set once they are.</param>
    /// <param name="parsed">What was read.</param>
    public static VerdictReason Parse(Span<byte> frame, int rest, in PacketRoles roles, ref uint fragmentPorts, out ParsedPacket parsed)
    {
        parsed = default;
        if (!EthernetView.TryParse(frame, out EthernetView ethernet) || ethernet.Type != EtherType.Ipv4)
            return VerdictReason.NotIp;
        if (!Ipv4View.TryParse(frame[EthernetView.HeaderLength..], rest, out Ipv4View ip))
            return VerdictReason.MalformedIp;
        if (!ip.HasValidChecksum)
            return VerdictReason.BadIpChecksum;

        parsed.TimeToLive = ip.TimeToLive;
        parsed.DontFragment = ip.DontFragment;
        parsed.TransportOffset = (ushort)(EthernetView.HeaderLength + ip.HeaderLength);
        parsed.TotalLength = (ushort)ip.TotalLength;
        if (ip.IsFragment)
            return parsed.ReadFragment(ip, roles, ref fragmentPorts);
        parsed.HasTransportHeader = true;
        return ip.Protocol switch
        {
            IpProtocol.Tcp => parsed.ReadTcp(ip, roles),
            IpProtocol.Udp => parsed.ReadUdp(ip, roles),
            IpProtocol.Icmp => parsed.ReadIcmp(ip, roles),
            _ => VerdictReason.UnsupportedProtocol,
        };
    }

    private VerdictReason ReadTcp(Ipv4View ip, in PacketRoles roles)
    {
        if (!TcpView.TryParse(ip.Payload, out TcpView tcp))
            return VerdictReason.MalformedTransport;
        Key = roles.KeyOf(ip, tcp.SourcePort, tcp.DestinationPort);
        TcpFlags = tcp.Flags;
        HasPartialChecksum = tcp.Checksum == InternetChecksum.PseudoHeaderSum(ip.Source, ip.Destination, IpProtocol.Tcp, ip.PayloadLength);
        return VerdictReason.None;
    }

    private VerdictReason ReadUdp(Ipv4View ip, in PacketRoles roles)
    {
        if (!UdpView.TryParse(ip.Payload, out UdpView udp))
            return VerdictReason.MalformedTransport;
        Key = roles.KeyOf(ip, udp.SourcePort, udp.DestinationPort);
        HasPartialChecksum = udp.Checksum != 0
            && udp.Checksum == InternetChecksum.PseudoHeaderSum(ip.Source, ip.Destination, IpProtocol.Udp, ip.PayloadLength);
        return VerdictReason.None;
    }

    // A fragment's checksum covers all of the datagram and is therefore never a partial one: senders complete it before they fragment.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private VerdictReason ReadFragment(Ipv4View ip, in PacketRoles roles, ref uint ports)
    {
        IsFragment = true;
        HasTransportHeader = !ip.IsLaterFragment;
        if (ip.Protocol is not (IpProtocol.Tcp or IpProtocol.Udp))
            return VerdictReason.UnsupportedProtocol;
        FragmentKey datagram = FragmentKey.Of(ip);
        if (ports == 0 && roles.Fragments.MeetsElsewhere(datagram, out MeetingWorker))
        {
            MeetsElsewhere = true;
            return VerdictReason.None;
        }

        if (!HasTransportHeader)
        {
            if (ports == 0 && !roles.Fragments.TryFind(datagram, roles.Now, out ports))
                return VerdictReason.FragmentUnmatched;
            Key = roles.KeyOf(ip, (ushort)(ports >> 16), (ushort)ports);
            TcpFlags = TcpFlags.Acknowledgment; // the first fragment has told whatever there was to tell
            return VerdictReason.None;
        }

        ushort source, destination;
        if (ip.Protocol == IpProtocol.Tcp)
        {
            if (!TcpView.TryParse(ip.Payload, out TcpView tcp))
                return VerdictReason.MalformedTransport;
            (source, destination, TcpFlags) = (tcp.SourcePort, tcp.DestinationPort, tcp.Flags);
        }
        else
        {
            if (!UdpView.TryParse(ip.Payload, out UdpView udp))
                return VerdictReason.MalformedTransport;
            (source, destination) = (udp.SourcePort, udp.DestinationPort);
        }

        if (ports == 0)
        {
            ports = ((uint)source << 16) | destination;
            roles.Fragments.Add(datagram, ports, roles.Now);
        }

        Key = roles.KeyOf(ip, source, destination);
        return VerdictReason.None;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private VerdictReason ReadIcmp(Ipv4View ip, in PacketRoles roles)
    {
        IsIcmpError = true;
        if (!ip.IsWhole)
            return VerdictReason.NotOurs; // no error about a packet is that long (RFC 1812 §4.3.2.3); its checksum could not be judged
        if (!IcmpView.TryParse(ip.Payload, out IcmpView icmp))
            return VerdictReason.MalformedTransport;
        if (!icmp.IsError || !QuotedPacket.TryParse(icmp.Quote, out QuotedPacket quote))
            return VerdictReason.NotOurs;
        if (!icmp.HasValidChecksum)
            return VerdictReason.MalformedTransport;
        Key = roles.KeyOf(quote);
        return VerdictReason.None;
    }
}
