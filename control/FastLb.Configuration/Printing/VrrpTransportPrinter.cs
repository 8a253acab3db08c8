using FastLb.Configuration.Model;
using static FastLb.Configuration.Printing.PrintedValue;

namespace FastLb.Configuration.Printing;

/// <summary>Writes how an instance's advertisements travel, and the interfaces that are made for it.</summary>
internal static class VrrpTransportPrinter
{
    /// <summary>The lines within the instance's block.</summary>
    public static void Print(BlockWriter writer, VrrpInstance instance)
    {
        if (instance.SourceAddress is { } source) writer.Line(instance.Unicast.Peers.Count > 0 ? "unicast_src_ip" : "mcast_src_ip", source.ToString());
        if (instance.TracksSourceAddress) writer.Line("track_src_ip");
        if (instance.MulticastGroup is { } group) writer.Line("mcast_dst_ip", group.ToString());
        PrintUnicast(writer, instance.Unicast);
        if (instance.LeavesOutPseudoHeader is { } leavesOut) writer.Line("v3_checksum_as_v2", Switch(leavesOut));
        if (instance.Vrf is { } vrf) writer.Line("vrf", vrf);
        if (instance.ClaimsIpv6) writer.Line("native_ipv6");
        if (instance.ReceiveBufferSize is { } size) writer.Line("kernel_rx_buf_size", Number(size));
        if (instance.VirtualMac is { } mac) writer.Line("use_vmac", Words(mac));
        if (instance.UsesVirtualMacForAddresses) writer.Line("use_vmac_addr");
        if (instance.Ipvlan is { } ipvlan) writer.Line("use_ipvlan", Words(ipvlan));
        if (instance.AdvertisesOnBase) writer.Line("vmac_xmit_base");
    }

    private static void PrintUnicast(BlockWriter writer, VrrpUnicast unicast)
    {
        if (unicast.TimeToLive is { } timeToLive) writer.Line("unicast_ttl", Number(timeToLive));
        if (unicast.ChecksSource) writer.Line("check_unicast_src");
        if (unicast.FailsWithoutPeer) writer.Line("unicast_fault_no_peer");
        if (unicast.Checksum != UnicastChecksum.Detected) writer.Line("old_unicast_checksum", unicast.Checksum == UnicastChecksum.Destination ? ["never"] : []);
        if (unicast.Peers.Count == 0) return;
        writer.Open("unicast_peer");
        foreach (UnicastPeer peer in unicast.Peers)
        {
            List<string> words = [];
            if (peer.LeastTimeToLive is { } least) words.AddRange(["min_ttl", Number(least)]);
            if (peer.MostTimeToLive is { } most) words.AddRange(["max_ttl", Number(most)]);
            writer.Line(peer.Address.ToString(), [.. words]);
        }

        writer.Close();
    }

    /// <summary>A name, behind <c>name</c> where it could be taken for something else; keepalived 2.2 has no such word.</summary>
    private static string[] Named(string name) =>
        name is "name" or "group" or "netlink_notify_msg" or "bridge" or "private" or "vepa" || !name.Any(char.IsAsciiLetter) ? ["name", name] : [name];

    private static string[] Words(VirtualMac mac)
    {
        List<string> words = [];
        if (mac.Name is { } name) words.AddRange(Named(name));
        if (mac.MacAddress is { } address) words.Add(address);
        if (mac.NotifiesByNetlink) words.Add("netlink_notify_msg");
        if (mac.Group is { } group) words.AddRange(["group", Number(group)]);
        return [.. words];
    }

    private static string[] Words(VirtualIpvlan ipvlan)
    {
        List<string> words = [];
        if (ipvlan.Name is { } name) words.AddRange(Named(name));
        if (ipvlan.Address is { } address) words.Add(address);
        words.Add(ipvlan.Mode switch
        {
            IpvlanMode.Private => "private",
            IpvlanMode.Vepa => "vepa",
            _ => "bridge",
        });
        return [.. words];
    }
}
