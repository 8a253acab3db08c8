using System.Net;
using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Model;
using FastLb.Configuration.Model.Checks;
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
        Assert.Equal(3, configuration.Global.Mail.Recipients.Count);
        Assert.Equal(new SmtpServer("192.168.200.1", 25), configuration.Global.Mail.Server);
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
        Assert.Equal((80, 1u), (check.Endpoint.Port, check.Timing.Retries));
        Assert.Equal((TimeSpan.FromSeconds(6), TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(3)), (check.Timing.Period, check.Endpoint.ConnectTimeout, check.Timing.DelayBeforeRetry));
    }

    [Fact]
    public void Reference_configuration_is_complained_of_on_keepalived_s_lines()
    {
        ConfigurationResult result = ConfigurationLoader.Parse(ConformanceCases.Read("master"), "master.conf");
        Assert.Equal([14, 15, 37, 45, 56], result.Diagnostics.Where(d => d.Severity != DiagnosticSeverity.Notice).Select(d => d.Span.Line));
        Assert.All(result.Diagnostics, d => Assert.True(d.Severity is DiagnosticSeverity.Notice or DiagnosticSeverity.Warning));
    }

    [Fact]
    public void Backup_of_the_reference_configuration_may_start()
    {
        ConfigurationResult result = ConfigurationLoader.Parse(ConformanceCases.Read("backup"), "backup.conf");
        Assert.True(result.CanRun);
        Assert.Equal((VrrpInitialState.Backup, 90), Assert.Single(result.Configuration!.VrrpInstances.Select(i => (i.InitialState, (int)i.Priority))));
    }

    [Fact]
    public void Everything_about_elections_reaches_the_model_silently()
    {
        ConfigurationResult result = Parse(
            "interface eth0\n virtual_router_id 51\n preempt_delay 2.5\n mcast_src_ip 192.0.2.7\n dont_track_primary\n down_timer_adverts 5\n"
            + $" lower_prio_no_advert\n higher_prio_send_advert\n skip_check_adv_addr\n accept\n {Address}");
        Assert.Empty(result.Diagnostics);
        VrrpInstance instance = Assert.Single(result.Configuration!.VrrpInstances);
        Assert.Equal((TimeSpan.FromSeconds(2.5), 5, false, true), (instance.PreemptDelay, instance.DownTimerAdvertisements, instance.AnswersLowerPriority, instance.AdvertisesBeforeYielding));
        Assert.Equal((IPAddress.Parse("192.0.2.7"), false, true, true), (instance.SourceAddress, instance.TracksInterface, instance.SkipCheckAdvertisementAddresses, instance.Preempts));
    }

    [Fact]
    public void Instances_take_the_global_settings_unless_they_have_their_own()
    {
        const string Global = "global_defs {\n vrrp_down_timer_adverts 7\n vrrp_lower_prio_no_advert\n vrrp_higher_prio_send_advert\n vrrp_skip_check_adv_addr\n}\n";
        const string Own = "down_timer_adverts 2\n lower_prio_no_advert no\n higher_prio_send_advert off\n skip_check_adv_addr false\n";
        ConfigurationResult result = ConfigurationLoader.Parse($"vrrp_instance A {{\n {Head} {Address} }}\nvrrp_instance B {{\n {Own} interface eth1\n virtual_router_id 1\n {Address} }}\n{Global}", "f");
        Assert.Equal(
            [(7, false, true, true), (2, true, false, false)],
            result.Configuration!.VrrpInstances.Select(i => (i.DownTimerAdvertisements, i.AnswersLowerPriority, i.AdvertisesBeforeYielding, i.SkipCheckAdvertisementAddresses)));
    }

    [Theory]
    [InlineData("state MASTER\n preempt_delay 3", "'preempt_delay' does not go with 'state MASTER'")]
    [InlineData("nopreempt\n preempt_delay 3", "'preempt_delay' does not go with 'nopreempt'")]
    public void Preemption_delay_without_preemption_is_dropped_with_a_warning(string lines, string message)
    {
        ConfigurationResult result = Parse($"interface eth0\n virtual_router_id 51\n {lines}\n {Address}");
        Assert.Equal((message, DiagnosticSeverity.Warning), Assert.Single(result.Diagnostics.Select(d => (d.Message, d.Severity))));
        Assert.Equal(TimeSpan.Zero, Assert.Single(result.Configuration!.VrrpInstances).PreemptDelay);
    }

    [Theory]
    [InlineData("mcast_src_ip 2001:db8::1", "'2001:db8::1' is not of the family of the instance's addresses", false)]
    [InlineData("unicast_src_ip 192.0.2.8", "'unicast_src_ip' stands without unicast_peer", true)]
    public void Source_address_that_fits_ill_is_told(string line, string message, bool isUsed)
    {
        ConfigurationResult result = Parse($"{Head} {line}\n {Address}");
        Assert.Equal(message, Assert.Single(result.Diagnostics).Message);
        Assert.True(result.CanRun);
        Assert.Equal(isUsed, Assert.Single(result.Configuration!.VrrpInstances).SourceAddress is not null);
    }

    [Theory]
    [InlineData("224.0.0.99", "224.0.0.99", null)]
    [InlineData("10.1.1.1", "224.0.0.18", "FLB1206")]
    [InlineData("ff02::5", "224.0.0.18", "FLB1206")]
    public void Multicast_group_is_one_of_ipv4(string written, string used, string? code)
    {
        ConfigurationResult result = ConfigurationLoader.Parse($"global_defs {{\n vrrp_mcast_group4 {written}\n}}", "f");
        Assert.Equal(IPAddress.Parse(used), result.Configuration!.Global.MulticastGroup);
        Assert.Equal(code is null ? [] : [code], result.Diagnostics.Select(d => d.Code));
    }

    [Theory]
    [InlineData("vrrp_min_garp", 0, 1)]
    [InlineData("vrrp_min_garp no", 5, 5)]
    [InlineData("vrrp_garp_master_repeat 3\n vrrp_min_garp", 0, 3)]
    [InlineData("vrrp_min_garp\n}\nglobal_defs {\n vrrp_garp_master_delay 2", 2, 1)]
    public void Least_gratuitous_arp_changes_the_defaults_alone(string lines, int seconds, uint repeat)
    {
        GratuitousArpTiming timing = ConfigurationLoader.Parse($"global_defs {{\n {lines}\n}}", "f").Configuration!.Global.GratuitousArp;
        Assert.Equal((TimeSpan.FromSeconds(seconds), repeat), (timing.MasterDelay, timing.MasterRepeat));
    }

    [Fact]
    public void Start_can_be_delayed() => Assert.Equal(
        TimeSpan.FromSeconds(0.5), ConfigurationLoader.Parse("global_defs {\n vrrp_startup_delay 0.5\n}", "f").Configuration!.Global.StartupDelay);

    [Fact]
    public void Instance_without_address_is_warned_of_unless_it_asks_for_that()
    {
        Assert.Equal("FLB1305", Assert.Single(Parse(Head).Diagnostics).Code);
        Assert.Empty(Parse($"{Head} no_virtual_ipaddress").Diagnostics);
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
        Assert.True(result.CanRun);
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
        ConfigurationResult result = Parse(Head + "virtual_ipaddress {\n 192.0.2.10/24 brd + dev eth1 scope link label eth1:0\n 192.0.2.11/24 brd -\n 192.0.2.12/31 brd + no_track\n}\n virtual_ipaddress_excluded {\n 192.0.2.13\n}");
        ValueList<VirtualAddress> addresses = Assert.Single(result.Configuration!.VrrpInstances).VirtualAddresses;
        Assert.Equal(new VirtualAddress(IPAddress.Parse("192.0.2.10"), 24, "eth1") { Broadcast = IPAddress.Parse("192.0.2.255"), Scope = 253, Label = "eth1:0" }, addresses[0]);
        Assert.Equal(IPAddress.Parse("192.0.2.0"), addresses[1].Broadcast);
        Assert.Null(addresses[2].Broadcast);
        Assert.False(addresses[3].IsAdvertised);
        Assert.Equal([true, true, false, true], addresses.Select(a => a.TracksDevice));
    }

    [Theory]
    [InlineData("use_ipvlan")]
    [InlineData("auth_hmac {\n key 1 abc\n mode enforce\n }")]
    [InlineData("vrf blue")]
    public void What_decides_who_owns_or_answers_for_an_address_is_refused(string line)
    {
        ConfigurationResult result = Parse($"{Head} {line}\n {Address}");
        Assert.Single(result.Diagnostics, d => d.Severity == DiagnosticSeverity.Refusal);
        Assert.False(result.CanRun);
    }

    [Theory]
    [InlineData("debug 3")]
    public void What_decides_nothing_of_that_is_a_notice(string line)
    {
        ConfigurationResult result = Parse($"{Head} {line}\n {Address}");
        Assert.Equal(DiagnosticSeverity.Notice, Assert.Single(result.Diagnostics).Severity);
        Assert.True(result.CanRun);
    }

    [Theory]
    [InlineData("net_namespace blue", "'net_namespace' is refused")]
    public void What_decides_outside_of_instances_is_refused_once(string block, string message)
    {
        Diagnostic diagnostic = Assert.Single(ConfigurationLoader.Parse(block, "f").Diagnostics);
        Assert.Equal(DiagnosticSeverity.Refusal, diagnostic.Severity);
        Assert.StartsWith(message, diagnostic.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("linkbeat_interfaces {\n eth0\n}")]
    public void Definition_that_no_instance_uses_is_a_notice(string block)
    {
        ConfigurationResult result = ConfigurationLoader.Parse(block, "f");
        Assert.All(result.Diagnostics, d => Assert.Equal(DiagnosticSeverity.Notice, d.Severity));
        Assert.True(result.CanRun);
    }

    [Theory]
    [InlineData("", "", 2)]
    [InlineData("version 2", "vrrp_version 3", 2)]
    [InlineData("", "vrrp_version 3", 3)]
    [InlineData("version 3", "", 3)]
    public void Version_is_the_instance_s_own_or_else_that_of_all(string own, string global, int version)
    {
        ConfigurationResult result = ConfigurationLoader.Parse($"global_defs {{\n {global}\n}}\nvrrp_instance VI_1 {{\n {Head} {own}\n {Address}\n}}\n", "f");
        Assert.Empty(result.Diagnostics);
        Assert.Equal(version, Assert.Single(result.Configuration!.VrrpInstances).Version);
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

    [Fact]
    public void Announcements_of_further_interfaces_are_the_instance_s_own_or_else_those_of_all()
    {
        ConfigurationResult result = ConfigurationLoader.Parse(
            $"vrrp_instance V1 {{\n {Head} {Address}\n}}\nvrrp_instance V2 {{\n interface eth1\n virtual_router_id 1\n garp_extra_if 0\n {Address}\n}}\nglobal_defs {{\n vrrp_garp_extra_if all 100\n}}\n", "f");
        Assert.Empty(result.Diagnostics);
        Assert.Equal(
            [new ExtraGratuitousArp(TimeSpan.FromSeconds(100), OnAllInterfaces: true), new ExtraGratuitousArp(TimeSpan.Zero, OnAllInterfaces: false)],
            result.Configuration!.VrrpInstances.Select(instance => instance.ExtraGratuitousArp));
    }

    private static ConfigurationResult Parse(string body) => ConfigurationLoader.Parse($"vrrp_instance VI_1 {{\n {body}\n}}\n", "f");
}
