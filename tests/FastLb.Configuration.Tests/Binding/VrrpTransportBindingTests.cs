using System.Net;
using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Model;
using FastLb.Configuration.Printing;
using Xunit;

namespace FastLb.Configuration.Tests.Binding;

public sealed class VrrpTransportBindingTests
{
    private const string HexKey = "hex:00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

    [Fact]
    public void Peers_have_their_limits()
    {
        VrrpInstance instance = Instance("unicast_src_ip 192.0.2.2\n unicast_ttl 9\n check_unicast_src\n unicast_fault_no_peer\n old_unicast_checksum\n unicast_peer {\n 192.0.2.3\n 192.0.2.4 max_ttl 9 min_ttl 3\n}", out _);
        Assert.Equal(
            new VrrpUnicast
            {
                Peers = [new(IPAddress.Parse("192.0.2.3")), new(IPAddress.Parse("192.0.2.4")) { LeastTimeToLive = 3, MostTimeToLive = 9 }],
                TimeToLive = 9,
                ChecksSource = true,
                FailsWithoutPeer = true,
                Checksum = UnicastChecksum.MulticastGroup,
            },
            instance.Unicast);
    }

    [Theory]
    [InlineData("x", "FLB1206", "'x' is no peer's address", 1)]
    [InlineData("2001:db8::1", "FLB1306", "the peer '2001:db8::1' is not of the family of the instance", 1)]
    [InlineData("192.0.2.3", "FLB1307", "the peer '192.0.2.3' is listed before", 1)]
    [InlineData("192.0.2.4 min_tll 3", "FLB1323", "'unicast_peer' knows no 'min_tll'", 2)]
    [InlineData("192.0.2.4 min_ttl", "FLB1201", "'min_ttl' lacks its value", 2)]
    [InlineData("192.0.2.4 min_ttl 256", "FLB1201", "'256' is no value for 'min_ttl'", 2)]
    [InlineData("192.0.2.4 min_ttl 9 max_ttl 8", "FLB1308", "'min_ttl 9' exceeds 'max_ttl 8'", 2)]
    public void Faulty_peer_is_told(string line, string code, string message, int kept)
    {
        VrrpInstance instance = Instance($"unicast_peer {{\n 192.0.2.3\n {line}\n}}", out ConfigurationResult result);
        Assert.Contains((code, message), result.Diagnostics.Select(d => (d.Code, d.Message)));
        Assert.Equal(kept, instance.Unicast.Peers.Count);
    }

    [Theory]
    [InlineData("unicast_ttl 9", "'unicast_ttl' stands without a peer")]
    [InlineData("vrf blue", "'vrf' stands beside 'interface'")]
    [InlineData("native_ipv6", "'native_ipv6' stands beside addresses of IPv4")]
    [InlineData("vmac_xmit_base", "'vmac_xmit_base' stands without a virtual MAC")]
    [InlineData("mcast_dst_ip 10.0.0.1", "'10.0.0.1' is no IPv4 multicast group")]
    [InlineData("mcast_dst_ip ff02::9", "'ff02::9' is no IPv4 multicast group")]
    [InlineData("garp_extra_if all", "'garp_extra_if' lacks its time")]
    [InlineData("garp_extra_if 86401", "'86401' is no time for 'garp_extra_if'")]
    [InlineData("debug 5", "'debug 5' is out of range")]
    [InlineData("timer_expired_backup 255", "'timer_expired_backup 255' is out of range")]
    public void Setting_that_means_nothing_is_told_and_left_out(string line, string message)
    {
        VrrpInstance plain = Instance(string.Empty, out _);
        Assert.Equal(plain, Instance(line, out ConfigurationResult result));
        Assert.Equal(message, Assert.Single(result.Diagnostics, d => d.Severity is DiagnosticSeverity.Warning or DiagnosticSeverity.Error).Message);
    }

    [Fact]
    public void Every_setting_reaches_the_model()
    {
        VrrpInstance instance = Instance(
            "mcast_dst_ip 224.0.0.9\n track_src_ip\n v3_checksum_as_v2 off\n kernel_rx_buf_size 9\n owner_ignore_adverts\n timer_expired_backup\n strict_mode\n no_accept\n promote_secondaries\n linkbeat_use_polling\n"
            + " garp_extra_if all 30\n smtp_alert\n notify_priority_changes off\n debug 2\n lvs_sync_daemon_interface e9\n use_vmac_addr", out _);
        VrrpInstance plain = Instance(string.Empty, out _);
        Assert.Equal(
            plain with
            {
                MulticastGroup = IPAddress.Parse("224.0.0.9"),
                TracksSourceAddress = true,
                LeavesOutPseudoHeader = false,
                ReceiveBufferSize = 9,
                OwnerIgnoresAdvertisements = true,
                YieldsWhenLateTo = 254,
                IsStrict = true,
                AnswersLowerPriority = false,
                GratuitousArp = new GratuitousArpTiming { LowerPriorityRepeat = 0, LowerPriorityDelay = TimeSpan.Zero },
                Accepts = false,
                PromotesSecondaries = true,
                PollsLink = true,
                ExtraGratuitousArp = new ExtraGratuitousArp(TimeSpan.FromSeconds(30), OnAllInterfaces: true),
                SendsMail = true,
                TellsPriorityChanges = false,
                DebugLevel = 2,
                ConnectionSyncInterface = "e9",
                UsesVirtualMacForAddresses = true,
            },
            instance);
    }

    [Theory]
    [InlineData("use_vmac", null, null, false, null)]
    [InlineData("use_vmac v.1", "v.1", null, false, null)]
    [InlineData("use_vmac name group 00:00:5E:00:01", "group", "00:00:5e:00:01", false, null)]
    [InlineData("use_vmac 02:00:00:00:00:01 netlink_notify_msg group 7 v", "v", "02:00:00:00:00:01", true, 7u)]
    public void Virtual_mac_is_described_in_any_order(string line, string? name, string? mac, bool notifies, uint? group)
    {
        VrrpInstance instance = Instance(line, out ConfigurationResult result);
        Assert.Equal(notifies ? ["FLB1401"] : [], result.Diagnostics.Select(d => d.Code));
        Assert.Equal(new VirtualMac { Name = name, MacAddress = mac, NotifiesByNetlink = notifies, Group = group }, instance.VirtualMac);
    }

    [Theory]
    [InlineData("use_vmac averyverylongname12", "'averyverylongname12' is no interface's name")]
    [InlineData("use_vmac a b", "'b' is a second name beside 'a'")]
    [InlineData("use_vmac 00:11:22:33:44:5g", "'00:11:22:33:44:5g' is no MAC address")]
    [InlineData("use_vmac 01:11:22:33:44", "'01:11:22:33:44' can't be the MAC address of one interface")]
    [InlineData("use_vmac 0:0:0:0:0:0", "'0:0:0:0:0:0' can't be the MAC address of one interface")]
    [InlineData("use_vmac group x", "'group' lacks its number")]
    [InlineData("use_ipvlan private vepa", "'vepa' is a second mode")]
    [InlineData("use_ipvlan 10.0.0.1 10.0.0.2", "'10.0.0.2' is a second address")]
    [InlineData("use_vmac\n unicast_src_ip 192.0.2.2\n unicast_peer {\n 192.0.2.3\n }", "advertisements to single peers travel on the interface itself")]
    public void Faulty_word_of_a_virtual_link_is_told(string line, string message)
    {
        Instance(line, out ConfigurationResult result);
        Assert.Contains(message, result.Diagnostics.Select(d => d.Message));
    }

    [Fact]
    public void Unicast_instance_needs_no_interface()
    {
        const string Body = "virtual_router_id 1\n vrf blue\n use_vmac\n unicast_peer {\n 192.0.2.3\n }\n virtual_ipaddress {\n 192.0.2.10\n }\n";
        VrrpInstance instance = Assert.Single(ConfigurationLoader.Parse($"vrrp_instance V {{\n unicast_src_ip 192.0.2.2\n {Body}\n}}", "f").Configuration!.VrrpInstances);
        Assert.Equal((string.Empty, "blue", "eth0"), (instance.Interface, instance.Vrf, Assert.Single(instance.VirtualAddresses).Device));
        Assert.Null(instance.VirtualMac);
        ConfigurationResult without = ConfigurationLoader.Parse($"vrrp_instance V {{\n {Body}\n}}", "f");
        Assert.Contains("FLB1303", without.Diagnostics.Select(d => d.Code));
        Assert.Empty(without.Configuration!.VrrpInstances);
    }

    [Fact]
    public void Hmac_keys_stay_secret()
    {
        VrrpInstance instance = Instance($"auth_hmac {{\n key 1 {HexKey}\n key 2 file:/k\n active_key 2\n anti_replay monotonic\n time_window 9\n mode receive-only\n}}", out ConfigurationResult result);
        Assert.Equal(
            new HmacAuthentication([new(1, new Secret(HexKey)), new(2, new Secret("file:/k"))], 2) { AntiReplay = AntiReplay.Monotonic, TimeWindow = TimeSpan.FromSeconds(9), Mode = HmacMode.ReceiveOnly },
            instance.Hmac);
        Assert.DoesNotContain("0011223344", instance.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("0011223344", ConfigurationPrinter.Print(result.Configuration!), StringComparison.Ordinal);
        Assert.DoesNotContain("0011223344", DiagnosticRenderer.Render(result.Diagnostics, result.Source), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("key 1 hex:0011", "the key 1 is no key", false)]
    [InlineData("key 256 file:/k", "'256' is no key's number", false)]
    [InlineData("key 1", "the key 1 has no text", false)]
    [InlineData("mode enforce", "'auth_hmac' has no key", false)]
    [InlineData("key 1 file:/k\n key 1 file:/l", "there is a key 1 before", true)]
    [InlineData("key 1 file:/k\n active_key 3", "there is no key 3", true)]
    [InlineData("key 1 file:/k more", "'key' takes a number and one word; the rest of the line is ignored", true)]
    public void Faulty_hmac_key_is_told_without_showing_it(string lines, string message, bool signs)
    {
        VrrpInstance instance = Instance($"auth_hmac {{\n {lines}\n}}", out ConfigurationResult result);
        Assert.Contains(message, result.Diagnostics.Select(d => d.Message));
        Assert.Equal(signs, instance.Hmac is not null);
    }

    [Fact]
    public void Further_address_options_reach_the_model()
    {
        ConfigurationResult result = ConfigurationLoader.Parse(
            "vrrp_instance V {\n interface eth0\n virtual_router_id 1\n virtual_ipaddress {\n 192.0.2.10/24 peer 192.0.2.99 preferred_lft forever\n 192.0.2.11 home -nodad mngtmpaddr noprefixroute autojoin use_vmac preferred_lft 4294967295\n 192.0.2.12 track_group T\n }\n}", "f");
        ValueList<VirtualAddress> addresses = Assert.Single(result.Configuration!.VrrpInstances).VirtualAddresses;
        Assert.Equal(new VirtualAddress(IPAddress.Parse("192.0.2.10"), 32, "eth0") { Peer = IPAddress.Parse("192.0.2.99"), PreferredLifetime = Timeout.InfiniteTimeSpan }, addresses[0]);
        Assert.Equal((TimeSpan.FromSeconds(uint.MaxValue), true, (VirtualAddressFlags)31), (addresses[1].PreferredLifetime, addresses[1].UsesVirtualMac, addresses[1].Flags));
        Assert.Equal(["FLB1308", "FLB1207"], result.Diagnostics.Where(d => d.Severity is DiagnosticSeverity.Warning or DiagnosticSeverity.Error).Select(d => d.Code));
    }

    private static VrrpInstance Instance(string body, out ConfigurationResult result)
    {
        result = ConfigurationLoader.Parse($"vrrp_instance VI_1 {{\n interface eth0\n virtual_router_id 1\n virtual_ipaddress {{ 192.0.2.10 }}\n {body}\n}}\n", "f");
        return Assert.Single(result.Configuration!.VrrpInstances);
    }
}
