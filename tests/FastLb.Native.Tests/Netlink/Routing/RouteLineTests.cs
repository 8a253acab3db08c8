using System.Net;
using System.Net.Sockets;
using FastLb.Netlink;
using FastLb.Netlink.Routing;

namespace FastLb.Native.Tests.Netlink.Routing;

public sealed class RouteLineTests
{
    [Fact]
    public void Router_and_interface_are_the_only_way()
    {
        RouteSpecification route = Parse("198.51.100.0/24 via 192.0.2.2 dev eth0");

        Assert.Equal((AddressFamily.InterNetwork, RouteType.Unicast, 254u), (route.Family, route.Type, route.Table));
        Assert.Equal(new RoutingPrefix(IPAddress.Parse("198.51.100.0"), 24), route.Destination);
        Assert.Equal([new RouteHop("eth0", IPAddress.Parse("192.0.2.2"))], route.Hops);
        Assert.Equal((AddressScope.Global, RouteSpecification.KeepalivedProtocol, RouteOperation.Prepend), (route.Scope, route.Protocol, route.Operation));
        Assert.False(route.IsMultipath);
    }

    [Theory]
    [InlineData("default via 192.0.2.2", AddressFamily.InterNetwork, "0.0.0.0/0")]
    [InlineData("default via 2001:db8::2", AddressFamily.InterNetworkV6, "::/0")]
    [InlineData("inet6 any dev eth0", AddressFamily.InterNetworkV6, "::/0")]
    [InlineData("all via inet6 2001:db8::2 dev eth0", AddressFamily.InterNetwork, "0.0.0.0/0")]
    [InlineData("to 2001:db8::1 dev eth0", AddressFamily.InterNetworkV6, "2001:db8::1/128")]
    [InlineData("192.0.2.1 dev eth0", AddressFamily.InterNetwork, "192.0.2.1/32")]
    public void Family_is_that_of_the_addresses(string line, AddressFamily family, string destination)
    {
        RouteSpecification route = Parse(line);

        Assert.Equal((family, destination), (route.Family, route.Destination.ToString()));
    }

    [Theory]
    [InlineData("10.0.0.0/8 dev eth0", AddressScope.Link, 254u)]
    [InlineData("local 10.0.0.0/8 dev lo", AddressScope.Host, 255u)]
    [InlineData("broadcast 10.0.0.0 dev eth0", AddressScope.Link, 255u)]
    [InlineData("blackhole 10.0.0.0/8", AddressScope.Global, 254u)]
    [InlineData("10.0.0.0/8 dev eth0 scope site table 1000", AddressScope.Site, 1000u)]
    [InlineData("10.0.0.0/8 dev eth0 scope 100 table uplink", (AddressScope)100, 0x77u)]
    [InlineData("2001:db8::/32 dev eth0", AddressScope.Global, 254u)]
    public void Scope_and_table_are_as_written_or_as_the_type_has_them(string line, AddressScope scope, uint table)
    {
        RouteSpecification route = RouteSpecification.Parse(line.Split(' '), RoutingNames.From("rt_tables", "# of this machine", "0x77 uplink # the way out"));

        Assert.Equal((scope, table), (route.Scope, route.Table));
    }

    [Fact]
    public void All_options_of_a_route_are_translated()
    {
        RouteSpecification route = Parse("2001:db8::/32 from 2001:db8:1::/48 via fe80::1 dev eth0 src 2001:db8::1 metric 7 protocol static realms 3/4 tos 0x10 pref high"
            + " ttl-propagate disabled expires 60 onlink replace");

        Assert.Equal("2001:db8:1::/48", route.Source.ToString());
        Assert.Equal(IPAddress.Parse("2001:db8::1"), route.PreferredSource);
        Assert.Equal((7u, (byte)4, 0x30004u, (byte)0x10), (route.Metric, route.Protocol, route.Realms, route.TypeOfService));
        Assert.Equal(((byte)1, false, 60u, RouteOperation.Replace), (route.RouterPreference, route.PropagatesTimeToLive, route.Expires, route.Operation));
        Assert.True(route.Hops[0].IsOnLink);
    }

    [Fact]
    public void Metrics_have_the_kernels_numbers_and_units()
    {
        RouteMetrics metrics = Parse("10.0.0.0/8 dev eth0 mtu lock 1400 advmss 1360 rtt 1s rttvar lock 10ms rto_min 300ms window 5 initcwnd 20 features ecn congctl cubic hoplimit 9").Metrics;

        Assert.Equal([(2, 1400u), (3, 5u), (4, 8000u), (5, 40u), (8, 1360u), (10, 9u), (11, 20u), (12, 1u), (13, 300u)], metrics.Values);
        Assert.Equal((1u << 2) | (1u << 5) | (1u << 13), metrics.Locked); // rto_min counts only when it is locked
        Assert.Equal("cubic", metrics.CongestionControl);
    }

    [Fact]
    public void Nexthops_are_ways_of_their_own()
    {
        RouteSpecification route = Parse("10.0.0.0/8 table 100 nexthop via 192.0.2.2 dev eth0 weight 3 nexthop via inet6 fe80::1 dev eth1 onlink realms 9");

        Assert.True(route.IsMultipath);
        Assert.Equal(
            [new RouteHop("eth0", IPAddress.Parse("192.0.2.2")) { Weight = 3 }, new RouteHop("eth1", IPAddress.Parse("fe80::1")) { IsOnLink = true, Realms = 9 }], route.Hops);
    }

    [Fact]
    public void Former_way_to_write_another_router_is_a_second_way() =>
        Assert.Equal(["192.0.2.2", "192.0.2.3"], Parse("10.0.0.0/8 gw 192.0.2.2 or 192.0.2.3").Hops.Select(hop => hop.Gateway!.ToString()));

    [Theory]
    [InlineData("10.0.0.0/8 encap mpls 20 via 192.0.2.2", "'encap' can't be set by FastLb: set the route by ip-route(8) in a notify script, or route through a tunnel interface")]
    [InlineData("10.0.0.0/8 vrf red", "'vrf red' can't be set by FastLb: name the VRF's table by 'table'")]
    [InlineData("10.0.0.0/8 dev eth0 table blue", "'table blue' is not known on this machine: give a number, or add the name to /etc/iproute2/rt_tables")]
    [InlineData("10.0.0.0/8 dev eth0 scope 300", "'scope 300' is too great: the greatest is 255")]
    [InlineData("10.0.0.0/33 dev eth0", "'the destination 10.0.0.0/33' can't be used: write a prefix length from 0 to 32")]
    [InlineData("10.0.0.0/8 via", "'via' has nothing behind it: write an IPv4 or IPv6 address")]
    [InlineData("10.0.0.0/8 via 2001:db8::2", "'2001:db8::2' is not of the family of the addresses before it: write addresses of one family, or 'via inet6' for a router of the other")]
    [InlineData("10.0.0.0/8 dev eth0 colour red", "'colour' is no option of a route that FastLb knows: see ip-route(8), and write options in full")]
    [InlineData("10.0.0.0/8", "'10.0.0.0/8' doesn't say where packets go: add 'via' and a router, or 'dev' and an interface")]
    [InlineData("dev eth0", "'dev eth0' has no destination: begin with a prefix, or 'default'")]
    [InlineData("blackhole 10.0.0.0/8 via 192.0.2.2", "'via' stands in a route of type blackhole, which leads nowhere: remove it")]
    [InlineData("10.0.0.0/8 dev eth0 weight 3", "'weight' belongs to a nexthop: write it behind 'nexthop'")]
    [InlineData("10.0.0.0/8 nexthop via 192.0.2.2 weight 0", "'weight 0' can't be used: write a whole number from 1 to 256")]
    [InlineData("10.0.0.0/8 nexthop via 192.0.2.2 metric 3", "'metric' stands behind the nexthops of a route: write it before them")]
    [InlineData("10.0.0.0/8 dev eth0 mtu lock", "'mtu' has nothing behind it: write a whole number from 0 to 4294967295")]
    [InlineData("10.0.0.0/8 dev eth0 rtt soon", "'rtt soon' can't be used: write a time such as 10, 10ms or 1s")]
    [InlineData("10.0.0.0/8 dev eth0 pref best", "'pref best' can't be used: write low, medium or high")]
    [InlineData("10.0.0.0/8 dev an-interface-too-long", "'dev an-interface-too-long' can't be used: write an interface's name of 1 to 15 characters")]
    public void What_cannot_be_set_is_told_with_word_and_remedy(string line, string message) =>
        Assert.Equal(message, Assert.Throws<RoutingLineException>(() => Parse(line)).Message);

    [Fact]
    public void Machine_s_files_are_read() => Assert.Equal(254u, RouteSpecification.Parse(["10.0.0.0/8", "dev", "eth0", "table", "main"], RoutingNames.Load()).Table);

    private static RouteSpecification Parse(string line) => RouteSpecification.Parse(line.Split(' '), RoutingNames.BuiltIn);
}
