using System.Net.NetworkInformation;
using FastLb.Control.Network;
using FastLb.DataplaneChannel.Messages;
using FastLb.Netlink;

namespace FastLb.Control.Tests;

/// <summary>On links as the kernel would describe them: VLAN interfaces need a module that not every test machine has.</summary>
public sealed class EgressPathTests
{
    private static readonly LinkInfo Device = new(3, "eth1", 1500, LinkFlags.Up) { Mac = PhysicalAddress.Parse("02-00-00-00-00-01") };

    private static readonly LinkInfo Vlan = Device with { Index = 9, Name = "eth1.100", Kind = "vlan", LowerIndex = 3, Vlan = new LinkVlan(100, 0x8100) };

    [Fact]
    public void Frames_of_a_device_leave_by_it_untagged() => Assert.Equal(new EgressPath(Device, null, null), EgressPath.Of(Device, Find));

    [Theory]
    [InlineData(0x8100)]
    [InlineData(0x88A8)]
    public void Frames_of_a_vlan_interface_leave_by_the_device_below_with_its_tag(int etherType)
    {
        LinkInfo vlan = Vlan with { Vlan = new LinkVlan(100, (ushort)etherType) };

        Assert.Equal(new EgressPath(Device, new ServerVlan(100, (ushort)etherType), null), EgressPath.Of(vlan, Find));
    }

    [Fact]
    public void Frames_of_a_macvlan_leave_by_the_device_below()
    {
        LinkInfo macvlan = Device with { Index = 11, Name = "vrrp.51", Kind = "macvlan", LowerIndex = 3, Mac = PhysicalAddress.Parse("00-00-5E-00-01-33") };

        Assert.Equal(new EgressPath(Device, null, null), EgressPath.Of(macvlan, Find));
        Assert.Equal(macvlan, EgressPath.Of(macvlan with { LowerIsElsewhere = true }, Find).Device! with { LowerIsElsewhere = false });
    }

    [Fact]
    public void Vlan_within_a_vlan_is_refused_by_name() => AssertImpossible(
        "eth1.100.7 is a VLAN within the VLAN eth1.100, which is not supported yet", Vlan with { Index = 10, Name = "eth1.100.7", LowerIndex = 9 });

    [Fact]
    public void Vlan_interface_with_an_ethernet_address_of_its_own_is_refused_by_name() => AssertImpossible(
        "eth1.100 has another Ethernet address than eth1, which is not supported yet", Vlan with { Mac = PhysicalAddress.Parse("02-00-00-00-00-02") });

    [Fact]
    public void Vlan_interface_whose_device_is_not_in_this_namespace_is_refused_by_name()
    {
        const string Explanation = "the device below eth1.100 is in another network namespace";
        AssertImpossible(Explanation, Vlan with { LowerIsElsewhere = true });
        AssertImpossible(Explanation, Vlan with { LowerIndex = 77 });
        AssertImpossible(Explanation, Vlan with { LowerIndex = null });
    }

    private static LinkInfo? Find(int index) => index switch
    {
        3 => Device,
        9 => Vlan,
        _ => null,
    };

    private static void AssertImpossible(string explanation, LinkInfo link) => Assert.Equal(new EgressPath(null, null, explanation), EgressPath.Of(link, Find));
}
