using FastLb.Wire;

namespace FastLb.Dataplane.Explanations;

/// <summary>What of a frame's headers another one has differently, found by comparing the two.</summary>
internal static class HeaderChanges
{
    private const string None = "";

    /// <summary>The differences, outermost header first.</summary>
    public static IReadOnlyList<HeaderChange> Between(ReadOnlySpan<byte> before, ReadOnlySpan<byte> after)
    {
        List<HeaderChange> changes = [];
        Span<byte> old = Untagged(before, out VlanTag oldTag), now = Untagged(after, out VlanTag newTag);
        if (!EthernetView.TryParse(old, out EthernetView oldFrame) || !EthernetView.TryParse(now, out EthernetView newFrame))
            return changes;
        Add(changes, "ethernet destination", oldFrame.Destination.ToString(), newFrame.Destination.ToString());
        Add(changes, "ethernet source", oldFrame.Source.ToString(), newFrame.Source.ToString());
        Add(changes, "VLAN", NameOf(oldTag), NameOf(newTag));
        if (Ipv4View.TryParse(old[EthernetView.HeaderLength..], int.MaxValue / 2, out Ipv4View oldPacket)
            && Ipv4View.TryParse(now[EthernetView.HeaderLength..], int.MaxValue / 2, out Ipv4View newPacket))
            AddPacket(changes, oldPacket, newPacket);
        return changes;
    }

    private static void AddPacket(List<HeaderChange> changes, Ipv4View before, Ipv4View after)
    {
        if (after.Protocol == IpProtocol.IpInIp && before.Protocol != IpProtocol.IpInIp && Ipv4View.TryParse(after.Payload, int.MaxValue / 2, out Ipv4View inner))
        {
            changes.Add(new HeaderChange("outer source", None, Address(after.Source)));
            changes.Add(new HeaderChange("outer destination", None, Address(after.Destination)));
            AddPacket(changes, before, inner);
            return;
        }

        if (after.Protocol == IpProtocol.Icmp && before.Protocol != IpProtocol.Icmp && IcmpView.TryParse(after.Payload, out IcmpView answer))
        {
            string mtu = answer.TypeAndCode == IcmpError.FragmentationNeeded ? $" of MTU {answer.NextHopMtu}" : string.Empty;
            changes.Add(new HeaderChange("answer", None, $"ICMP {Words(answer.TypeAndCode)}{mtu} from {Address(after.Source)} to {Address(after.Destination)}"));
            return;
        }

        if (IsReset(before, after))
        {
            changes.Add(new HeaderChange("answer", None, $"TCP reset from {Address(after.Source)} to {Address(after.Destination)}"));
            return;
        }

        Add(changes, "source", Address(before.Source), Address(after.Source));
        Add(changes, "destination", Address(before.Destination), Address(after.Destination));
        Add(changes, "time to live", before.TimeToLive.ToString(), after.TimeToLive.ToString());
        if (before.IsLaterFragment)
            return;
        if (before.Protocol is IpProtocol.Tcp or IpProtocol.Udp && before.Payload.Length >= UdpView.HeaderLength && after.Payload.Length >= UdpView.HeaderLength
            && UdpView.TryParse(before.Payload, out UdpView oldPorts) && UdpView.TryParse(after.Payload, out UdpView newPorts))
        {
            Add(changes, "source port", oldPorts.SourcePort.ToString(), newPorts.SourcePort.ToString());
            Add(changes, "destination port", oldPorts.DestinationPort.ToString(), newPorts.DestinationPort.ToString());
        }
        else if (before.Protocol == IpProtocol.Icmp && IcmpView.TryParse(before.Payload, out IcmpView oldError) && IcmpView.TryParse(after.Payload, out IcmpView newError)
            && QuotedPacket.TryParse(oldError.Quote, out QuotedPacket oldQuote) && QuotedPacket.TryParse(newError.Quote, out QuotedPacket newQuote))
        {
            Add(changes, "quoted source", Endpoint(oldQuote.Source, oldQuote.SourcePort), Endpoint(newQuote.Source, newQuote.SourcePort));
            Add(changes, "quoted destination", Endpoint(oldQuote.Destination, oldQuote.DestinationPort), Endpoint(newQuote.Destination, newQuote.DestinationPort));
        }
    }

    private static bool IsReset(Ipv4View before, Ipv4View after) =>
        after.Protocol == IpProtocol.Tcp && after.Source == before.Destination && after.Destination == before.Source
        && TcpView.TryParse(after.Payload, out TcpView segment) && (segment.Flags & TcpFlags.Reset) != TcpFlags.None;

    private static Span<byte> Untagged(ReadOnlySpan<byte> frame, out VlanTag tag)
    {
        Span<byte> copy = frame.ToArray();
        tag = default;
        if (copy.Length < EthernetView.HeaderLength + VlanTag.Size || !EthernetView.TryParse(copy, out EthernetView ethernet) || !VlanTag.IsTag(ethernet.Type))
            return copy;
        tag = VlanTag.Remove(copy);
        return copy[VlanTag.Size..];
    }

    private static void Add(List<HeaderChange> changes, string field, string before, string after)
    {
        if (!string.Equals(before, after, StringComparison.Ordinal))
            changes.Add(new HeaderChange(field, before, after));
    }

    private static string NameOf(VlanTag tag) => tag.IsNone ? None : tag.Vlan.ToString();

    private static string Address(uint address) => IpAddress.FromV4(address).ToString();

    private static string Endpoint(uint address, ushort port) => $"{Address(address)}:{port}";

    private static string Words(IcmpError error) => error switch
    {
        IcmpError.PortUnreachable => "port unreachable",
        IcmpError.FragmentationNeeded => "fragmentation needed",
        IcmpError.TimeExceeded => "time exceeded",
        _ => $"type {(int)error >> 8} code {(int)error & 0xFF}",
    };
}
