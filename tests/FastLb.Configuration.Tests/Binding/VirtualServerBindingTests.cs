using System.Net;
using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Model;
using FastLb.Configuration.Model.Checks;
using Xunit;

namespace FastLb.Configuration.Tests.Binding;

public sealed class VirtualServerBindingTests
{
    private const string Head = "lb_algo rr\n lb_kind DR\n protocol TCP\n";

    [Fact]
    public void Servers_keep_the_order_of_the_file()
    {
        VirtualServer server = Bind($"{Head} real_server 192.0.2.23 80 {{ }}\n real_server 192.0.2.21 80 {{ }}\n real_server 192.0.2.22 80 {{ }}");
        Assert.Equal(["192.0.2.23", "192.0.2.21", "192.0.2.22"], server.RealServers.Select(r => r.Address.ToString()));
    }

    [Fact]
    public void Probe_settings_flow_from_virtual_server_to_real_server_to_checker()
    {
        VirtualServer server = Bind($$"""
            {{Head}}
            retry 7
            real_server 192.0.2.21 80 {
              delay_before_retry 0.25
              TCP_CHECK {
                connect_timeout 3
              }
            }
            real_server 192.0.2.22 80 {
              delay_loop 2
              TCP_CHECK {
                retry 0
                connect_ip 192.0.2.99
                connect_port 8080
              }
            }
            delay_loop 6
            connect_timeout 4
            """);
        Assert.Equal(
            new ProbeTiming(TimeSpan.FromSeconds(6), 7, TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(6)),
            Check(server, 0).Timing);
        Assert.Equal(
            new ProbeTiming(TimeSpan.FromSeconds(2), 0, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)),
            Check(server, 1).Timing);
        Assert.Equal(new CheckEndpoint(IPAddress.Parse("192.0.2.21"), 80) { ConnectTimeout = TimeSpan.FromSeconds(3) }, Check(server, 0).Endpoint);
        Assert.Equal(new CheckEndpoint(IPAddress.Parse("192.0.2.99"), 8080) { ConnectTimeout = TimeSpan.FromSeconds(4) }, Check(server, 1).Endpoint);
    }

    [Fact]
    public void Checker_defaults_are_keepalived_s()
    {
        VirtualServer server = Bind($"{Head} real_server 192.0.2.21 80 {{ TCP_CHECK {{ }} }}");
        Assert.Equal(
            new ProbeTiming(TimeSpan.FromSeconds(60), 1, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60)), Check(server, 0).Timing);
        Assert.Equal(TimeSpan.FromSeconds(5), Check(server, 0).Endpoint.ConnectTimeout);
    }

    [Fact]
    public void Weight_and_inhibit_come_from_the_virtual_server()
    {
        VirtualServer server = Bind($"{Head} inhibit_on_failure\n real_server 192.0.2.21 80 {{ }}\n real_server 192.0.2.22 80 {{\n weight 0\n inhibit_on_failure no\n }}\n weight 5");
        Assert.Equal([(5, true), (0, false)], server.RealServers.Select(r => (r.Weight, r.InhibitOnFailure)));
    }

    [Theory]
    [InlineData("real_server 192.0.2.21 {\n }", null)]
    [InlineData("real_server 192.0.2.21 8080 {\n }", "FLB1312")]
    public void Direct_routing_keeps_the_port_of_the_service(string text, string? code)
    {
        ConfigurationResult result = Parse(Head + text);
        Assert.Equal(80, Assert.Single(Assert.Single(result.Configuration!.VirtualServers).RealServers).Port);
        Assert.Equal(code is null ? [] : [code], result.Diagnostics.Select(d => d.Code));
        Assert.True(result.CanRun);
    }

    [Fact]
    public void Zero_persistence_is_a_warning_as_in_keepalived()
    {
        ConfigurationResult result = Parse($"{Head} persistence_timeout 0\n real_server 192.0.2.21 80 {{ }}");
        Diagnostic diagnostic = Assert.Single(result.Diagnostics);
        Assert.Equal((DiagnosticSeverity.Warning, "FLB1202"), (diagnostic.Severity, diagnostic.Code));
        Assert.Null(Assert.Single(result.Configuration!.VirtualServers).PersistenceTimeout);
        Assert.True(result.CanRun);
        Assert.Equal(5, result.CheckExitStatus);
    }

    [Theory]
    [InlineData("persistence_engine sip", "persistence_engine")]
    [InlineData("lb_kind TUN type gue port 6080", "lb_kind TUN type")]
    [InlineData("protocol SCTP", "protocol SCTP")]
    public void What_changes_forwarding_is_refused_by_name(string line, string name)
    {
        ConfigurationResult result = Parse($"{Head} {line}\n real_server 192.0.2.21 80 {{ }}");
        Diagnostic diagnostic = Assert.Single(result.Diagnostics);
        Assert.Equal(DiagnosticSeverity.Refusal, diagnostic.Severity);
        Assert.StartsWith($"'{name}' is refused: ", diagnostic.Message, StringComparison.Ordinal);
        Assert.False(result.CanRun);
        Assert.Equal((5, 2), (result.CheckExitStatus, result.RunExitStatus));
    }

    [Fact]
    public void Defaults_are_keepalived_s_and_told()
    {
        ConfigurationResult result = Parse("real_server 192.0.2.21 80 {\n }");
        Assert.Equal(["FLB1309", "FLB1309", "FLB1309"], result.Diagnostics.Select(d => d.Code));
        VirtualServer server = Assert.Single(result.Configuration!.VirtualServers);
        Assert.Equal((TransportProtocol.Udp, Scheduler.WeightedLeastConnection, ForwardingMethod.Nat), (server.Protocol, server.Scheduler, server.Method));
    }

    [Theory]
    [InlineData("lb_algo sh\n sh-port", true, false)]
    [InlineData("lb_algo mh\n mh-fallback", false, true)]
    [InlineData("lb_algo mh\n flag-1\n flag-2\n flag-3", true, true)]
    public void Options_belong_to_the_scheduler_before_them(string lines, bool hashesPort, bool fallsBack)
    {
        VirtualServer server = Bind($"{Head} {lines}\n real_server 192.0.2.21 80 {{ }}");
        Assert.Equal((hashesPort, fallsBack), (server.HashesPort, server.FallsBack));
    }

    [Theory]
    [InlineData("sh-port")]
    [InlineData("lb_algo mh\n sh-fallback")]
    [InlineData("mh-port\n lb_algo mh")]
    public void Option_without_its_scheduler_is_ignored_with_a_warning(string lines)
    {
        ConfigurationResult result = Parse($"{Head} {lines}\n real_server 192.0.2.21 80 {{ }}");
        Assert.Equal((DiagnosticSeverity.Warning, "FLB1308"), (Assert.Single(result.Diagnostics).Severity, result.Diagnostics[0].Code));
        VirtualServer server = Assert.Single(result.Configuration!.VirtualServers);
        Assert.Equal((false, false), (server.HashesPort, server.FallsBack));
    }

    [Theory]
    [InlineData("uthreshold 5\n lthreshold 5", 5, 5, null)]
    [InlineData("lthreshold 2\n uthreshold 5", 5, 2, null)]
    [InlineData("uthreshold 5\n lthreshold 6", 5, 0, "FLB1202")]
    [InlineData("lthreshold 6", 0, 0, "FLB1202")]
    public void Lower_threshold_is_at_most_the_upper(string lines, int upper, int lower, string? code)
    {
        ConfigurationResult result = Parse($"{Head} real_server 192.0.2.21 80 {{\n {lines}\n }}");
        RealServer server = result.Configuration!.VirtualServers[0].RealServers[0];
        Assert.Equal((upper, lower), (server.UpperThreshold, server.LowerThreshold));
        Assert.Equal(code is null ? [] : [code], result.Diagnostics.Select(diagnostic => diagnostic.Code));
    }

    [Theory]
    [InlineData("lb_kind DR", ForwardingMethod.DirectRouting)]
    [InlineData("lb_kind NAT", ForwardingMethod.Nat)]
    [InlineData("lb_kind TUN", ForwardingMethod.Tunnel)]
    [InlineData("lvs_method TUN type ipip", ForwardingMethod.Tunnel)]
    public void Forwarding_method_is_taken_up_silently(string line, ForwardingMethod method)
    {
        ConfigurationResult result = Parse($"{Head} {line}\n real_server 192.0.2.21 80 {{ }}");
        Assert.Empty(result.Diagnostics);
        Assert.Equal(method, Assert.Single(result.Configuration!.VirtualServers).RealServers[0].Method);
    }

    [Fact]
    public void Service_defined_twice_is_refused()
    {
        string block = $"virtual_server 192.0.2.1 80 {{\n {Head} real_server 192.0.2.21 80 {{ }}\n}}\n";
        ConfigurationResult result = ConfigurationLoader.Parse(block + block, "f");
        Diagnostic diagnostic = Assert.Single(result.Diagnostics);
        Assert.Equal(("FLB1403", 1), (diagnostic.Code, diagnostic.Related?.Line));
        Assert.False(result.CanRun);
    }

    [Fact]
    public void Services_differ_by_protocol()
    {
        string tcp = $"virtual_server 192.0.2.1 80 {{\n {Head} real_server 192.0.2.21 80 {{ }}\n}}\n";
        ConfigurationResult result = ConfigurationLoader.Parse(tcp + tcp.Replace("TCP", "UDP", StringComparison.Ordinal), "f");
        Assert.Empty(result.Diagnostics);
        Assert.Equal(2, result.Configuration!.VirtualServers.Count);
    }

    [Fact]
    public void Sorry_server_takes_the_method_and_port_of_the_service()
    {
        ConfigurationResult result = Parse($"{Head} sorry_server 192.0.2.9\n sorry_server_inhibit\n real_server 192.0.2.21 80 {{\n weight 0\n }}");
        Assert.Empty(result.Diagnostics);
        Assert.Equal(
            new SorryServer(IPAddress.Parse("192.0.2.9"), 80) { Method = ForwardingMethod.DirectRouting, InhibitOnQuorum = true },
            Assert.Single(result.Configuration!.VirtualServers).SorryServer);
    }

    [Theory]
    [InlineData("sorry_server 192.0.2.9 81", "port 81 of the sorry server is not the service's port 80", true)]
    [InlineData("sorry_server_inhibit\n sorry_server 192.0.2.9 80", "'sorry_server_inhibit' stands before or without 'sorry_server'", true)]
    [InlineData("sorry_server_lvs_method DR", "'sorry_server_lvs_method' stands before or without 'sorry_server'", true)]
    [InlineData("sorry_server 2001:db8::1 80", "'2001:db8::1' is not of the family of the virtual server 192.0.2.1", true)]
    [InlineData("sorry_server 192.0.2.9 80\n sorry_server_lvs_method TUN type gre", "'sorry_server_lvs_method TUN type' is refused: only IP-in-IP tunnels are there yet", false)]
    public void Sorry_server_that_fits_ill_is_told(string lines, string message, bool starts)
    {
        ConfigurationResult result = Parse($"{Head} {lines}\n real_server 192.0.2.21 80 {{ }}");
        Assert.Equal(message, Assert.Single(result.Diagnostics).Message);
        Assert.Equal(starts, result.CanRun);
    }

    [Fact]
    public void Everything_about_tcp_checks_and_quorum_reaches_the_model_silently()
    {
        ConfigurationResult result = Parse($$"""
            {{Head}} quorum 3
            hysteresis 1
            alpha
            inhibit_on_failure
            delay_loop 2
            real_server 192.0.2.21 80 {
              weight 4
              TCP_CHECK {
                bindto 192.0.2.3
                bind_if eth0
                bind_port 999
                fwmark 5
                log_all_failures
              }
            }
            """);
        Assert.Empty(result.Diagnostics);
        VirtualServer server = Assert.Single(result.Configuration!.VirtualServers);
        Assert.Equal((3u, 1u), (server.Quorum, server.Hysteresis));
        TcpCheck check = Check(server, 0);
        Assert.Equal((true, true, (ushort?)999, 5u), (check.Alpha, check.LogAllFailures, check.Endpoint.SourcePort, check.Endpoint.FirewallMark));
        Assert.Equal((IPAddress.Parse("192.0.2.3"), "eth0"), (check.Endpoint.SourceAddress, check.Endpoint.SourceInterface));
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("log_all_failures", true)]
    public void Failures_are_logged_as_the_director_or_the_check_says(string line, bool isLogged)
    {
        string text = $"virtual_server 192.0.2.1 80 {{\n {Head} real_server 192.0.2.21 80 {{\n TCP_CHECK {{\n {line}\n }}\n }}\n}}\n";
        Assert.Equal(isLogged, Check(Assert.Single(ConfigurationLoader.Parse(text, "f").Configuration!.VirtualServers), 0).LogAllFailures);
        Assert.True(Check(Assert.Single(ConfigurationLoader.Parse($"{text}global_defs {{\n checker_log_all_failures\n}}", "f").Configuration!.VirtualServers), 0).LogAllFailures);
    }

    [Theory]
    [InlineData("HTTP_GET {\n url {\n path /\n status_code 200\n }\n retry 3\n }")]
    [InlineData("SSL_GET {\n url {\n path /\n }\n }")]
    [InlineData("SMTP_CHECK {\n helo_name x\n }")]
    [InlineData("DNS_CHECK {\n name x\n type A\n }")]
    [InlineData("MISC_CHECK {\n misc_path /bin/true\n }")]
    [InlineData("UDP_CHECK {\n }")]
    [InlineData("PING_CHECK {\n }")]
    [InlineData("FILE_CHECK {\n track_file F\n weight 2 reverse\n }")]
    public void Check_that_is_run_is_not_remarked_upon(string check)
    {
        ConfigurationResult result = ConfigurationLoader.Parse(
            $"track_file F {{\n file /run/f\n}}\nvirtual_server 192.0.2.1 80 {{\n {Head} real_server 192.0.2.21 80 {{\n {check}\n }}\n}}\n", "f");
        Assert.Empty(result.Diagnostics);
        Assert.True(result.CanRun);
    }

    [Theory]
    [InlineData("", "", false)]
    [InlineData("", "vrrp_instance V {\n interface lo\n virtual_router_id 1\n priority 100\n virtual_ipaddress {\n 192.0.2.1\n }\n}", true)]
    [InlineData("checker", "vrrp_instance V {\n interface lo\n virtual_router_id 1\n priority 100\n virtual_ipaddress {\n 192.0.2.1\n }\n}", false)]
    public void Session_of_a_check_is_run_by_the_VRRP_process_where_that_has_the_ports(string listener, string instance, bool isRunByVrrp)
    {
        ConfigurationResult result = ConfigurationLoader.Parse(
            $"bfd_instance B {{\n neighbor_ip 192.0.2.9\n {listener}\n}}\n{instance}\nvirtual_server 192.0.2.1 80 {{\n {Head} real_server 192.0.2.21 80 {{\n BFD_CHECK {{\n name B\n }}\n }}\n}}\n", "f");
        Assert.True(result.CanRun);
        Assert.Equal("B", Assert.Single(result.Configuration!.SessionsOfChecks).Name);
        Assert.Equal(isRunByVrrp ? 1 : 0, result.Configuration.SessionsOfVrrp.Count);
    }

    [Theory]
    [InlineData("ha_suspend")]
    [InlineData("omega")]
    [InlineData("quorum_up /bin/true")]
    [InlineData("quorum_down /bin/true")]
    [InlineData("smtp_alert")]
    public void What_tells_others_is_done(string line) =>
        Assert.Empty(Parse($"{Head} {line}\n real_server 192.0.2.21 80 {{ }}").Diagnostics);

    [Theory]
    [InlineData("snmp_name x")]
    public void What_does_not_change_forwarding_is_a_notice(string line)
    {
        ConfigurationResult result = Parse($"{Head} {line}\n real_server 192.0.2.21 80 {{ }}");
        Assert.Equal(DiagnosticSeverity.Notice, Assert.Single(result.Diagnostics).Severity);
        Assert.True(result.CanRun);
    }

    private static TcpCheck Check(VirtualServer server, int index) => Assert.IsType<TcpCheck>(Assert.Single(server.RealServers[index].Checks));

    private static ConfigurationResult Parse(string body) => ConfigurationLoader.Parse($"virtual_server 192.0.2.1 80 {{\n {body}\n}}\n", "f");

    private static VirtualServer Bind(string body) => Assert.Single(Parse(body).Configuration!.VirtualServers);
}
