using FastLb.Native.Captures;
using FastLb.Wire;

namespace FastLb.Replay.Explanations;

/// <summary>What a frame is, in a few words: <c>TCP 192.0.2.50:40000 > 192.0.2.100:80 SYN</c>.</summary>
internal static class FrameSummary
{
    /// <summary>The words. A frame can be anything.</summary>
    public static string Of(in CapturedFrame captured)
    {
        string text = Describe(captured.Bytes.ToArray(), captured.Length - captured.Bytes.Length);
        return captured.IsTruncated ? $"{text} ({captured.Bytes.Length} of {captured.Length} bytes)" : text;
    }

    private static string Describe(Span<byte> frame, int rest)
    {
        if (!EthernetView.TryParse(frame, out EthernetView ethernet))
            return "cut-off frame";
        string vlan = string.Empty;
        if (VlanTag.IsTag(ethernet.Type) && frame.Length >= EthernetView.HeaderLength + VlanTag.Size)
        {
            vlan = $"VLAN {VlanTag.Remove(frame).Vlan} ";
            frame = frame[VlanTag.Size..];
            _ = EthernetView.TryParse(frame, out ethernet);
        }

        return vlan + ethernet.Type switch
        {
            EtherType.Ipv4 when Ipv4View.TryParse(frame[EthernetView.HeaderLength..], rest, out Ipv4View packet) => Describe(packet),
            EtherType.Ipv4 => "malformed IPv4",
            (EtherType)0x0806 => "ARP",
            (EtherType)0x86DD => "IPv6",
            _ => $"EtherType 0x{(int)ethernet.Type:x4}",
        };
    }

    private static string Describe(Ipv4View packet)
    {
        string source = IpAddress.FromV4(packet.Source).ToString(), destination = IpAddress.FromV4(packet.Destination).ToString();
        if (packet.IsLaterFragment)
            return $"{Name(packet.Protocol)} {source} > {destination} later fragment";
        string fragment = packet.IsFragment ? " first fragment" : string.Empty;
        switch (packet.Protocol)
        {
            case IpProtocol.Tcp when TcpView.TryParse(packet.Payload, out TcpView tcp):
                return $"TCP {source}:{tcp.SourcePort} > {destination}:{tcp.DestinationPort} {Name(tcp.Flags)}{fragment}";
            case IpProtocol.Udp when UdpView.TryParse(packet.Payload, out UdpView udp):
                return $"UDP {source}:{udp.SourcePort} > {destination}:{udp.DestinationPort}{fragment}";
            case IpProtocol.Icmp when IcmpView.TryParse(packet.Payload, out IcmpView icmp):
                return $"ICMP {source} > {destination} type {(int)icmp.TypeAndCode >> 8} code {(int)icmp.TypeAndCode & 0xFF}{fragment}";
            default:
                return $"{Name(packet.Protocol)} {source} > {destination}{fragment}";
        }
    }

    private static string Name(IpProtocol protocol) => Enum.IsDefined(protocol) ? protocol.ToString().ToUpperInvariant() : $"protocol {(int)protocol}";

    private static string Name(TcpFlags flags)
    {
        (TcpFlags Flag, string Name)[] names =
        [
            (TcpFlags.Syn, "SYN"), (TcpFlags.Fin, "FIN"), (TcpFlags.Reset, "RST"), (TcpFlags.Push, "PSH"), (TcpFlags.Acknowledgment, "ACK"),
        ];
        string text = string.Join('+', names.Where(name => (flags & name.Flag) != TcpFlags.None).Select(name => name.Name));
        return text.Length == 0 ? "without flags" : text;
    }
}
