using System.Net.NetworkInformation;
using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Model;
using Xunit;

namespace FastLb.Configuration.Tests.Binding;

/// <summary>Which interfaces <c>use_vmac</c> makes; names and places are those that keepalived 2.2.7 made of the same lines.</summary>
public sealed class VirtualLinkPlanTests
{
    [Fact]
    public void Instance_has_a_link_for_itself_and_one_for_each_other_interface_of_its_addresses()
    {
        const string Text = """
            vrrp_instance A {
              interface e0
              virtual_router_id 51
              use_vmac
              use_vmac_addr
              virtual_ipaddress {
                10.7.0.50/24
                10.8.0.50/24 dev e1
              }
            }
            vrrp_instance B {
              interface e0
              virtual_router_id 51
              use_vmac
              virtual_ipaddress {
                fe80::5
                2001:db8::5/64
              }
            }
            vrrp_instance D {
              interface e1
              virtual_router_id 52
              virtual_ipaddress {
                10.8.0.61/24 use_vmac
                10.8.0.62/24
                10.7.0.62/24 dev e0 use_vmac
              }
            }
            vrrp_instance E {
              interface e1
              virtual_router_id 53
              use_vmac vx
              vmac_xmit_base
              virtual_ipaddress {
                10.8.0.63/24
              }
              virtual_ipaddress_excluded {
                2001:db8:1::9/64
              }
            }
            """;
        DirectorConfiguration configuration = Parse(Text);
        VirtualLinkPlan plan = VirtualLinkPlan.Of(configuration.VrrpInstances);

        Assert.Equal(
            ["vrrp.51 on e0 00005E000133", "vrrp1.51 on e1 00005E000133", "vrrp6.51 on e0 00005E000233", "vrrp.52 on e1 00005E000134", "vrrp1.52 on e0 00005E000134", "vx on e1 00005E000135"],
            plan.Links.Select(link => $"{link.Name} on {link.Parent} {link.Mac}"));
        Assert.Equal(
            ["10.7.0.50 vrrp.51", "10.8.0.50 vrrp1.51", "fe80::5 vrrp6.51", "2001:db8::5 vrrp6.51", "10.8.0.61 vrrp.52", "10.8.0.62 e1", "10.7.0.62 vrrp1.52", "10.8.0.63 vx", "2001:db8:1::9 e1"],
            configuration.VrrpInstances.Select(plan.Place).SelectMany(instance => instance.VirtualAddresses).Select(address => $"{address.Address} {address.Device}"));
        Assert.Equal(["vrrp.51", "vrrp6.51", "e1", "e1"], configuration.VrrpInstances.Select(plan.TransportOf));
    }

    [Fact]
    public void Address_of_another_family_has_a_link_of_that_family_where_its_line_asks_for_one()
    {
        VirtualLinkPlan plan = VirtualLinkPlan.Of(Parse(Instance("A", 51, "virtual_ipaddress_excluded {\n 2001:db8::9/64 use_vmac\n }")).VrrpInstances);

        VirtualLink link = Assert.Single(plan.Links);
        Assert.Equal(("vrrp.51", PhysicalAddress.Parse("00-00-5E-00-02-33")), (link.Name, link.Mac));
    }

    [Theory]
    [InlineData("use_vmac 00:11:22:33:44", "001122334433")]
    [InlineData("use_vmac 0:11:22:33:44:55", "001122334455")]
    public void Chosen_address_counts_for_all_links_of_the_instance(string line, string mac)
    {
        VirtualLinkPlan plan = VirtualLinkPlan.Of(Parse(Instance("A", 51, $"{line}\n use_vmac_addr\n virtual_ipaddress_excluded {{\n 192.0.2.9 dev e1\n }}")).VrrpInstances);

        Assert.Equal([mac, mac], plan.Links.Select(link => link.Mac.ToString()));
    }

    [Theory]
    [InlineData("use_vmac v1", "use_vmac v1", 52, "FLB1339: the interface 'v1' that 'use_vmac' of 'B' makes is another's")]
    [InlineData("use_vmac e0", "", 52, "FLB1339: the interface 'e0' that 'use_vmac' of 'A' makes is another's")]
    [InlineData("use_vmac 02:00:00:00:00:01", "use_vmac 02:00:00:00:00:01", 52, "FLB1339: 'B' has the MAC address of 'A' on e0")]
    [InlineData("use_vmac", "use_vmac", 51, "FLB1302: 'A' and 'B' both use virtual router id 51 on e0")]
    public void Links_that_cannot_be_there_together_stop_the_start(string first, string second, int secondId, string message)
    {
        ConfigurationResult result = ConfigurationLoader.Parse(Instance("A", 51, first) + Instance("B", secondId, second), "f");

        Diagnostic diagnostic = Assert.Single(result.Diagnostics);
        Assert.Equal(message, $"{diagnostic.Code}: {diagnostic.Message}");
        Assert.False(result.CanRun);
    }

    private static string Instance(string name, int id, string lines) =>
        $"vrrp_instance {name} {{\n interface e0\n virtual_router_id {id}\n virtual_ipaddress {{\n 192.0.2.{id}\n }}\n {lines}\n}}\n";

    private static DirectorConfiguration Parse(string text)
    {
        ConfigurationResult result = ConfigurationLoader.Parse(text, "f");
        Assert.True(result.CanRun, string.Join('\n', result.Diagnostics));
        return result.Configuration!;
    }
}
