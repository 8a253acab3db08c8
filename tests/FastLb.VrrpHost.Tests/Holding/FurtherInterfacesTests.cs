using FastLb.Configuration.Model;
using FastLb.VrrpHost.Holding;

namespace FastLb.VrrpHost.Tests.Holding;

/// <summary>Which addresses <c>garp_extra_if</c> has announced, as keepalived chooses them.</summary>
public sealed class FurtherInterfacesTests
{
    private const string Addresses =
        "virtual_ipaddress {\n 192.0.2.1\n 192.0.2.2 dev e1\n 192.0.2.3 dev e1\n 192.0.2.4 dev e2\n }\n virtual_ipaddress_excluded {\n 2001:db8::5\n 2001:db8::6 dev e1\n }\n";

    [Theory]
    [InlineData("garp_extra_if all 100", "192.0.2.2 192.0.2.4")]
    [InlineData("garp_extra_if 100", "")]
    [InlineData("garp_extra_if all 0", "")]
    [InlineData("", "")]
    [InlineData("use_vmac\n garp_extra_if 100", "")]
    [InlineData("use_vmac\n garp_extra_if all 100", "192.0.2.2 192.0.2.4 2001:db8::5")]
    [InlineData("use_vmac\n vmac_xmit_base\n garp_extra_if 100", "192.0.2.1")]
    [InlineData("use_vmac\n use_vmac_addr\n garp_extra_if 100", "192.0.2.2 192.0.2.4 2001:db8::5 2001:db8::6")]
    [InlineData("use_vmac_addr\n garp_extra_if all 100", "192.0.2.2 192.0.2.4 2001:db8::5 2001:db8::6")]
    public void One_address_is_announced_on_each_interface_without_advertisements(string lines, string expected) =>
        Assert.Equal(expected, string.Join(' ', FurtherInterfaces.AddressesOf(Instance(lines, Addresses)).Select(address => address.Address)));

    [Fact]
    public void Address_with_a_virtual_mac_of_its_own_is_announced_without_all() => Assert.Equal(
        ["192.0.2.2"],
        FurtherInterfaces.AddressesOf(Instance("garp_extra_if 100", "virtual_ipaddress {\n 192.0.2.1\n 192.0.2.2 dev e1 use_vmac\n 192.0.2.3 dev e1\n }\n")).Select(address => $"{address.Address}"));

    private static VrrpInstance Instance(string lines, string addresses)
    {
        ValueList<VrrpInstance> instances = ConfigurationText.Parse($"vrrp_instance V {{\n interface e0\n virtual_router_id 1\n {lines}\n {addresses}\n}}").VrrpInstances;
        return VirtualLinkPlan.Of(instances).Place(instances[0]);
    }
}
