using System.Net;
using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Model;
using Xunit;

namespace FastLb.Configuration.Tests.Binding;

/// <summary>What clients send to: groups, firewall marks, all ports of an address; and persistence.</summary>
public sealed class ServiceEndpointBindingTests
{
    private const string Head = "lb_algo rr\n lb_kind NAT\n protocol TCP\n";
    private const string Server = "real_server 10.0.0.11 {\n }\n";

    [Theory]
    [InlineData("persistence_timeout 50", 50, "255.255.255.255")]
    [InlineData("persistence_timeout", 360, "255.255.255.255")]
    [InlineData("persistence_granularity 255.255.255.0", 360, "255.255.255.0")]
    [InlineData("persistence_granularity 255.255.0.0\n persistence_timeout 7", 7, "255.255.0.0")]
    public void Persistence_has_a_timeout_and_a_mask(string lines, int seconds, string mask)
    {
        VirtualServer server = BindOne($"virtual_server 192.0.2.1 80 {{\n{Head} {lines}\n {Server}}}");
        Assert.Equal((TimeSpan.FromSeconds(seconds), IPAddress.Parse(mask)), (server.PersistenceTimeout, server.PersistenceMask));
    }

    [Theory]
    [InlineData("24")]
    [InlineData("2001:db8::")]
    public void Mask_that_is_none_is_told_and_left_out(string mask)
    {
        ConfigurationResult result = Parse($"virtual_server 192.0.2.1 80 {{\n{Head} persistence_granularity {mask}\n {Server}}}");
        Assert.Contains(result.Diagnostics, d => d.Message.Contains($"'{mask}' is no netmask", StringComparison.Ordinal));
        Assert.Null(Assert.Single(result.Configuration!.VirtualServers).PersistenceTimeout);
    }

    [Fact]
    public void Group_is_one_server_with_many_endpoints_wherever_it_is_defined()
    {
        VirtualServer server = BindOne($$"""
            virtual_server group WEB {
            {{Head}} {{Server}}}
            virtual_server_group WEB {
                192.0.2.1 80
                192.0.2.7-9 443
                192.0.2.254-192.0.3.1 80
                198.51.100.4/31 8080
                fwmark 5
            }
            fastlb {
                mark 5 {
                    destination 192.0.2.50
                }
            }
            """);
        Assert.Equal(
            [
                "TCP 192.0.2.1:80", "TCP 192.0.2.7:443", "TCP 192.0.2.8:443", "TCP 192.0.2.9:443", "TCP 192.0.2.254:80", "TCP 192.0.2.255:80", "TCP 192.0.3.0:80",
                "TCP 192.0.3.1:80", "TCP 198.51.100.4:8080", "TCP 198.51.100.5:8080", "fwmark 5",
            ],
            server.Endpoints.Select(endpoint => endpoint.ToString()));
        Assert.Equal([80, 443, 0], new[] { 0, 1, 10 }.Select(i => server.Endpoints[i].ServerPort(server.RealServers[0].Port, ForwardingMethod.Nat)));
    }

    [Theory]
    [InlineData("192.0.2.9-1", "neither an address nor a range")]
    [InlineData("192.0.2.1/24", "neither an address nor a range")]
    [InlineData("192.0.2.256", "neither an address nor a range")]
    [InlineData("192.0.2.1 http", "'http' is no port")]
    [InlineData("fwmark 0", "names no firewall mark")]
    [InlineData("10.0.0.0/8 80", "'10.0.0.0/8' has 16777216 addresses")]
    [InlineData("2001:db8::1 80", "'2001:db8::1' is refused")]
    public void Line_of_a_group_that_cannot_be_used_is_told(string line, string message)
    {
        ConfigurationResult result = Parse($"virtual_server_group G {{\n {line}\n 192.0.2.1 80\n}}\nvirtual_server group G {{\n{Head} {Server}}}");
        Assert.Contains(message, Assert.Single(result.Diagnostics).Message, StringComparison.Ordinal);
        Assert.Single(Assert.Single(result.Configuration!.VirtualServers).Endpoints);
    }

    [Theory]
    [InlineData("virtual_server group X {{ {0} }}", "there is no virtual_server_group 'X'")]
    [InlineData("virtual_server_group X {{\n }}\nvirtual_server group X {{ {0} }}", "'X' has no usable address")]
    [InlineData("virtual_server fwmark x {{ {0} }}", "'x' is no firewall mark")]
    public void Virtual_server_that_clients_have_no_way_to_is_left_out(string text, string message)
    {
        ConfigurationResult result = Parse(string.Format(System.Globalization.CultureInfo.InvariantCulture, text, $"\n{Head} {Server}"));
        Assert.Contains(message, Assert.Single(result.Diagnostics).Message, StringComparison.Ordinal);
        Assert.Empty(result.Configuration!.VirtualServers);
    }

    [Fact]
    public void Service_in_two_groups_is_refused()
    {
        ConfigurationResult result = Parse($$"""
            virtual_server_group A {
                192.0.2.1-3 80
            }
            virtual_server group A {
            {{Head}} {{Server}}}
            virtual_server 192.0.2.2 80 {
            {{Head}} {{Server}}}
            """);
        Diagnostic diagnostic = Assert.Single(result.Diagnostics);
        Assert.Equal("the service 192.0.2.2 80 TCP is defined before, on line 4", diagnostic.Message);
        Assert.False(result.CanRun);
    }

    [Fact]
    public void Firewall_mark_has_rules_of_which_each_says_where_packets_are_taken()
    {
        ConfigurationResult result = Parse($$"""
            virtual_server fwmark 7 {
            {{Head}} persistence_timeout 60
            {{Server}}}
            fastlb {
                mark 7 {
                    destination 192.0.2.1-2
                    protocol tcp
                    destination_port 80-81
                    source 10.0.0.0/8
                    source_port 1024-65535
                    interface eth0
                }
                mark 7 {
                    destination 192.0.2.9
                    destination_port 1000-2000
                }
            }
            """);
        Assert.Empty(result.Diagnostics);
        VirtualServer server = Assert.Single(result.Configuration!.VirtualServers);
        Assert.Equal((7u, (ushort)0), (Assert.Single(server.Endpoints).Mark, server.RealServers[0].Port));
        ValueList<MarkRule> rules = result.Configuration.Dataplane.Marks;
        Assert.Equal(
            ["TCP 192.0.2.1:80", "TCP 192.0.2.1:81", "TCP 192.0.2.2:80", "TCP 192.0.2.2:81"], rules[0].Endpoints().Select(place => place.ToString()));
        Assert.Equal(["TCP 192.0.2.9:0", "UDP 192.0.2.9:0"], rules[1].Endpoints().Select(place => place.ToString()));
        Assert.Equal((8, "eth0", new PortRange(1024, 65535)), (rules[0].SourcePrefixLength, rules[0].Interface, rules[0].SourcePorts));
    }

    [Fact]
    public void Firewall_mark_without_a_rule_is_refused_and_what_to_write_is_told()
    {
        ConfigurationResult result = Parse($"virtual_server fwmark 7 {{\n{Head} {Server}}}");
        Diagnostic diagnostic = Assert.Single(result.Diagnostics);
        Assert.Equal(("FLB1406", "no rule gives packets the firewall mark 7"), (diagnostic.Code, diagnostic.Message));
        Assert.Contains("mark 7 {", diagnostic.Hint, StringComparison.Ordinal);
        Assert.False(result.CanRun);
    }

    [Theory]
    [InlineData("protocol tcp", "has no destination")]
    [InlineData("destination 192.0.2.0/20", "can't be used")]
    [InlineData("destination 192.0.2.1\n source 10.0.0.0/33", "can't be used")]
    [InlineData("destination 192.0.2.1\n destination_port 90-80", "can't be used")]
    [InlineData("destination 192.0.2.1\n source_port x", "can't be used")]
    public void Rule_that_cannot_be_used_is_refused(string lines, string message)
    {
        ConfigurationResult result = Parse($"virtual_server 192.0.2.1 80 {{\n{Head} {Server}}}\nfastlb {{\n mark 7 {{\n {lines}\n }}\n}}");
        Assert.Contains(result.Diagnostics, d => d.Code == "FLB1405" && d.Message.Contains(message, StringComparison.Ordinal));
        Assert.False(result.CanRun);
    }

    [Fact]
    public void Check_of_a_server_without_a_port_must_name_one()
    {
        string text = $"virtual_server 192.0.2.1 {{\n{Head} persistence_timeout\n real_server 10.0.0.11 {{\n TCP_CHECK {{\n $ }}\n }}\n}}";
        ConfigurationResult result = Parse(text.Replace("$", "", StringComparison.Ordinal));
        Assert.Equal("FLB1317", Assert.Single(result.Diagnostics).Code);
        Assert.False(result.CanRun);
        Assert.Empty(Parse(text.Replace("$", "connect_port 22\n", StringComparison.Ordinal)).Diagnostics);
    }

    private static ConfigurationResult Parse(string text) => ConfigurationLoader.Parse(text, "f");

    private static VirtualServer BindOne(string text)
    {
        ConfigurationResult result = Parse(text);
        Assert.Empty(result.Diagnostics);
        return Assert.Single(result.Configuration!.VirtualServers);
    }
}
