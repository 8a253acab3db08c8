using FastLb.Native.Tests.Namespaces;
using FastLb.Netlink.Routing;

namespace FastLb.Native.Tests.Netlink.Routing;

/// <summary>What the kernel makes of routes and rules, as ip(8) shows it.</summary>
public sealed class RoutingTests : RtnetlinkFixture
{
    [Theory]
    [InlineData("198.51.100.0/24 via 192.0.2.2 dev near", "198.51.100.0/24 via 192.0.2.2 dev near proto keepalived")]
    [InlineData("198.51.100.0/24 via 192.0.2.2", "198.51.100.0/24 via 192.0.2.2 dev near proto keepalived")]
    [InlineData("198.51.100.0/24 dev near", "198.51.100.0/24 dev near proto keepalived scope link")]
    [InlineData("default via 192.0.2.2 dev near metric 50", "default via 192.0.2.2 dev near proto keepalived metric 50")]
    [InlineData("198.51.100.0/24 via 203.0.113.9 dev near onlink", "198.51.100.0/24 via 203.0.113.9 dev near proto keepalived onlink")]
    [InlineData("198.51.100.0/24 dev near src 192.0.2.1 tos 0x10 realms 3/4", "198.51.100.0/24 tos 0x10 dev near proto keepalived scope link src 192.0.2.1 realms 3/4")]
    [InlineData("198.51.100.0/24 dev near mtu lock 1400 advmss 1360 initcwnd 20 rtt 1s rto_min 300ms", "mtu lock 1400 rtt 1s advmss 1360 initcwnd 20 rto_min lock 300ms")]
    [InlineData("198.51.100.0/24 dev near congctl cubic quickack 1 features ecn", "features ecn quickack 1 congctl cubic")]
    [InlineData("blackhole 198.51.100.0/24", "blackhole 198.51.100.0/24 proto keepalived")]
    [InlineData("unreachable 198.51.100.0/24 metric 9 protocol static", "unreachable 198.51.100.0/24 proto static metric 9")]
    [InlineData("prohibit 198.51.100.0/24", "prohibit 198.51.100.0/24 proto keepalived")]
    [InlineData("throw 198.51.100.0/24 table 1000", "throw 198.51.100.0/24 table 1000 proto keepalived")]
    [InlineData("local 198.51.100.0/24 dev lo", "local 198.51.100.0/24 dev lo table local proto keepalived scope host")]
    [InlineData("198.51.100.0/24 nexthop via 192.0.2.2 dev near weight 3 nexthop via 192.0.2.3 dev near", "nexthop via 192.0.2.3 dev near weight 1")]
    [InlineData("198.51.100.0/24 nexthop via 192.0.2.2 dev near weight 3 nexthop via 192.0.2.3", "nexthop via 192.0.2.2 dev near weight 3")]
    [InlineData("198.51.100.0/24 via inet6 2001:db8::2 dev near", "198.51.100.0/24 via inet6 2001:db8::2 dev near proto keepalived")]
    [InlineData("2001:db8:1::/48 via 2001:db8::2 dev near", "2001:db8:1::/48 via 2001:db8::2 dev near proto keepalived metric 1024 pref medium")]
    [InlineData("2001:db8:1::/48 via fe80::2 dev near metric 3 pref high", "2001:db8:1::/48 via fe80::2 dev near proto keepalived metric 3 pref high")]
    [InlineData("2001:db8:1::/48 nexthop via 2001:db8::2 dev near weight 2 nexthop via 2001:db8::3 dev near", "nexthop via 2001:db8::2 dev near weight 2")]
    [InlineData("unreachable 2001:db8:1::/48 metric 9", "unreachable 2001:db8:1::/48 dev lo proto keepalived metric 9")]
    [InlineData("default via fe80::2 dev near table 1000", "default via fe80::2 dev near table 1000 proto keepalived")]
    public void Route_is_there_as_ip_shows_it_until_it_is_removed(string line, string shown)
    {
        EnableIpv6();
        RouteSpecification route = Parse(line);
        string before = ShowRoutes();

        Assert.True(Kernel.Routes.Add(route));
        Assert.Contains(shown, ShowRoutes(), StringComparison.Ordinal);
        Assert.False(Kernel.Routes.Add(route));

        Assert.True(Kernel.Routes.Remove(route));
        Assert.False(Kernel.Routes.Remove(route));
        Assert.Equal(before, ShowRoutes());
    }

    [Fact]
    public void Administrator_s_route_to_the_same_prefix_is_hidden_and_comes_back()
    {
        Ip("route add 198.51.100.0/24 via 192.0.2.77");
        RouteSpecification route = Parse("198.51.100.0/24 via 192.0.2.2 dev near");

        Assert.True(Kernel.Routes.Add(route));
        Assert.Contains("via 192.0.2.2", Ip("route get 198.51.100.1"), StringComparison.Ordinal);

        Assert.True(Kernel.Routes.Remove(route));
        Assert.Contains("via 192.0.2.77", Ip("route get 198.51.100.1"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("add", false, "192.0.2.77")]
    [InlineData("append", true, "192.0.2.77")]
    [InlineData("replace", true, "192.0.2.2")]
    public void Operation_decides_over_a_route_that_is_there(string operation, bool isSet, string way)
    {
        Ip("route add 198.51.100.0/24 via 192.0.2.77");

        Assert.Equal(isSet, Kernel.Routes.Add(Parse($"198.51.100.0/24 via 192.0.2.2 {operation}")));

        Assert.Contains($"via {way}", Ip("route get 198.51.100.1"), StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_interface_and_the_kernels_reason_are_told()
    {
        SystemCallException missing = Assert.Throws<SystemCallException>(() => Kernel.Routes.Add(Parse("198.51.100.0/24 dev eth77")));
        Assert.Equal("find interface of route '198.51.100.0/24 dev eth77': ENODEV: there is no interface 'eth77' in this network namespace", missing.Message);
        Assert.False(Kernel.Routes.Remove(Parse("198.51.100.0/24 dev eth77")));

        SystemCallException refused = Assert.Throws<SystemCallException>(() => Kernel.Routes.Add(Parse("198.51.100.0/24 via 203.0.113.9 dev near")));
        Assert.StartsWith("set route '198.51.100.0/24 via 203.0.113.9 dev near': ENETUNREACH: the kernel says: ", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("from 192.0.2.100 table 1000 priority 500", "500:\tfrom 192.0.2.100 lookup 1000 proto keepalived")]
    [InlineData("to 198.51.100.0/24 blackhole", "16383:\tfrom all to 198.51.100.0/24 blackhole proto keepalived")]
    [InlineData("not from 192.0.2.0/24 iif near oif lo prohibit protocol static", "16383:\tnot from 192.0.2.0/24 iif near oif lo prohibit proto static")]
    [InlineData("fwmark 0x10/0xff tos 0x10 lookup main suppress_prefixlength 0", "from all tos 0x10 fwmark 0x10/0xff lookup main suppress_prefixlength 0 proto keepalived")]
    [InlineData("ipproto tcp sport 80 dport 1000-2000 uidrange 5-7 unreachable", "uidrange 5-7 ipproto tcp sport 80 dport 1000-2000 unreachable")]
    [InlineData("from all goto 32766", "16383:\tfrom all goto 32766 proto keepalived")]
    [InlineData("from all nop", "16383:\tfrom all nop proto keepalived")]
    [InlineData("from 2001:db8::/32 table 1000 suppress_ifgroup 2", "16383:\tfrom 2001:db8::/32 lookup 1000 suppress_ifgroup 2 proto keepalived")]
    [InlineData("iif missing0 table 1000", "iif missing0 [detached] lookup 1000")]
    public void Rule_is_there_as_ip_shows_it_until_it_is_removed(string line, string shown)
    {
        RuleSpecification rule = RuleSpecification.Parse(line.Split(' '), RoutingNames.BuiltIn, usualPriority: 16383);
        string before = ShowRules();

        Assert.True(Kernel.Rules.Add(rule));
        Assert.Contains(shown, ShowRules(), StringComparison.Ordinal);
        Assert.False(Kernel.Rules.Add(rule));

        Assert.True(Kernel.Rules.Remove(rule));
        Assert.False(Kernel.Rules.Remove(rule));
        Assert.Equal(before, ShowRules());
    }

    private void EnableIpv6()
    {
        Near.Invoke(() =>
        {
            File.WriteAllText($"/proc/sys/net/ipv6/conf/{VethPair.NearName}/accept_dad", "0");
            File.WriteAllText($"/proc/sys/net/ipv6/conf/{VethPair.NearName}/disable_ipv6", "0");
        });
        Ip($"address add 2001:db8::1/64 dev {VethPair.NearName} nodad");
        Eventually.Read(() => Ip($"-6 address show {VethPair.NearName}"), shown => shown.Contains("fe80", StringComparison.Ordinal) && !shown.Contains("tentative", StringComparison.Ordinal));
    }

    private string ShowRoutes() => Ip("-4 route show table all") + Ip("-6 route show table all");

    private string ShowRules() => Ip("-4 rule") + Ip("-6 rule");

    private static RouteSpecification Parse(string line) => RouteSpecification.Parse(line.Split(' '), RoutingNames.BuiltIn);
}
