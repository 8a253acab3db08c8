using System.Net;
using FastLb.Native.Tests.Namespaces;
using FastLb.Netlink;

namespace FastLb.Native.Tests.Netlink;

public sealed class AddressTableTests : RtnetlinkFixture
{
    private static readonly IPAddress Virtual = IPAddress.Parse("192.0.2.100");

    private AddressInfo VirtualAddress => new(NearIndex, Virtual, 32);

    [Fact]
    public void Added_address_is_the_hosts_until_it_is_removed()
    {
        Assert.True(Kernel.Addresses.Add(VirtualAddress));
        Assert.Contains($"inet {Virtual}/32", Show(), StringComparison.Ordinal);
        Assert.Equal(RouteType.Local, Kernel.Routes.Lookup(Virtual).Type);

        Assert.True(Kernel.Addresses.Remove(VirtualAddress));
        Assert.DoesNotContain(Virtual.ToString(), Show(), StringComparison.Ordinal);
        Assert.Equal(RouteType.Unicast, Kernel.Routes.Lookup(Virtual).Type);
    }

    [Fact]
    public void Adding_what_is_there_and_removing_what_is_not_is_no_error()
    {
        Assert.False(Kernel.Addresses.Remove(VirtualAddress));
        Assert.True(Kernel.Addresses.Add(VirtualAddress));
        Assert.False(Kernel.Addresses.Add(VirtualAddress));
    }

    [Fact]
    public void All_properties_survive_the_kernel()
    {
        AddressInfo address = new(NearIndex, IPAddress.Parse("198.51.100.9"), 24)
        {
            Broadcast = IPAddress.Parse("198.51.100.255"),
            Label = $"{VethPair.NearName}:vip",
            Scope = AddressScope.Link,
            Flags = AddressFlags.NoPrefixRoute | AddressFlags.Permanent,
        };

        Kernel.Addresses.Add(address);

        Assert.Contains(address, Kernel.Addresses.List());
        Assert.DoesNotContain(Kernel.Routes.List(System.Net.Sockets.AddressFamily.InterNetwork), route => route is { PrefixLength: 24, Table: 254 }
            && route.Destination.Equals(IPAddress.Parse("198.51.100.0")));
    }

    [Fact]
    public void Point_to_point_address_keeps_its_peer()
    {
        AddressInfo address = new(NearIndex, IPAddress.Parse("203.0.113.1"), 32) { Peer = IPAddress.Parse("203.0.113.2") };

        Assert.True(Kernel.Addresses.Add(address));

        Assert.Equal(address.Peer, Assert.Single(Kernel.Addresses.List(), found => found.Address.Equals(address.Address)).Peer);
        Assert.True(Kernel.Addresses.Remove(address));
    }

    [Fact]
    public void Ipv6_address_is_added_and_removed()
    {
        Near.Invoke(() => File.WriteAllText($"/proc/sys/net/ipv6/conf/{VethPair.NearName}/disable_ipv6", "0"));
        AddressInfo address = new(NearIndex, IPAddress.Parse("2001:db8::100"), 128) { Flags = AddressFlags.NoDuplicateDetection };

        Assert.True(Kernel.Addresses.Add(address));
        AddressInfo found = Assert.Single(Kernel.Addresses.List(), found => found.Address.Equals(address.Address));
        Assert.Equal(128, found.PrefixLength);
        Assert.True(found.Flags.HasFlag(AddressFlags.NoDuplicateDetection));
        Assert.False(found.Flags.HasFlag(AddressFlags.Tentative));

        Assert.True(Kernel.Addresses.Remove(address));
        Assert.False(Kernel.Addresses.Remove(address));
    }

    [Theory]
    [InlineData(128, 0)]
    [InlineData(64, -1)]
    public void Ipv6_address_of_a_virtual_router_is_usable_at_once_and_preferred_unless_it_stands_alone(byte prefixLength, int preferredSeconds)
    {
        EnableIpv6();
        AddressInfo address = new AddressInfo(NearIndex, IPAddress.Parse("2001:db8::100"), prefixLength).ForVirtualRouter();

        Kernel.Addresses.Add(address);

        AddressInfo found = Assert.Single(Kernel.Addresses.List(), found => found.Address.Equals(address.Address));
        Assert.Equal(preferredSeconds < 0 ? null : TimeSpan.FromSeconds(preferredSeconds), found.PreferredLifetime);
        Assert.Equal(preferredSeconds == 0, found.Flags.HasFlag(AddressFlags.Deprecated));
        Assert.True(found.Flags.HasFlag(AddressFlags.NoDuplicateDetection));
        Assert.False(found.Flags.HasFlag(AddressFlags.Tentative));
        Assert.True(Kernel.Addresses.Remove(address));
    }

    [Fact]
    public void Flags_and_lifetime_of_an_ipv6_address_reach_the_kernel()
    {
        EnableIpv6();
        AddressInfo address = new(NearIndex, IPAddress.Parse("2001:db8::100"), 64)
        {
            Flags = AddressFlags.Home | AddressFlags.NoPrefixRoute | AddressFlags.ManagesTemporaryAddresses | AddressFlags.NoDuplicateDetection,
            PreferredLifetime = TimeSpan.FromSeconds(5000),
        };

        Kernel.Addresses.Add(address);

        string shown = Show();
        Assert.All(["home", "noprefixroute", "mngtmpaddr", "nodad"], flag => Assert.Contains(flag, shown, StringComparison.Ordinal));
        Assert.InRange(Assert.Single(Kernel.Addresses.List(), found => found.Address.Equals(address.Address)).PreferredLifetime!.Value.TotalSeconds, 4000, 5000);
    }

    [Fact]
    public void Autojoin_joins_the_group_that_the_address_is()
    {
        AddressInfo address = new(NearIndex, IPAddress.Parse("239.1.2.3"), 32) { Flags = AddressFlags.AutoJoin };

        Kernel.Addresses.Add(address);

        Assert.Contains("239.1.2.3", Ip($"maddress show {VethPair.NearName}"), StringComparison.Ordinal);
        Assert.True(Kernel.Addresses.Remove(address));
    }

    [Fact]
    public void Ipv4_address_of_a_virtual_router_is_as_it_was_written() => Assert.Equal(VirtualAddress, VirtualAddress.ForVirtualRouter());

    [Fact]
    public void Refusal_names_address_interface_and_the_kernels_reason()
    {
        AddressInfo invalid = VirtualAddress with { PrefixLength = 33 };

        SystemCallException fault = Assert.Throws<SystemCallException>(() => Kernel.Addresses.Add(invalid));

        Assert.Equal(Errno.EINVAL, fault.Errno);
        Assert.StartsWith($"add {Virtual}/33 to {VethPair.NearName}: EINVAL: the kernel says: ", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_interface_is_told()
    {
        SystemCallException fault = Assert.Throws<SystemCallException>(() => Kernel.Addresses.Add(VirtualAddress with { InterfaceIndex = 9999 }));

        Assert.StartsWith($"add {Virtual}/32 to interface 9999: ENODEV: there is no such interface", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Lack_of_privilege_is_told()
    {
        NetlinkResult refused = new(Errno.EPERM, null);

        Assert.Equal("add 192.168.182.100/32 to ens33: EPERM: needs CAP_NET_ADMIN", refused.Failure("add", "192.168.182.100/32 to ens33").Message);
    }

    private void EnableIpv6() => Near.Invoke(() => File.WriteAllText($"/proc/sys/net/ipv6/conf/{VethPair.NearName}/disable_ipv6", "0"));

    private string Show() => Ip($"address show {VethPair.NearName}");
}
