using System.Net;
using System.Net.Sockets;
using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Model;
using FastLb.Configuration.Printing;
using Xunit;

namespace FastLb.Configuration.Tests.Binding;

/// <summary>What is said of services and servers beside scheduling and health.</summary>
public sealed class ServerSettingsBindingTests
{
    [Theory]
    [InlineData("TUN", TunnelType.IpInIp, 0, TunnelChecksum.None)]
    [InlineData("TUN type ipip nocsum", TunnelType.IpInIp, 0, TunnelChecksum.None)]
    [InlineData("TUN type gue port 6080", TunnelType.Gue, 6080, TunnelChecksum.None)]
    [InlineData("TUN type gue port 65535 csum", TunnelType.Gue, 65535, TunnelChecksum.Outer)]
    [InlineData("TUN remcsum port 1 type gue", TunnelType.Gue, 1, TunnelChecksum.Remote)]
    [InlineData("TUN type gre csum", TunnelType.Gre, 0, TunnelChecksum.Outer)]
    public void Tunnel_is_read_for_service_server_and_sorry_server(string words, TunnelType type, int port, TunnelChecksum checksum)
    {
        var expected = new TunnelEncapsulation(type, (ushort)port, checksum);
        ConfigurationResult result = Parse($"lb_kind {words}\n sorry_server 192.0.2.9\n sorry_server_lvs_method {words}", $"lvs_method {words}");
        VirtualServer server = result.Configuration!.VirtualServers[0];
        Assert.Equal([expected, expected, expected], [server.Tunnel, server.SorryServer!.Tunnel, server.RealServers[0].Tunnel]);
        Assert.Equal(expected == TunnelEncapsulation.IpInIp, result.CanRun);
    }

    [Theory]
    [InlineData("type gue", "a gue tunnel needs 'port'")]
    [InlineData("type gue port", "'port' lacks its parameter")]
    [InlineData("type gue port 0", "'0' is no port of a tunnel")]
    [InlineData("type gue port 65536", "'65536' is no port of a tunnel")]
    [InlineData("type", "'type' lacks its parameter")]
    [InlineData("type vxlan", "there is no tunnel of type 'vxlan'")]
    [InlineData("gue", "'gue' is no option of a tunnel")]
    [InlineData("csum", "an ipip tunnel has no checksum")]
    [InlineData("type gre remcsum", "a gre tunnel has no 'remcsum'")]
    [InlineData("type gre port 5", "only gue tunnels have a port, and this one is gre")]
    public void Tunnel_that_cannot_be_stops_the_start(string options, string message)
    {
        ConfigurationResult result = Parse($"lb_kind TUN {options}");
        Diagnostic diagnostic = Assert.Single(result.Diagnostics);
        Assert.Equal(("FLB1357", message, false), (diagnostic.Code, diagnostic.Message, result.CanRun));
    }

    [Fact]
    public void Options_of_a_tunnel_mean_nothing_to_other_methods()
    {
        ConfigurationResult result = Parse("lb_kind DR type gue port 5");
        Assert.Equal(["FLB1104"], result.Diagnostics.Select(d => d.Code));
        Assert.Equal(TunnelEncapsulation.IpInIp, result.Configuration!.VirtualServers[0].Tunnel);
    }

    [Fact]
    public void Scripts_mail_and_names_are_in_the_model()
    {
        ConfigurationResult result = Parse(
            "quorum_up \"/bin/q 'a b'\" root :adm\n quorum_down /bin/d\n smtp_alert\n snmp_name \"the service\"\n ha_suspend\n virtualhost v\n persistence_engine sip\n flag-3",
            "notify_up /bin/u\n notify_down /bin/n nobody\n smtp_alert no\n snmp_name s");
        VirtualServer server = result.Configuration!.VirtualServers[0];
        Assert.Equal(new NotifyScript(["/bin/q", "a b"], new ScriptUser("root", "adm")), server.QuorumUp);
        Assert.Equal(new NotifyScript(["/bin/d"], null), server.QuorumDown);
        Assert.Equal((true, "the service", true, "v", "sip", true), (server.SendsMail, server.SnmpName, server.SuspendsChecks, server.VirtualHost, server.PersistenceEngine, server.HasThirdFlag));
        RealServer real = server.RealServers[0];
        Assert.Equal((false, "s", "v"), (real.SendsMail, real.SnmpName, real.VirtualHost));
        Assert.Equal((new NotifyScript(["/bin/u"], null), new NotifyScript(["/bin/n"], new ScriptUser("nobody", null))), (real.NotifyUp, real.NotifyDown));
    }

    [Theory]
    [InlineData("quorum_up /bin/a\n quorum_up /bin/b", "")]
    [InlineData("", "notify_down /bin/a\n notify_down /bin/b")]
    public void First_script_of_each_kind_counts(string service, string server)
    {
        ConfigurationResult result = Parse(service, server);
        Assert.Equal("the second is left out", Assert.Single(result.Diagnostics, d => d.Code == "FLB1308").Hint);
        VirtualServer bound = result.Configuration!.VirtualServers[0];
        Assert.Equal("/bin/a", (bound.QuorumUp ?? bound.RealServers[0].NotifyDown)!.Arguments[0]);
    }

    [Theory]
    [InlineData("fwmark 7", "ip_family inet", "192.0.2.21", AddressFamily.InterNetwork)]
    [InlineData("fwmark 7", "ip_family inet6", "2001:db8::2", AddressFamily.InterNetworkV6)]
    [InlineData("fwmark 7", "", "192.0.2.21", null)]
    [InlineData("192.0.2.1 80", "ip_family inet", "192.0.2.21", null)]
    public void Family_is_that_of_a_firewall_mark(string key, string line, string server, AddressFamily? family)
    {
        ConfigurationResult result = ConfigurationLoader.Parse($"virtual_server {key} {{\n lb_algo rr\n lb_kind NAT\n protocol TCP\n {line}\n real_server {server} 80 {{\n }}\n}}\n", "f");
        Assert.DoesNotContain(result.Diagnostics, d => d.Code is "FLB1306" or "FLB1308");
        Assert.Equal(family, Assert.Single(result.Configuration!.VirtualServers).MarkFamily);
    }

    [Fact]
    public void Family_that_contradicts_the_address_is_ignored()
    {
        ConfigurationResult result = Parse("ip_family inet6");
        Assert.Contains(result.Diagnostics, d => d.Code == "FLB1308");
        Assert.Null(result.Configuration!.VirtualServers[0].MarkFamily);
    }

    [Theory]
    [InlineData("64", "ffff:ffff:ffff:ffff::", true)]
    [InlineData("65", "ffff:ffff:ffff:ffff:8000::", true)]
    [InlineData("129", "255.255.255.255", false)]
    [InlineData("255.255.255.0", "255.255.255.255", false)]
    public void Persistence_of_ipv6_has_the_length_of_a_prefix(string text, string mask, bool isPersistent)
    {
        ConfigurationResult result = ConfigurationLoader.Parse(
            $"virtual_server 2001:db8::1 80 {{\n lb_algo rr\n lb_kind NAT\n protocol TCP\n persistence_granularity {text}\n real_server 2001:db8::2 80 {{\n }}\n}}\n", "f");
        VirtualServer server = Assert.Single(result.Configuration!.VirtualServers);
        Assert.Equal((IPAddress.Parse(mask), isPersistent), (server.PersistenceMask, server.PersistenceTimeout is not null));
        Assert.Equal(!isPersistent, result.Diagnostics.Any(d => d.Code == "FLB1201"));
    }

    [Theory]
    [InlineData("lb_algo sh\n hashed", true, 0)]
    [InlineData("lb_algo mh\n hashed", true, 0)]
    [InlineData("hashed\n lb_algo sh", false, 1)]
    [InlineData("lb_algo sh\n hashed\n lb_algo rr", false, 0)]
    public void Hashed_stands_after_its_scheduler(string lines, bool isHashed, int warnings)
    {
        ConfigurationResult result = Parse(lines);
        Assert.Equal((isHashed, warnings), (result.Configuration!.VirtualServers[0].IsHashed, result.Diagnostics.Count(d => d.Code == "FLB1308")));
    }

    [Fact]
    public void Group_may_say_the_family_of_its_marks()
    {
        const string Text = "virtual_server_group G {\n fwmark 7 inet\n fwmark 8 inet6\n fwmark 9\n fwmark 10 inet4\n 192.0.2.1 80 90\n}\n"
            + "virtual_server group G {\n lb_algo rr\n lb_kind NAT\n protocol TCP\n real_server 192.0.2.21 80 {\n }\n}\n";
        ConfigurationResult result = ConfigurationLoader.Parse(Text, "f");
        Assert.Equal([new(7, AddressFamily.InterNetwork), new(8, AddressFamily.InterNetworkV6)], Assert.Single(result.Configuration!.VirtualServers).GroupMarkFamilies);
        Assert.Equal(["3 FLB1402", "5 FLB1203", "6 FLB1104"], result.Diagnostics.Where(d => d.Span.Line < 8).Select(d => $"{d.Span.Line} {d.Code}"));
    }

    [Fact]
    public void Last_certificates_count()
    {
        ConfigurationResult result = ConfigurationLoader.Parse("SSL {\n password a\n ca /a\n}\nSSL {\n password b\n certificate /c\n key /x\n key /k\n}\n", "f");
        Assert.Equal(new SslContext { Password = new Secret("b"), CertificateFile = "/c", KeyFile = "/k" }, result.Configuration!.Ssl);
        Assert.Equal(["FLB1358", "FLB1358"], result.Diagnostics.Select(d => d.Code).Where(code => code != "FLB1401"));
    }

    [Fact]
    public void Password_of_the_key_is_covered_unless_it_is_asked_for()
    {
        ConfigurationResult result = ConfigurationLoader.Parse("SSL {\n password sesame sesame\n password sesame\n}\n", "f");
        DirectorConfiguration configuration = result.Configuration!;
        Assert.DoesNotContain("sesame", ConfigurationPrinter.Print(configuration), StringComparison.Ordinal);
        Assert.Contains("    password sesame\n", ConfigurationPrinter.Print(configuration, SecretPrinting.Reveal), StringComparison.Ordinal);
        Assert.DoesNotContain("sesame", configuration.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("sesame", DiagnosticRenderer.Render(result.Diagnostics, result.Source), StringComparison.Ordinal);
    }

    private static ConfigurationResult Parse(string service, string server = "") => ConfigurationLoader.Parse(
        $"virtual_server 192.0.2.1 80 {{\n lb_algo rr\n lb_kind DR\n protocol TCP\n {service}\n real_server 192.0.2.21 80 {{\n {server}\n }}\n}}\n", "f");
}
