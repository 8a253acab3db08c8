using System.Net;
using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Model;
using FastLb.Configuration.Tests.Conformance;
using Xunit;

namespace FastLb.Configuration.Tests.Binding;

public sealed class VrrpInstanceBindingTests
{
    private const string Head = "state MASTER\n interface eth0\n virtual_router_id 51\n";
    private const string Address = "virtual_ipaddress { 192.0.2.10 }\n";

    [Fact]
    public void Reference_configuration_is_kept_whole()
    {
        ConfigurationResult result = ConfigurationLoader.Parse(ConformanceCases.Read("master"), "master.conf");
        DirectorConfiguration configuration = result.Configuration!;
        Assert.True(result.CanRun);
        Assert.Equal(5, result.CheckExitStatus);

        Assert.Equal("LVS_01", configuration.Global.RouterId);
        Assert.Equal(3, configuration.Global.NotificationEmails.Count);
        Assert.Equal(new SmtpServer("192.168.200.1", 25), configuration.Global.SmtpServer);
        Assert.True(configuration.Global.SkipCheckAdvertisementAddresses);

        VrrpInstance instance = Assert.Single(configuration.VrrpInstances);
        Assert.Equal(("VI_1", "ens33", VrrpInitialState.Master), (instance.Name, instance.Interface, instance.InitialState));
        Assert.Equal((51, 100, 2, TimeSpan.FromSeconds(1)), (instance.VirtualRouterId, instance.Priority, instance.Version, instance.AdvertisementInterval));
        Assert.Equal("1111", instance.Authentication?.Password.Reveal());
        VirtualAddress address = Assert.Single(instance.VirtualAddresses);
        Assert.Equal((IPAddress.Parse("192.168.182.100"), 32, "ens33", 29), (address.Address, address.PrefixLength, address.Device, address.Origin.Span.Line));

        VirtualServer server = Assert.Single(configuration.VirtualServers);
        Assert.Equal((Scheduler.RoundRobin, ForwardingMethod.DirectRouting, TransportProtocol.Tcp, 80), (server.Scheduler, server.Method, server.Protocol, server.Port));
        Assert.Equal(["192.168.182.132", "192.168.182.133"], server.RealServers.Select(r => r.Address.ToString()));
        TcpCheck check = Assert.IsType<TcpCheck>(Assert.Single(server.RealServers[0].Checks));
        Assert.Equal((80, 1u), (check.Port, check.Timing.Retries));
        Assert.Equal((TimeSpan.FromSeconds(6), TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(3)), (check.Timing.Period, check.Timing.ConnectTimeout, check.Timing.DelayBeforeRetry));
    }

    [Fact]
    public void Reference_configuration_is_complained_of_on_keepalived_s_lines()
    {
        ConfigurationResult result = ConfigurationLoader.Parse(ConformanceCases.Read("master"), "master.conf");
        Assert.Equal([14, 15, 37, 45, 56], result.Diagnostics.Where(d => d.Severity != DiagnosticSeverity.Notice).Select(d => d.Span.Line));
        Assert.All(result.Diagnostics, d => Assert.True(d.Severity is DiagnosticSeverity.Notice or DiagnosticSeverity.Warning));
    }

    [Fact]
    public void One_notice_speaks_of_vrrp_for_each_instance()
    {
        ConfigurationResult result = Parse($"{Head} priority 100\n advert_int 1\n nopreempt\n preempt_delay 3\n {Address}");
        Assert.Single(result.Diagnostics, d => d.Severity == DiagnosticSeverity.Notice && d.Message.Contains("VRRP is not spoken yet", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("state MASTER", 255, VrrpInitialState.Master)]
    [InlineData("state MASTER\n priority 90", 90, VrrpInitialState.Master)]
    [InlineData("state MASTER\n priority 300", 100, VrrpInitialState.Master)]
    [InlineData("state BACKUP", 100, VrrpInitialState.Backup)]
    [InlineData("", 100, VrrpInitialState.Backup)]
    [InlineData("priority 255", 255, VrrpInitialState.Master)]
    public void Priority_and_state_depend_on_each_other(string lines, int priority, VrrpInitialState state)
    {
        ConfigurationResult result = Parse($"interface eth0\n virtual_router_id 1\n {lines}\n {Address}");
        VrrpInstance instance = Assert.Single(result.Configuration!.VrrpInstances);
        Assert.Equal((priority, state), (instance.Priority, instance.InitialState));
        Assert.Equal(state == VrrpInitialState.Master, result.CanRun);
    }

    [Theory]
    [InlineData("advert_int 1.4", 1000, true)]
    [InlineData("advert_int 0.2", 1000, true)]
    [InlineData("advert_int 3", 3000, false)]
    [InlineData("version 3\n advert_int 0.234", 230, true)]
    [InlineData("version 3\n advert_int 0.01", 10, false)]
    [InlineData("version 3\n advert_int 100", 40950, true)]
    [InlineData("advert_int 0", 1000, true)]
    public void Advertisement_interval_is_rounded_to_what_the_version_counts(string lines, int milliseconds, bool warns)
    {
        ConfigurationResult result = Parse($"{Head} priority 100\n {lines}\n {Address}");
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), Assert.Single(result.Configuration!.VrrpInstances).AdvertisementInterval);
        Assert.Equal(warns, result.Diagnostics.Any(d => d.Severity == DiagnosticSeverity.Warning));
    }

    [Fact]
    public void Address_options_are_kept()
    {
        ConfigurationResult result = Parse(Head + "virtual_ipaddress {\n 192.0.2.10/24 brd + dev eth1 scope link label eth1:0\n 192.0.2.11/24 brd -\n 192.0.2.12/31 brd +\n}\n virtual_ipaddress_excluded {\n 192.0.2.13\n}");
        ValueList<VirtualAddress> addresses = Assert.Single(result.Configuration!.VrrpInstances).VirtualAddresses;
        Assert.Equal(new VirtualAddress(IPAddress.Parse("192.0.2.10"), 24, "eth1") { Broadcast = IPAddress.Parse("192.0.2.255"), Scope = 253, Label = "eth1:0" }, addresses[0]);
        Assert.Equal(IPAddress.Parse("192.0.2.0"), addresses[1].Broadcast);
        Assert.Null(addresses[2].Broadcast);
        Assert.False(addresses[3].IsAdvertised);
    }

    [Theory]
    [InlineData("use_vmac")]
    [InlineData("no_accept")]
    [InlineData("strict_mode")]
    [InlineData("strict_mode on")]
    [InlineData("virtual_routes { }")]
    public void What_decides_who_owns_or_answers_for_an_address_is_refused(string line)
    {
        ConfigurationResult result = Parse($"{Head} {line}\n {Address}");
        Assert.Single(result.Diagnostics, d => d.Severity == DiagnosticSeverity.Refusal);
        Assert.False(result.CanRun);
    }

    [Theory]
    [InlineData("virtual_ipaddress {\n 192.0.2.10 peer 192.0.2.11\n}", "'peer' is refused")]
    [InlineData("virtual_ipaddress {\n 2001:db8::1\n}", "'2001:db8::1' is refused")]
    public void Address_that_cannot_be_held_as_written_is_refused(string line, string message)
    {
        ConfigurationResult result = Parse($"{Head} {line}");
        Diagnostic diagnostic = Assert.Single(result.Diagnostics, d => d.Severity == DiagnosticSeverity.Refusal);
        Assert.StartsWith(message, diagnostic.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_instances_with_one_virtual_router_id_do_not_start()
    {
        string block = $"vrrp_instance V1 {{\n {Head} {Address} }}\n";
        ConfigurationResult result = ConfigurationLoader.Parse(block + block.Replace("V1", "V2", StringComparison.Ordinal), "f");
        Assert.Contains(result.Diagnostics, d => d.Code == "FLB1302");
        Assert.False(result.CanRun);
    }

    [Fact]
    public void Second_instance_of_a_name_is_left_out()
    {
        string block = $"vrrp_instance V1 {{\n {Head} {Address} }}\n";
        ConfigurationResult result = ConfigurationLoader.Parse(block + block, "f");
        Assert.Contains(result.Diagnostics, d => d.Code == "FLB1301");
        Assert.Single(result.Configuration!.VrrpInstances);
        Assert.True(result.CanRun);
    }

    [Fact]
    public void Gratuitous_arp_of_the_instance_overrides_the_global_one_wherever_that_stands()
    {
        ConfigurationResult result = ConfigurationLoader.Parse(
            $"vrrp_instance V1 {{\n {Head} {Address} garp_master_delay 2\n}}\nglobal_defs {{\n vrrp_garp_master_delay 9\n vrrp_garp_master_repeat 3\n vrrp_garp_interval 0.001\n}}\n", "f");
        Assert.Equal(new GratuitousArpTiming { MasterDelay = TimeSpan.FromSeconds(2), MasterRepeat = 3 }, Assert.Single(result.Configuration!.VrrpInstances).GratuitousArp);
        Assert.Equal(TimeSpan.FromMilliseconds(1), result.Configuration!.Global.GratuitousArpInterval);
    }

    private static ConfigurationResult Parse(string body) => ConfigurationLoader.Parse($"vrrp_instance VI_1 {{\n {body}\n}}\n", "f");
}
