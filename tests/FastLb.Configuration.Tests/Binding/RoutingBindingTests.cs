using System.Net;
using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Model;
using Xunit;

namespace FastLb.Configuration.Tests.Binding;

public sealed class RoutingBindingTests
{
    [Theory]
    [InlineData("198.51.100.0/24 via 192.0.2.1 dev eth0", "198.51.100.0/24", "eth0", true)]
    [InlineData("src 192.0.2.2 to default via inet6 fe80::1 oif eth0 mtu lock 1400 rtt 50ms", "default", "eth0", true)]
    [InlineData("blackhole 198.51.100.9 no_track", "198.51.100.9", null, false)]
    [InlineData("2001:db8::/32 dev eth0 encap seg6 mode encap segs 2001:db8::9 no_track", "2001:db8::/32", "eth0", false)]
    [InlineData("default no_track nexthop via 192.0.2.1 dev eth0 weight 1 nexthop via 192.0.2.2 weight 2", "default", null, false)]
    [InlineData("unicast 198.51.100.0/24 dev eth0 protocol static no_track", "198.51.100.0/24", "eth0", false)]
    public void Route_is_kept_word_for_word(string line, string destination, string? device, bool isTracked)
    {
        ConfigurationResult result = Parse($"virtual_routes {{\n {line}\n}}");
        Assert.DoesNotContain(result.Diagnostics, IsFault);
        RouteDefinition expected = new([.. line.Replace(" no_track", string.Empty, StringComparison.Ordinal).Split(' ')], destination) { Interface = device, IsTracked = isTracked };
        Assert.Equal(expected, Assert.Single(Assert.Single(result.Configuration!.VrrpInstances).Routes));
    }

    [Theory]
    [InlineData("dev eth0", "FLB1328", "the route has no destination", 0)]
    [InlineData("198.51.100.0/24 dve eth0", "FLB1323", "'virtual_routes' knows no 'dve'", 0)]
    [InlineData("198.51.100.0/24 dev eth0 track_group T", "FLB1323", "'virtual_routes' knows no 'track_group'", 0)]
    [InlineData("198.51.100.0/24 dev eth0 weight 4", "FLB1323", "'virtual_routes' knows no 'weight'", 0)]
    [InlineData("198.51.100.0/24 dev eth0 metric x", "FLB1201", "'x' is no value for 'metric'", 0)]
    [InlineData("198.51.100.0/24 dev eth0 via 2001:db8::1", "FLB1306", "'2001:db8::1' is not of the family of the line's first address", 0)]
    [InlineData("198.51.100.0/24 via 192.0.2.256 dev eth0", "FLB1206", "'192.0.2.256' is no value for 'via'", 0)]
    [InlineData("198.51.100.0/33 dev eth0", "FLB1202", "'/33' is no prefix length", 1)]
    [InlineData("198.51.100.0/24 via 192.0.2.1", "FLB1331", "the route to 198.51.100.0/24 names no interface, so that its loss is not noticed", 1)]
    [InlineData("198.51.100.0/24 dev eth0 protocol static", "FLB1331", "a route of protocol 'static' would not be tracked", 1)]
    [InlineData("198.51.100.0/24 gw 192.0.2.1 dev eth0", "FLB1108", "'gw' is deprecated", 1)]
    [InlineData("198.51.100.0/24 dev eth0 nexthop via 192.0.2.1 metric 4", "FLB1323", "'metric' stands behind the nexthops of a route", 1)]
    public void Faulty_route_is_told(string line, string code, string message, int kept)
    {
        ConfigurationResult result = Parse($"virtual_routes {{\n {line}\n}}");
        Diagnostic diagnostic = Assert.Single(result.Diagnostics, IsFault);
        Assert.Equal((code, message), (diagnostic.Code, diagnostic.Message));
        Assert.Equal(kept, Assert.Single(result.Configuration!.VrrpInstances).Routes.Count);
    }

    [Fact]
    public void Route_that_lacks_a_value_stops_the_start_as_in_keepalived() => Assert.Equal(2, Parse("virtual_routes {\n 198.51.100.0/24 dev eth0 via\n}").CheckExitStatus);

    [Theory]
    [InlineData("from 192.0.2.0/24 iif eth0 table 100 preference 7", "eth0", 7u)]
    [InlineData("not to all fwmark 24/12 goto 9 priority 4294967295", null, 4294967295u)]
    [InlineData("to 2001:db8::/32 inet6 uidrange 10-20 type prohibit order 0", null, 0u)]
    [InlineData("l3mdev preference 3 sport 5 protocol 18", null, 3u)]
    public void Rule_is_kept_word_for_word(string line, string? device, uint preference)
    {
        ConfigurationResult result = Parse($"virtual_rules {{\n {line}\n}}");
        Assert.DoesNotContain(result.Diagnostics, IsFault);
        Assert.Equal(new RuleDefinition([.. line.Split(' ')], preference) { Interface = device }, Assert.Single(Assert.Single(result.Configuration!.VrrpInstances).Rules));
    }

    [Theory]
    [InlineData("from 192.0.2.0/24 preference 4", "FLB1328", "the rule does nothing", 0)]
    [InlineData("from 192.0.2.0/24 table 5", "FLB1329", "the rule has no preference", 1)]
    [InlineData("from 192.0.2.0/24 table 5 blackhole preference 4", "FLB1328", "'blackhole' stands beside 'table', and a rule does one thing", 0)]
    [InlineData("from 192.0.2.0/24 table 5 pref 4", "FLB1323", "'virtual_rules' knows no 'pref'", 0)]
    [InlineData("from 192.0.2.0/24 type prohibti preference 4", "FLB1328", "'type prohibti' is no action of a rule", 0)]
    [InlineData("from 192.0.2.0/24 inet6 table 5 preference 4", "FLB1306", "'inet6' stands in a rule of IPv4", 0)]
    [InlineData("from x table 5 preference 4", "FLB1206", "'x' is neither an address nor a prefix", 0)]
    [InlineData("table 5 preference 4 dport 9-8", "FLB1201", "'9-8' is no value for 'dport'", 0)]
    [InlineData("table 5 preference 4 protocol 12", "FLB1331", "a rule of protocol '12' would not be tracked", 1)]
    public void Faulty_rule_is_told(string line, string code, string message, int kept)
    {
        ConfigurationResult result = Parse($"virtual_rules {{\n {line}\n}}");
        Diagnostic diagnostic = Assert.Single(result.Diagnostics, IsFault);
        Assert.Equal((code, message), (diagnostic.Code, diagnostic.Message));
        Assert.Equal(kept, Assert.Single(result.Configuration!.VrrpInstances).Rules.Count);
    }

    [Fact]
    public void Static_objects_name_groups_and_take_the_default_interface()
    {
        ConfigurationResult result = ConfigurationLoader.Parse(
            "global_defs {\n default_interface e7\n}\ntrack_group T {\n group {\n }\n}\nstatic_ipaddress {\n 192.0.2.1/24 track_group T\n 192.0.2.1/24\n 192.0.2.2 use_vmac\n}\n"
            + "static_routes {\n default dev e1 track_group T\n}\nstatic_rules {\n table 5 iif e1 preference 3 track_group T\n table 6 preference 4 track_group T\n table 7 preference 5 track_group U\n}\n",
            "f");
        DirectorConfiguration c = result.Configuration!;
        Assert.Equal([new StaticAddress(new VirtualAddress(IPAddress.Parse("192.0.2.1"), 24, "e7"), "T"), new StaticAddress(new VirtualAddress(IPAddress.Parse("192.0.2.2"), 32, "e7"), null)], c.StaticAddresses);
        Assert.Equal(["T"], c.StaticRoutes.Select(route => route.TrackGroup));
        Assert.Equal(["T", null, null], c.StaticRules.Select(rule => rule.TrackGroup));
        Assert.Equal(["FLB1307", "FLB1207", "FLB1331", "FLB1319"], result.Diagnostics.Where(d => d.Severity != DiagnosticSeverity.Refusal && d.Code != "FLB1401").Select(d => d.Code));
    }

    private static bool IsFault(Diagnostic diagnostic) => diagnostic.Severity is DiagnosticSeverity.Warning or DiagnosticSeverity.Error;

    private static ConfigurationResult Parse(string body) => ConfigurationLoader.Parse($"vrrp_instance VI_1 {{\n interface eth0\n virtual_router_id 1\n no_virtual_ipaddress\n {body}\n}}\n", "f");
}
