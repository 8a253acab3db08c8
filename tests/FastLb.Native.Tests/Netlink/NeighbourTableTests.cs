using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using FastLb.Native.Tests.Namespaces;
using FastLb.Netlink;

namespace FastLb.Native.Tests.Netlink;

public sealed class NeighbourTableTests : RtnetlinkFixture
{
    private static readonly IPAddress Far = IPAddress.Parse(VethPair.FarAddress);

    [Fact]
    public void Managed_neighbour_is_resolved_without_any_traffic()
    {
        Assert.Null(Kernel.Neighbours.Find(NearIndex, Far));

        NeighbourInfo begun = Kernel.Neighbours.Manage(NearIndex, Far);
        NeighbourInfo resolved = Eventually.Read(() => Kernel.Neighbours.Find(NearIndex, Far)!, neighbour => neighbour.IsUsable);

        Assert.True(begun.IsManaged);
        Assert.True(resolved.IsManaged);
        Assert.Equal(PhysicalAddress.Parse(VethPair.FarMac), resolved.Mac);
        Assert.False(resolved.IsFixed);
        Assert.Contains(" managed", Ip($"neighbour show {Far}"), StringComparison.Ordinal);
        Assert.Contains(resolved.Address, Kernel.Neighbours.List(AddressFamily.InterNetwork).Select(neighbour => neighbour.Address));
    }

    [Fact]
    public void Managing_twice_changes_nothing()
    {
        Kernel.Neighbours.Manage(NearIndex, Far);
        NeighbourInfo resolved = Eventually.Read(() => Kernel.Neighbours.Find(NearIndex, Far)!, neighbour => neighbour.IsUsable);

        NeighbourInfo again = Kernel.Neighbours.Manage(NearIndex, Far);

        Assert.Equal(resolved.Mac, again.Mac);
        Assert.True(again.IsManaged);
        Assert.True(again.IsUsable);
    }

    [Fact]
    public void Silent_neighbour_is_not_usable()
    {
        IPAddress silent = IPAddress.Parse("192.0.2.77");

        NeighbourInfo begun = Kernel.Neighbours.Manage(NearIndex, silent);

        Assert.False(begun.IsUsable);
        Assert.Null(begun.Mac);
        Assert.True(begun.IsManaged);
    }

    [Theory]
    [InlineData("permanent", NeighbourState.Permanent)]
    [InlineData("noarp", NeighbourState.NoArp)]
    public void Entry_of_the_administrator_is_never_changed(string state, NeighbourState expected)
    {
        Ip($"neighbour add {Far} lladdr 02:00:00:00:00:77 nud {state} dev {VethPair.NearName}");
        string before = Ip($"neighbour show {Far}");

        NeighbourInfo managed = Kernel.Neighbours.Manage(NearIndex, Far);
        bool removed = Kernel.Neighbours.Remove(NearIndex, Far);

        Assert.True(managed.IsFixed);
        Assert.True(managed.IsUsable);
        Assert.Equal(expected, managed.State);
        Assert.Equal(PhysicalAddress.Parse("02:00:00:00:00:77"), managed.Mac);
        Assert.False(removed);
        Assert.Equal(before, Ip($"neighbour show {Far}"));
    }

    [Fact]
    public void Removed_neighbour_is_gone()
    {
        Kernel.Neighbours.Manage(NearIndex, Far);

        Assert.True(Kernel.Neighbours.Remove(NearIndex, Far));

        Assert.DoesNotContain(" managed", Ip($"neighbour show {Far}"), StringComparison.Ordinal);
        Assert.False(Kernel.Neighbours.Remove(NearIndex, IPAddress.Parse("192.0.2.77")));
    }

    [Fact]
    public void Ipv6_neighbour_is_managed()
    {
        IPAddress far = IPAddress.Parse("2001:db8::2");
        foreach ((NetworkNamespace side, string name, string address) in
            new[] { (Near, VethPair.NearName, "2001:db8::1"), (Pair.Far, VethPair.FarName, "2001:db8::2") })
        {
            side.Invoke(() => File.WriteAllText($"/proc/sys/net/ipv6/conf/{name}/disable_ipv6", "0"));
            side.Run("ip", $"address add {address}/64 dev {name} nodad");
        }

        Kernel.Neighbours.Manage(NearIndex, far);
        NeighbourInfo resolved = Eventually.Read(() => Kernel.Neighbours.Find(NearIndex, far)!, neighbour => neighbour.IsUsable);

        Assert.Equal(PhysicalAddress.Parse(VethPair.FarMac), resolved.Mac);
        Assert.Contains(resolved.Address, Kernel.Neighbours.List(AddressFamily.Unspecified).Select(neighbour => neighbour.Address));
    }

    [Fact]
    public void Interface_that_is_not_there_is_told()
    {
        SystemCallException fault = Assert.Throws<SystemCallException>(() => Kernel.Neighbours.Manage(9999, Far));

        Assert.Equal(Errno.ENODEV, fault.Errno);
    }
}
