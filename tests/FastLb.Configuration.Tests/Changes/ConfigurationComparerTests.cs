using FastLb.Configuration.Changes;
using FastLb.Configuration.Model;
using Xunit;

namespace FastLb.Configuration.Tests.Changes;

public sealed class ConfigurationComparerTests
{
    private const string Before = """
        fastlb {
        }
        vrrp_instance VI_1 {
            interface eth0
            virtual_router_id 51
            priority 100
            authentication {
                auth_type PASS
                auth_pass first
            }
            virtual_ipaddress {
                192.0.2.1/24
                192.0.2.2/24
            }
        }
        virtual_server 192.0.2.1 80 {
            lb_algo rr
            lb_kind NAT
            protocol TCP
            real_server 10.0.0.1 80 {
                weight 1
                TCP_CHECK {
                }
            }
            real_server 10.0.0.2 80 {
            }
        }
        virtual_server 192.0.2.2 53 {
            protocol UDP
            real_server 10.0.0.3 53 {
            }
        }

        """;

    [Fact]
    public void Nothing_differs_from_another_spelling_in_another_order()
    {
        string other = Before.Replace("lb_algo rr", "lvs_sched   \"rr\" # comment", StringComparison.Ordinal).Replace("weight 1", string.Empty, StringComparison.Ordinal);
        int service = other.IndexOf("virtual_server 192.0.2.1", StringComparison.Ordinal);
        ConfigurationChanges changes = Compare(Before, other[service..] + other[..service]);
        Assert.True(changes.IsEmpty, ChangesReport.Render(changes));
        Assert.Equal("nothing changes\n", ChangesReport.Render(changes));
    }

    [Theory]
    [InlineData("lb_algo rr", "lb_algo wrr", "~ virtual_server 192.0.2.1 80 TCP\n    ~ lb_algo rr -> wrr\n")]
    [InlineData("weight 1", "weight 3", "~ virtual_server 192.0.2.1 80 TCP\n    ~ real_server 10.0.0.1 80\n        ~ weight 1 -> 3\n            its share of new connections; open ones stay\n")]
    [InlineData("weight 1", "weight 0", "        ~ weight 1 -> 0\n            it gets no new connections; open ones go on\n")]
    [InlineData("weight 1", "uthreshold 9", "        + uthreshold 9\n            holds for new connections\n")]
    [InlineData("TCP_CHECK {", "TCP_CHECK {\n retry 4", "        ~ TCP_CHECK retry 1 -> 4\n            the checks go on")]
    [InlineData("TCP_CHECK {", "TCP_CHECK {\n }\n TCP_CHECK {\n connect_port 9", "        + TCP_CHECK #2\n            the checks go on")]
    [InlineData("real_server 10.0.0.2 80 {\n    }", "", "    - real_server 10.0.0.2 80\n        packets of its connections are dropped until")]
    [InlineData("fastlb {", "fastlb {\n expire_nodest_conn\n", "~ fastlb\n    ~ expire_nodest_conn off -> on\n        taken up at once\n")]
    [InlineData("10.0.0.3 53", "10.0.0.4 53", "~ virtual_server 192.0.2.2 53 UDP\n    + real_server 10.0.0.4 53\n        gets its share of new connections\n    - real_server 10.0.0.3 53\n")]
    [InlineData("protocol UDP", "protocol TCP", "+ virtual_server 192.0.2.2 53 TCP\n", "- virtual_server 192.0.2.2 53 UDP\n    its packets are left to the kernel")]
    [InlineData("priority 100", "priority 90", "~ vrrp_instance VI_1\n    ~ priority 100 -> 90\n        taken up at once; who is master stays")]
    [InlineData("192.0.2.2/24", "192.0.2.3/24", "    + virtual_ipaddress 192.0.2.3/24 dev eth0 scope 0\n        put on and announced", "    - virtual_ipaddress 192.0.2.2/24 dev eth0 scope 0\n        taken off; connections to it end\n")]
    [InlineData("virtual_router_id 51", "virtual_router_id 52", "    ~ virtual_router_id 51 -> 52\n        another virtual router")]
    [InlineData("vrrp_instance VI_1", "vrrp_instance VI_2", "+ vrrp_instance VI_2\n    begins as a backup\n", "- vrrp_instance VI_1\n    says goodbye")]
    [InlineData("auth_pass first", "auth_pass other", "    ~ authentication auth_pass ******** -> ********\n")]
    [InlineData("fastlb {", "fastlb {\n passive_checks 5 2\n", "~ fastlb\n    + passive_checks 5 2\n        connections are counted anew, and judged by it from now on\n")]
    [InlineData("fastlb {", "global_defs {\n smtp_alert\n}\nfastlb {", "~ global_defs\n    + smtp_alert on\n        from the next event on\n")]
    [InlineData("fastlb {", "global_defs {\n startup_script /bin/true\n shutdown_script /bin/true\n}\nfastlb {", "waits for the next start of the director\n", "holds for the stop of the director\n")]
    [InlineData("fastlb {", "global_defs {\n snmp_socket x\n}\nfastlb {", "    + snmp_socket x\n        SNMP and D-Bus are not served yet\n")]
    [InlineData("fastlb {", "net_namespace x\nfastlb {", "~ outside all blocks\n    + net_namespace x\n")]
    public void What_differs_is_told_with_what_comes_of_it(string old, string now, params string[] expected)
    {
        string text = Before.ReplaceLineEndings("\n");
        string changed = text.Replace(old, now, StringComparison.Ordinal);
        Assert.NotEqual(text, changed);
        string report = ChangesReport.Render(Compare(text, changed));
        foreach (string part in expected) Assert.Contains(part, report, StringComparison.Ordinal);
        Assert.DoesNotContain("first", report, StringComparison.Ordinal);
    }

    [Fact]
    public void Connections_that_a_reload_ends_are_counted_once()
    {
        string now = Before.ReplaceLineEndings("\n").Replace("    real_server 10.0.0.2 80 {\n    }\n", string.Empty, StringComparison.Ordinal).Replace("lb_algo rr", "lb_algo wrr", StringComparison.Ordinal);
        now = now[..now.IndexOf("virtual_server 192.0.2.2", StringComparison.Ordinal)];
        ConfigurationChanges changes = Compare(Before, now);
        string report = ChangesReport.Render(changes, CountOf);
        Assert.Contains("- real_server 10.0.0.2 80: 5 open connections\n", report, StringComparison.Ordinal);
        Assert.Contains("- virtual_server 192.0.2.2 53 UDP: 1 open connection\n", report, StringComparison.Ordinal);
        Assert.EndsWith("1 virtual server removed, 1 virtual server changed, 1 real server removed; 6 open connections affected\n", report, StringComparison.Ordinal);
        Assert.Contains("\"connectionsAffected\": 6", ChangesReport.RenderJson(changes, CountOf), StringComparison.Ordinal);
        Assert.Contains("\"impact\": \"NewConnections\"", ChangesReport.RenderJson(changes), StringComparison.Ordinal);

        static long CountOf(ItemChange service, ItemChange? server) =>
            server is not null ? server.Server!.Address.GetAddressBytes()[3] + 3 : service.Endpoints[0].Port == 53 ? 1 : 100;
    }

    [Fact]
    public void Expiring_connections_of_removed_servers_are_told_as_such()
    {
        string now = Before.ReplaceLineEndings("\n").Replace("    real_server 10.0.0.2 80 {\n    }\n", string.Empty, StringComparison.Ordinal).Replace("fastlb {", "fastlb {\n expire_nodest_conn", StringComparison.Ordinal);
        Assert.Contains("end with their next packet", ChangesReport.Render(Compare(Before, now)), StringComparison.Ordinal);
    }

    private static ConfigurationChanges Compare(string before, string after) => ConfigurationComparer.Compare(Read(before), Read(after));

    private static DirectorConfiguration Read(string text) => ConfigurationLoader.Parse(text, "f").Configuration!;
}
