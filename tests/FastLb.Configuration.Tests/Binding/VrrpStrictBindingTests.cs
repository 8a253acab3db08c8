using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Model;
using Xunit;

namespace FastLb.Configuration.Tests.Binding;

/// <summary>
/// Strict mode. That keepalived 2.2.7 complains of the same files, and of no others, was found by <c>keepalived --config-test</c>; what it sets a value back to, by its dump (SIGUSR1).
/// </summary>
public sealed class VrrpStrictBindingTests
{
    private const string Address = "virtual_ipaddress {\n 192.0.2.10\n }";

    [Fact]
    public void Plain_instance_is_taken_silently_and_keeps_quiet_about_lower_priorities()
    {
        VrrpInstance instance = Held(string.Empty, []);
        Assert.Equal((VrrpInitialState.Backup, (byte)100, 3, true), (instance.InitialState, instance.Priority, instance.DownTimerAdvertisements, instance.Preempts));
        Assert.Equal((false, false, 0u, TimeSpan.Zero), LowerPriorityOf(instance));
        Assert.True(instance.RefusesPackets);
    }

    [Theory]
    [InlineData("priority 255")]
    [InlineData("state MASTER")]
    [InlineData("state MASTER\n priority 255")]
    [InlineData("state BACKUP\n priority 100")]
    [InlineData("nopreempt")]
    [InlineData("garp_lower_prio_repeat 0\n garp_lower_prio_delay 0")]
    [InlineData("garp_master_repeat 4\n garp_master_refresh 10")]
    [InlineData("lower_prio_no_advert\n higher_prio_send_advert off")]
    [InlineData("down_timer_adverts 3", "vrrp_down_timer_adverts 4")]
    [InlineData("", "vrrp_garp_lower_prio_repeat 3\n vrrp_garp_lower_prio_delay 2")]
    [InlineData("", "vrrp_lower_prio_no_advert off\n vrrp_higher_prio_send_advert")]
    [InlineData("version 3\n accept")]
    [InlineData("priority 255\n accept")]
    [InlineData("skip_check_adv_addr\n mcast_src_ip 192.0.2.1\n dont_track_primary")]
    public void What_agrees_with_the_rules_is_taken_silently(string lines, string global = "") => Held(lines, [], global);

    [Theory]
    [InlineData("preempt_delay 5", "'preempt_delay' does not go with strict mode")]
    [InlineData("down_timer_adverts 4", "'down_timer_adverts 4' does not go with strict mode")]
    [InlineData("", "'vrrp_down_timer_adverts 4' does not go with strict mode", "vrrp_down_timer_adverts 4")]
    [InlineData("authentication {\n auth_type PASS\n auth_pass x\n }", "'authentication' does not go with strict mode")]
    [InlineData("accept", "'accept' does not go with strict mode and version 2")]
    [InlineData("garp_lower_prio_repeat 2", "'garp_lower_prio_repeat' does not go with strict mode")]
    [InlineData("garp_lower_prio_delay 2", "'garp_lower_prio_delay' does not go with strict mode")]
    [InlineData("lower_prio_no_advert off", "'lower_prio_no_advert off' does not go with strict mode")]
    [InlineData("higher_prio_send_advert", "'higher_prio_send_advert' does not go with strict mode")]
    [InlineData("state MASTER\n priority 100", "'state MASTER' does not go with priority 100 in strict mode")]
    public void What_departs_from_the_rules_is_set_back_with_a_warning(string lines, string message, string global = "")
    {
        VrrpInstance plain = Held(string.Empty, []);
        Assert.Equal(plain with { IsStrict = null }, Held(lines, [message], global) with { IsStrict = null });
    }

    [Fact]
    public void Warning_tells_the_place()
    {
        Diagnostic warning = Assert.Single(Parse("preempt_delay 5\n" + Address).Diagnostics);
        Assert.Equal("f:5:2", warning.Span.ToString());
        Diagnostic global = Assert.Single(ConfigurationLoader.Parse($"global_defs {{\n vrrp_strict\n vrrp_down_timer_adverts 9\n}}\nvrrp_instance V {{\n interface eth0\n virtual_router_id 1\n {Address}\n}}", "f").Diagnostics);
        Assert.Equal("f:5:15", global.Span.ToString());
    }

    [Theory]
    [InlineData("version 3\n authentication {\n auth_type PASS\n auth_pass x\n }", "VRRP version 3 has no authentication")]
    [InlineData("authentication {\n auth_type PASS\n }", "authentication is asked for without a password")]
    public void Authentication_that_is_none_is_told_of_once(string lines, string message) => Assert.Null(Held(lines, [message]).Authentication);

    [Theory]
    [InlineData("state BACKUP\n priority 255", VrrpInitialState.Master, true)]
    [InlineData("state MASTER\n priority 100\n nopreempt", VrrpInitialState.Backup, false)]
    public void Initial_state_follows_from_the_priority_and_preemption_from_the_state(string lines, VrrpInitialState state, bool preempts)
    {
        VrrpInstance instance = Parse($"{lines}\n {Address}").Configuration!.VrrpInstances[0];
        Assert.Equal((state, preempts), (instance.InitialState, instance.Preempts));
        Assert.Single(Parse($"{lines}\n {Address}").Diagnostics);
    }

    [Fact]
    public void Only_the_owner_answers_at_its_addresses_unless_version_3_is_told_to()
    {
        Assert.False(Held("priority 255", []).RefusesPackets);
        Assert.False(Held("priority 255\n no_accept", []).RefusesPackets);
        Assert.False(Held("version 3\n accept", []).RefusesPackets);
        Assert.True(Held("version 3", []).RefusesPackets);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no_virtual_ipaddress")]
    [InlineData("virtual_ipaddress_excluded {\n 192.0.2.11\n }")]
    public void Instance_without_an_advertised_address_does_not_start(string lines)
    {
        ConfigurationResult result = Parse(lines);
        Assert.Equal(("FLB1333", DiagnosticSeverity.Error), Assert.Single(result.Diagnostics.Select(d => (d.Code, d.Severity))));
        Assert.False(result.CanRun);
    }

    [Theory]
    [InlineData("virtual_ipaddress {\n 2001:db8::1\n fe80::1\n }", "'2001:db8::1' stands first, where strict mode requires a link-local address")]
    [InlineData("version 2\n virtual_ipaddress {\n fe80::1\n 2001:db8::1\n }", "version 2 does not go with addresses of IPv6")]
    [InlineData("virtual_ipaddress {\n fe80::1\n 2001:db8::1\n }", null)]
    public void Addresses_of_ipv6_begin_with_a_link_local_one_and_are_of_version_3(string lines, string? message)
    {
        ConfigurationResult result = Parse(lines);
        Assert.Equal(message, result.Diagnostics.SingleOrDefault()?.Message);
        Assert.True(result.CanRun);
        Assert.Equal((3, 2), (result.Configuration!.VrrpInstances[0].Version, result.Configuration.VrrpInstances[0].VirtualAddresses.Count));
    }

    [Theory]
    [InlineData("192.0.2.10", "192.0.2.2")]
    [InlineData("2001:db8::1", "2001:db8::2")]
    public void Unicast_is_warned_of_and_goes_on_as_with_keepalived_2_2_7(string address, string peer)
    {
        ConfigurationResult result = Parse($"unicast_peer {{\n {peer}\n }}\n virtual_ipaddress {{\n {address}\n }}");
        Assert.Equal("'unicast_peer' does not go with strict mode", Assert.Single(result.Diagnostics).Message);
        Assert.True(result.CanRun);
        Assert.Single(result.Configuration!.VrrpInstances[0].Unicast.Peers);
    }

    [Theory]
    [InlineData("use_vmac", null)]
    [InlineData("use_vmac v.5 02:11:22:33:44:55", "the MAC address 02:11:22:33:44:55 does not go with strict mode")]
    [InlineData("use_vmac\n vmac_xmit_base", "'vmac_xmit_base' does not go with strict mode")]
    public void Virtual_mac_is_that_of_the_rfc_and_advertises_itself(string lines, string? message)
    {
        ConfigurationResult result = Parse($"{lines}\n {Address}");
        Assert.Equal(message, result.Diagnostics.SingleOrDefault(d => d.Severity == DiagnosticSeverity.Warning)?.Message);
        VrrpInstance instance = result.Configuration!.VrrpInstances[0];
        Assert.NotNull(instance.VirtualMac);
        Assert.Null(instance.VirtualMac.MacAddress);
        Assert.False(instance.AdvertisesOnBase);
    }

    [Theory]
    [InlineData("vrrp_strict", "strict_mode off", 5)]
    [InlineData("vrrp_strict", "", 0)]
    [InlineData("", "strict_mode", 0)]
    [InlineData("", "strict_mode yes", 0)]
    [InlineData("", "", 5)]
    public void Instance_decides_and_what_is_said_for_all_counts_otherwise(string global, string own, int seconds)
    {
        string text = $"vrrp_instance V {{\n interface eth0\n virtual_router_id 1\n preempt_delay 5\n {own}\n {Address}\n}}\nglobal_defs {{\n {global}\n}}";
        Assert.Equal(TimeSpan.FromSeconds(seconds), ConfigurationLoader.Parse(text, "f").Configuration!.VrrpInstances[0].PreemptDelay);
    }

    private static (bool Answers, bool Yields, uint? Repeat, TimeSpan? Delay) LowerPriorityOf(VrrpInstance instance) =>
        (instance.AnswersLowerPriority, instance.AdvertisesBeforeYielding, instance.GratuitousArp.LowerPriorityRepeat, instance.GratuitousArp.LowerPriorityDelay);

    private static VrrpInstance Held(string lines, string[] messages, string global = "")
    {
        ConfigurationResult result = Parse($"{lines}\n {Address}", global);
        Assert.Equal(messages, result.Diagnostics.Select(d => d.Message));
        Assert.True(result.CanRun);
        VrrpInstance instance = Assert.Single(result.Configuration!.VrrpInstances);
        Assert.Equal((false, false, 0u, TimeSpan.Zero), LowerPriorityOf(instance));
        return instance;
    }

    private static ConfigurationResult Parse(string lines, string global = "") =>
        ConfigurationLoader.Parse($"vrrp_instance V {{\n strict_mode\n interface eth0\n virtual_router_id 1\n {lines}\n}}\nglobal_defs {{\n {global}\n}}\n", "f");
}
