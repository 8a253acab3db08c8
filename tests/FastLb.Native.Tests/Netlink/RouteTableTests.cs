using System.Net;
using System.Net.Sockets;
using FastLb.Native.Tests.Namespaces;
using FastLb.Netlink;

namespace FastLb.Native.Tests.Netlink;

public sealed class RouteTableTests : RtnetlinkFixture
{
    [Fact]
    public void Neighbour_on_the_link_needs_no_gateway()
    {
        RouteInfo route = Lookup(VethPair.FarAddress);

        Assert.Equal(RouteType.Unicast, route.Type);
        Assert.Equal(NearIndex, route.NextHop!.InterfaceIndex);
        Assert.Null(route.NextHop.Gateway);
        Assert.Equal(IPAddress.Parse(VethPair.NearAddress), route.PreferredSource);
        Assert.Null(route.Mtu);
    }

    [Fact]
    public void Distant_destination_has_gateway_and_mtu()
    {
        Ip($"route add 198.51.100.0/24 via {VethPair.FarAddress} mtu 1234");

        RouteInfo route = Lookup("198.51.100.7");

        Assert.Equal(RouteType.Unicast, route.Type);
        Assert.Equal(IPAddress.Parse(VethPair.FarAddress), route.NextHop!.Gateway);
        Assert.Equal(1234, route.Mtu);
        Assert.Equal(IPAddress.Parse("198.51.100.7"), route.Destination);
    }

    [Fact]
    public void Own_address_is_local() => Assert.Equal(RouteType.Local, Lookup(VethPair.NearAddress).Type);

    [Fact]
    public void Broadcast_address_is_told_apart() => Assert.Equal(RouteType.Broadcast, Lookup("192.0.2.255").Type);

    [Fact]
    public void No_route_is_unreachable_and_no_error() => Assert.Equal(RouteType.Unreachable, Lookup("203.0.113.1").Type);

    [Theory]
    [InlineData("unreachable", RouteType.Unreachable)]
    [InlineData("prohibit", RouteType.Prohibit)]
    [InlineData("blackhole", RouteType.Blackhole)]
    public void Routes_that_lead_nowhere_keep_their_type(string type, RouteType expected)
    {
        Ip($"route add {type} 203.0.113.0/24");

        RouteInfo route = Lookup("203.0.113.1");

        Assert.Equal(expected, route.Type);
        Assert.Null(route.NextHop);
        Assert.Contains(List(), listed => listed.Type == expected && listed.Destination.Equals(IPAddress.Parse("203.0.113.0")));
    }

    [Fact]
    public void Ipv6_gateway_of_an_ipv4_route_is_read()
    {
        EnableIpv6();
        Ip($"route add 203.0.113.0/24 via inet6 2001:db8::2 dev {VethPair.NearName}");

        Assert.Equal(IPAddress.Parse("2001:db8::2"), Lookup("203.0.113.1").NextHop!.Gateway);
    }

    [Fact]
    public void Ipv6_routes_are_looked_up()
    {
        EnableIpv6();
        Ip("-6 route add 2001:db8:1::/48 via 2001:db8::2");
        Ip("-6 route add unreachable 2001:db8:2::/48");

        Assert.Equal(IPAddress.Parse("2001:db8::2"), Lookup("2001:db8:1::7").NextHop!.Gateway);
        Assert.Equal(RouteType.Local, Lookup("2001:db8::1").Type);
        Assert.Equal(RouteType.Unreachable, Lookup("2001:db8:2::7").Type);
        Assert.Equal(RouteType.Unreachable, Lookup("2001:db8:3::7").Type);
    }

    [Fact]
    public void Default_interfaces_come_by_metric_and_from_the_main_table_alone()
    {
        Assert.Empty(Kernel.Routes.ListDefaultInterfaces(AddressFamily.InterNetwork));
        Ip("link add second type bridge");
        Ip("address add 198.51.100.1/24 dev second");
        Ip("link set second up");
        int second = Kernel.Links.Find("second")!.Index;

        Ip($"route add default via {VethPair.FarAddress} metric 200");
        Ip("route add default via 198.51.100.2 metric 100");
        Ip("route add default dev lo table 77");

        Assert.Equal([second, NearIndex], Kernel.Routes.ListDefaultInterfaces(AddressFamily.InterNetwork));
    }

    [Fact]
    public void Multipath_route_has_all_its_ways()
    {
        Ip("link add second type bridge");
        Ip("address add 198.51.100.1/24 dev second");
        Ip("link set second up");
        int second = Kernel.Links.Find("second")!.Index;

        Ip($"route add default nexthop via {VethPair.FarAddress} weight 3 nexthop via 198.51.100.2");

        RouteInfo route = Assert.Single(List(), route => route is { IsDefault: true, Table: 254 });
        Assert.Equal(2, route.NextHops.Count);
        Assert.Equal(new NextHop(NearIndex, IPAddress.Parse(VethPair.FarAddress), 3, NextHopFlags.None), route.NextHops[0]);
        Assert.Equal((second, IPAddress.Parse("198.51.100.2"), 1), (route.NextHops[1].InterfaceIndex, route.NextHops[1].Gateway, route.NextHops[1].Weight));
        Assert.Equal([NearIndex, second], Kernel.Routes.ListDefaultInterfaces(AddressFamily.InterNetwork));
    }

    [Fact]
    public void Equal_routes_compare_equal()
    {
        RouteInfo route = Lookup(VethPair.FarAddress);

        Assert.Equal(route, Lookup(VethPair.FarAddress));
        Assert.Equal(route.GetHashCode(), Lookup(VethPair.FarAddress).GetHashCode());
        Assert.NotEqual(route, route with { NextHops = [route.NextHop! with { Gateway = IPAddress.Loopback }] });
    }

    private void EnableIpv6()
    {
        Near.Invoke(() => File.WriteAllText($"/proc/sys/net/ipv6/conf/{VethPair.NearName}/disable_ipv6", "0"));
        Ip($"address add 2001:db8::1/64 dev {VethPair.NearName} nodad");
        Eventually.Read(() => Lookup("2001:db8::1").Type, type => type == RouteType.Local);
    }

    private RouteInfo Lookup(string destination) => Kernel.Routes.Lookup(IPAddress.Parse(destination));

    private IReadOnlyList<RouteInfo> List() => Kernel.Routes.List(AddressFamily.InterNetwork);
}
