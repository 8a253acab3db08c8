using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using FastLb.Native.Interfaces;
using FastLb.Native.Tests.Namespaces;
using FastLb.Netlink;

namespace FastLb.Native.Tests.Netlink;

public sealed class VirtualLinkTableTests : RtnetlinkFixture
{
    private const string Name = "vrrp.51";
    private static readonly PhysicalAddress Mac = PhysicalAddress.Parse("00-00-5E-00-01-33");

    private VirtualLinkRequest Request => new(Name, NearIndex, VirtualLinkKind.Macvlan) { Mac = Mac, UsesIpv4 = true };

    [Fact]
    public void Link_has_the_routers_mac_is_private_and_up()
    {
        LinkInfo link = Create(Request with { Group = 42 });

        Assert.Equal((Name, Mac, NearIndex, "macvlan"), (link.Name, link.Mac, link.LowerIndex, link.Kind));
        Assert.True(link.IsUp);
        string shown = Ip($"-d link show {Name}");
        Assert.Contains("macvlan mode private", shown, StringComparison.Ordinal);
        Assert.Contains("group 42", shown, StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_are_keepalived_s()
    {
        Create(Request);

        Assert.Equal(
            (1, 1, 0, 0, 1),
            (Setting("accept_local"), Setting("arp_ignore"), Setting("arp_filter"), Setting("rp_filter"), Setting("promote_secondaries")));
        Assert.Equal(1, Near.Invoke(() => InterfaceSysctls.Read(AddressFamily.InterNetworkV6, Name, "disable_ipv6")));
        Assert.Equal(
            [new VirtualLinkSetting(IsIpv6: false, "arp_ignore", 1), new VirtualLinkSetting(IsIpv6: false, "arp_filter", 1)], VirtualLinkTable.ParentSettings(Request));
        Assert.Empty(VirtualLinkTable.ParentSettings(Request with { UsesIpv4 = false }));
    }

    [Fact]
    public void Reverse_path_filter_of_all_interfaces_is_to_become_that_of_each_but_the_link()
    {
        Assert.Empty(Near.Invoke(() => Kernel.VirtualLinks.ReversePathSettings(Request)));
        Near.Invoke(() =>
        {
            InterfaceSysctls.Write(AddressFamily.InterNetwork, InterfaceSysctls.AllInterfaces, "rp_filter", 1);
            InterfaceSysctls.Write(AddressFamily.InterNetwork, "lo", "rp_filter", 2);
        });
        Create(Request);

        VirtualLinkSetting on = new(IsIpv6: false, "rp_filter", 1);
        Assert.Equal(
            [(VethPair.NearName, on), ("default", on), ("all", on with { Value = 0 })], Near.Invoke(() => Kernel.VirtualLinks.ReversePathSettings(Request)));
        Assert.Empty(Near.Invoke(() => Kernel.VirtualLinks.ReversePathSettings(Request with { UsesIpv4 = false })));
    }

    [Fact]
    public void Neighbour_reaches_its_address_under_the_routers_mac()
    {
        Near.Invoke(() =>
        {
            foreach (VirtualLinkSetting setting in VirtualLinkTable.ParentSettings(Request))
                InterfaceSysctls.Write(AddressFamily.InterNetwork, VethPair.NearName, setting.Name, setting.Value);
        });
        LinkInfo link = Create(Request);
        Kernel.Addresses.Add(new AddressInfo(link.Index, IPAddress.Parse("192.0.2.100"), 32));

        // Else the request for the way back, which leaves by the interface below, would tell of that one's address (arp_announce).
        Ip($"neighbour add {VethPair.FarAddress} lladdr {VethPair.FarMac} dev {VethPair.NearName} nud permanent");
        Pair.Far.Run("ping", "-c 1 -i 0.2 -w 10 192.0.2.100");

        Assert.Contains("00:00:5e:00:01:33", Pair.Far.Run("ip", "neighbour show 192.0.2.100"), StringComparison.Ordinal);
    }

    [Fact]
    public void Ipv6_link_has_no_address_but_the_link_local_one_that_it_is_given()
    {
        Near.Invoke(() => File.WriteAllText($"/proc/sys/net/ipv6/conf/{VethPair.NearName}/disable_ipv6", "0"));
        Ip($"address add fe80::1/64 dev {VethPair.NearName} nodad");
        LinkInfo link = Create(Request with { UsesIpv4 = false, UsesIpv6 = true });
        Assert.DoesNotContain(Kernel.Addresses.List(), address => address.InterfaceIndex == link.Index);

        IPAddress below = Eventually.Read(() => Kernel.VirtualLinks.ListLinkLocal(NearIndex), addresses => addresses.Count > 0)[0];
        Kernel.VirtualLinks.AddLinkLocal(link.Index, below);

        AddressInfo address = Assert.Single(Kernel.Addresses.List(), address => address.InterfaceIndex == link.Index);
        Assert.True(address.Flags.HasFlag(AddressFlags.Deprecated));
        Assert.Equal(below, Assert.Single(Kernel.VirtualLinks.ListLinkLocal(link.Index)));
        Assert.Contains("addrgenmode none", Ip($"-d link show {Name}"), StringComparison.Ordinal);
        foreach (string setting in (string[])["accept_ra", "autoconf", "router_solicitations", "disable_ipv6"])
            Assert.Equal(0, Near.Invoke(() => InterfaceSysctls.Read(AddressFamily.InterNetworkV6, Name, setting)));
    }

    [Fact]
    public void Leftover_becomes_the_link_with_what_is_asked_for_now()
    {
        Ip($"link add {Name} link {VethPair.NearName} address 02:00:00:00:00:99 type macvlan mode bridge");
        int index = Kernel.Links.Find(Name)!.Index;

        LinkInfo link = Create(Request);

        Assert.Equal((index, Mac), (link.Index, link.Mac));
        Assert.Contains("macvlan mode private", Ip($"-d link show {Name}"), StringComparison.Ordinal);
        Assert.Equal(link, Create(Request));
    }

    [Fact]
    public void Leftover_on_another_interface_is_replaced()
    {
        Ip("link add other type bridge");
        Ip($"link add {Name} link other type macvlan mode private");

        Assert.Equal(NearIndex, Create(Request).LowerIndex);
    }

    [Fact]
    public void Interface_of_another_kind_is_left_alone_and_told()
    {
        Ip($"link add {Name} type bridge");

        SystemCallException fault = Assert.Throws<SystemCallException>(() => Create(Request));

        Assert.Equal($"create link {Name}: EEXIST: there is an interface of this name that is no macvlan: choose another name for it", fault.Message);
        Assert.False(Kernel.VirtualLinks.Remove(Request));
        Assert.Equal("bridge", Kernel.Links.Find(Name)!.Kind);
    }

    [Fact]
    public void Removed_link_is_gone_and_removing_it_again_is_no_error()
    {
        Create(Request);

        Assert.True(Kernel.VirtualLinks.Remove(Request));

        Assert.Null(Kernel.Links.Find(Name));
        Assert.False(Kernel.VirtualLinks.Remove(Request));
    }

    [Fact]
    public void Link_on_an_interface_that_is_down_is_made_all_the_same()
    {
        Ip($"link set {VethPair.NearName} down");

        Assert.True(Create(Request).IsUp);
    }

    [Fact]
    public void Missing_interface_below_and_impossible_requests_are_told()
    {
        Assert.Equal(Errno.ENODEV, Assert.Throws<SystemCallException>(() => Create(Request with { ParentIndex = 9999 })).Errno);
        Assert.Throws<ArgumentException>(() => Create(Request with { Mac = null }));
        Assert.Throws<ArgumentException>(() => Create(Request with { Kind = VirtualLinkKind.Ipvlan }));
    }

    [Fact]
    public void Ipvlan_is_made_where_the_kernel_has_it_and_else_refused_by_name()
    {
        VirtualLinkRequest request = new("ipv.51", NearIndex, VirtualLinkKind.Ipvlan) { UsesIpv4 = true, Reach = IpvlanReach.Private };
        try
        {
            Create(request);
        }
        catch (KernelFeatureException fault)
        {
            Assert.Contains("CONFIG_IPVLAN", fault.Message, StringComparison.Ordinal);
            Assert.Throws<Xunit.Sdk.TrueException>(() => Ip("link add probe link near type ipvlan mode l2")); // nor has ip(8)
            return;
        }

        Assert.Contains("ipvlan mode l2 private", Ip("-d link show ipv.51"), StringComparison.Ordinal);
        Assert.True(Kernel.VirtualLinks.Remove(request));
    }

    private LinkInfo Create(VirtualLinkRequest request) => Near.Invoke(() => Kernel.VirtualLinks.Create(request));

    private int? Setting(string name) => Near.Invoke(() => InterfaceSysctls.Read(AddressFamily.InterNetwork, Name, name));
}
