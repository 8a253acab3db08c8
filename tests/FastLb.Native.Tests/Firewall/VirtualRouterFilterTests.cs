using System.Net;
using System.Net.NetworkInformation;
using FastLb.Native.Firewall;
using FastLb.Native.Interfaces;
using FastLb.Native.Tests.Namespaces;
using FastLb.Native.Vrrp;
using FastLb.Netlink;

namespace FastLb.Native.Tests.Firewall;

public sealed class VirtualRouterFilterTests : IDisposable
{
    private const string Table = "fastlb_vrrp_test";
    private static readonly IPAddress Virtual = IPAddress.Parse("192.0.2.100");
    private static readonly IPAddress Virtual6 = IPAddress.Parse("2001:db8::100");

    private readonly VethPair _link = new();
    private readonly int _index;

    public VirtualRouterFilterTests()
    {
        foreach ((NetworkNamespace place, string device, string own) in new[] { (_link.Near, VethPair.NearName, "1"), (_link.Far, VethPair.FarName, "2") })
        {
            place.Invoke(() =>
            {
                File.WriteAllText($"/proc/sys/net/ipv6/conf/{device}/accept_dad", "0");
                File.WriteAllText($"/proc/sys/net/ipv6/conf/{device}/disable_ipv6", "0");
            });
            place.Run("ip", $"address add 2001:db8::{own}/64 dev {device} nodad");
            place.Run("ip", $"address add fe80::{own}/64 dev {device} nodad");
        }

        _link.Near.Run("ip", $"address add {Virtual}/32 dev {VethPair.NearName}");
        _link.Near.Run("ip", $"address add {Virtual6}/128 dev {VethPair.NearName} nodad");
        _link.AwaitTraffic();
        _index = _link.Near.Invoke(() => NetworkDevice.Read(VethPair.NearName).Index);
    }

    public void Dispose() => _link.Dispose();

    [Theory]
    [InlineData("192.0.2.100", "192.0.2.1")]
    [InlineData("2001:db8::100", "2001:db8::1")]
    public void Host_does_not_answer_at_a_refused_address_until_it_is_accepted(string refused, string other)
    {
        RefusedAddress address = new(IPAddress.Parse(refused), _index);
        using VirtualRouterFilter filter = Open();

        filter.Refuse(address);
        Assert.False(Answers(refused));
        Assert.True(Answers(other));

        filter.Accept(address);
        Assert.True(Answers(refused));
    }

    [Fact]
    public void Neighbour_is_still_found_at_a_refused_ipv6_address()
    {
        using VirtualRouterFilter filter = Open(new RefusedAddress(Virtual6, _index));

        Assert.False(Answers(Virtual6.ToString()));

        Assert.Contains(VethPair.NearMac, _link.Far.Run("ip", $"neighbour show {Virtual6}"), StringComparison.Ordinal);
    }

    [Fact]
    public void Neighbour_that_asks_a_refused_ipv6_address_itself_whether_it_is_still_there_gets_an_answer()
    {
        using VirtualRouterFilter filter = Open(new RefusedAddress(Virtual6, _index));

        _link.Far.Run("ip", $"neighbour replace {Virtual6} lladdr {VethPair.NearMac} dev {VethPair.FarName} nud probe");

        Eventually.Read(() => _link.Far.Run("ip", $"neighbour show {Virtual6}"), shown => shown.Contains("REACHABLE", StringComparison.Ordinal));
    }

    [Fact]
    public void Link_local_address_is_refused_on_its_own_interface_alone()
    {
        using VirtualRouterFilter filter = Open(new RefusedAddress(IPAddress.Parse("fe80::1"), 9999));
        Assert.True(Answers($"fe80::1%{VethPair.FarName}"));

        filter.Refuse(new RefusedAddress(IPAddress.Parse("fe80::1"), _index));

        Assert.False(Answers($"fe80::1%{VethPair.FarName}"));
    }

    [Fact]
    public void Membership_reports_of_a_macvlan_leave_by_the_interface_below()
    {
        using Rtnetlink kernel = _link.Near.Invoke(Rtnetlink.Open);
        using VirtualRouterFilter filter = Open();
        LinkInfo link = _link.Near.Invoke(() => kernel.VirtualLinks.Create(new VirtualLinkRequest("vrrp.51", _index, VirtualLinkKind.Macvlan)
        {
            Mac = PhysicalAddress.Parse("00-00-5E-00-01-33"),
            UsesIpv4 = true,
        }));
        filter.AddLink(new FilteredLink(link.Index, _index));
        string captured = "";
        Task capture = Task.Run(() => captured = _link.Far.Run("timeout", $"10 tcpdump --immediate-mode -c 2 -e -n -i {VethPair.FarName} igmp"));

        Eventually.Read(
            () =>
            {
                // Joining and leaving, each time anew, makes the kernel report.
                using VrrpSocket socket = _link.Near.Invoke(() => VrrpSocket.Open(new VrrpSocketSettings(link.Index, IPAddress.Parse("224.0.0.18"))));
                return capture.Wait(100);
            },
            isCaptured => isCaptured);

        Assert.Contains(VethPair.NearMac, captured, StringComparison.Ordinal);
        Assert.DoesNotContain("00:00:5e:00:01:33", captured, StringComparison.Ordinal);
        filter.RemoveLink(link.Index);
        Assert.DoesNotContain("elements", _link.Near.Run("nft", $"list map ip {Table} parents"), StringComparison.Ordinal);
    }

    [Fact]
    public void Tables_of_a_killed_process_are_replaced_and_go_in_the_end()
    {
        _link.Near.Run("nft", $"add table ip {Table}");
        _link.Near.Run("nft", $"add chain ip {Table} stale {{ type filter hook input priority 0; policy drop; }}");
        Assert.False(Answers(VethPair.NearAddress));

        using (VirtualRouterFilter filter = Open(new RefusedAddress(Virtual, _index)))
        {
            Assert.True(Answers(VethPair.NearAddress));
            Assert.False(Answers(Virtual.ToString()));
        }

        Assert.DoesNotContain(Table, _link.Near.Run("nft", "list tables"), StringComparison.Ordinal);
        Assert.True(Answers(Virtual.ToString()));
    }

    [Fact]
    public void What_is_left_is_removed_by_name()
    {
        _link.Near.Run("nft", $"add table ip6 {Table}");

        Assert.True(_link.Near.Invoke(() => VirtualRouterFilter.Remove(Table)));

        Assert.DoesNotContain(Table, _link.Near.Run("nft", "list tables"), StringComparison.Ordinal);
        Assert.False(_link.Near.Invoke(() => VirtualRouterFilter.Remove(Table)));
    }

    [Fact]
    public void Same_address_on_two_interfaces_and_twice_is_refused_once()
    {
        using VirtualRouterFilter filter = Open(new RefusedAddress(Virtual, _index), new RefusedAddress(Virtual, 9999));
        filter.Refuse(new RefusedAddress(Virtual, _index));

        filter.Accept(new RefusedAddress(Virtual, 9999));

        Assert.False(Answers(Virtual.ToString()));
    }

    [Fact]
    public void Impossible_name_is_refused() => Assert.Throws<ArgumentException>(() => VirtualRouterFilter.Open("a b; flush ruleset", [], []));

    private VirtualRouterFilter Open(params RefusedAddress[] addresses) => _link.Near.Invoke(() => VirtualRouterFilter.Open(Table, addresses, []));

    // Nothing arriving within a second from the other end of a veth pair was dropped; what does arrive ends the waiting.
    private bool Answers(string address) => _link.Far.Run("sh", $"-c \"ping -n -c 1 -W 1 {address} >/dev/null 2>&1 && echo yes || echo no\"").StartsWith("yes", StringComparison.Ordinal);
}
