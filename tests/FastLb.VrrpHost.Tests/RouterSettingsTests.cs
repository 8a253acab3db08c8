using System.Net;
using FastLb.Configuration.Model;
using FastLb.Vrrp;
using FastLb.VrrpHost.Holding;
using FastLb.Wire;

namespace FastLb.VrrpHost.Tests;

public sealed class RouterSettingsTests
{
    private static readonly VirtualRouterSettings Defaults = SettingsOf(string.Empty);

    [Fact]
    public void Defaults_are_those_of_keepalived()
    {
        Assert.Equal(("VI_1", (byte)51, (byte)100), (Defaults.Name, Defaults.VirtualRouterId, Defaults.Priority));
        Assert.Equal(TimeSpan.FromSeconds(1), Defaults.AdvertisementInterval);
        Assert.Equal((2, AuthenticationType.None), (Defaults.Version, Defaults.Authentication));
        Assert.Equal([Ip("192.0.2.100")], Defaults.AdvertisedAddresses);
        Assert.Equal((false, true, TimeSpan.Zero, 3), (Defaults.WishesToBeMaster, Defaults.Preempts, Defaults.PreemptDelay, Defaults.DownTimerAdverts));
        Assert.Equal((false, false, false), (Defaults.LowerPriorityNoAdvert, Defaults.HigherPrioritySendAdvert, Defaults.SkipCheckAdvertisementAddresses));
        Assert.Equal(TimeSpan.Zero, Defaults.StartDelay);
        Assert.Equal(
            new GratuitousArpBursts
            {
                MasterDelay = TimeSpan.FromSeconds(5),
                MasterRepeat = 5,
                MasterRefresh = TimeSpan.Zero,
                MasterRefreshRepeat = 1,
                LowerPriorityDelay = TimeSpan.FromSeconds(5),
                LowerPriorityRepeat = 5,
            },
            Defaults.GratuitousArp);
    }

    [Theory]
    [InlineData("state MASTER")]
    [InlineData("state BACKUP")]
    public void Wish_to_be_master_is_the_initial_state(string line) =>
        Assert.Equal(Defaults with { WishesToBeMaster = line.EndsWith("MASTER", StringComparison.Ordinal) }, Comparable(SettingsOf($"{line}\n priority 100")));

    [Fact]
    public void Master_without_a_priority_is_the_owner_as_in_keepalived() =>
        Assert.Equal(Defaults with { WishesToBeMaster = true, Priority = 255 }, Comparable(SettingsOf("state MASTER")));

    [Fact]
    public void Priority_reaches_the_settings() => Assert.Equal(Defaults with { Priority = 250 }, Comparable(SettingsOf("priority 250")));

    [Fact]
    public void Advertisement_interval_reaches_the_settings() =>
        Assert.Equal(Defaults with { AdvertisementInterval = TimeSpan.FromSeconds(7) }, Comparable(SettingsOf("advert_int 7")));

    [Fact]
    public void Password_reaches_the_settings() => Assert.Equal(
        Defaults with { Authentication = AuthenticationType.SimpleTextPassword, Password = VrrpPassword.FromText("s3cret") }, Comparable(SettingsOf("authentication {\n auth_type PASS\n auth_pass s3cret\n }")));

    [Fact]
    public void Nopreempt_reaches_the_settings() => Assert.Equal(Defaults with { Preempts = false }, Comparable(SettingsOf("nopreempt")));

    [Fact]
    public void Preempt_delay_reaches_the_settings() =>
        Assert.Equal(Defaults with { PreemptDelay = TimeSpan.FromSeconds(90) }, Comparable(SettingsOf("preempt_delay 90")));

    [Fact]
    public void Missed_advertisements_reach_the_settings() => Assert.Equal(Defaults with { DownTimerAdverts = 9 }, Comparable(SettingsOf("down_timer_adverts 9")));

    [Theory]
    [InlineData("lower_prio_no_advert", "")]
    [InlineData("", "vrrp_lower_prio_no_advert")]
    public void Silence_towards_lower_priorities_reaches_the_settings(string line, string global) =>
        Assert.Equal(Defaults with { LowerPriorityNoAdvert = true }, Comparable(SettingsOf(line, global)));

    [Theory]
    [InlineData("higher_prio_send_advert", "")]
    [InlineData("", "vrrp_higher_prio_send_advert")]
    public void Last_advertisement_before_yielding_reaches_the_settings(string line, string global) =>
        Assert.Equal(Defaults with { HigherPrioritySendAdvert = true }, Comparable(SettingsOf(line, global)));

    [Theory]
    [InlineData("skip_check_adv_addr", "")]
    [InlineData("", "vrrp_skip_check_adv_addr")]
    public void Spared_comparison_of_addresses_reaches_the_settings(string line, string global) =>
        Assert.Equal(Defaults with { SkipCheckAdvertisementAddresses = true }, Comparable(SettingsOf(line, global)));

    [Fact]
    public void Startup_delay_reaches_the_settings() =>
        Assert.Equal(Defaults with { StartDelay = TimeSpan.FromSeconds(12) }, Comparable(SettingsOf(string.Empty, "vrrp_startup_delay 12")));

    [Fact]
    public void Gratuitous_arp_reaches_the_settings()
    {
        VirtualRouterSettings settings = SettingsOf(
            "garp_master_delay 11\n garp_master_repeat 12\n garp_master_refresh 13\n garp_master_refresh_repeat 14\n garp_lower_prio_delay 15\n garp_lower_prio_repeat 16");

        var expected = new GratuitousArpBursts
        {
            MasterDelay = TimeSpan.FromSeconds(11),
            MasterRepeat = 12,
            MasterRefresh = TimeSpan.FromSeconds(13),
            MasterRefreshRepeat = 14,
            LowerPriorityDelay = TimeSpan.FromSeconds(15),
            LowerPriorityRepeat = 16,
        };
        Assert.Equal(Defaults with { GratuitousArp = expected }, Comparable(settings));
    }

    [Fact]
    public void Gratuitous_arp_after_a_lower_priority_is_that_of_a_new_master_unless_set()
    {
        GratuitousArpBursts bursts = SettingsOf("garp_master_delay 11\n garp_master_repeat 12").GratuitousArp;

        Assert.Equal((TimeSpan.FromSeconds(11), 12u), (bursts.LowerPriorityDelay, bursts.LowerPriorityRepeat));
    }

    [Theory]
    [InlineData("garp_extra_if all 30", "", 30)]
    [InlineData("", "vrrp_garp_extra_if all 30", 30)]
    [InlineData("garp_extra_if 30", "", 0)]
    public void Further_interfaces_are_announced_if_there_are_any(string lines, string global, int seconds)
    {
        TimeSpan expected = TimeSpan.FromSeconds(seconds);
        Assert.Equal(expected, SettingsOf($"{lines}\n virtual_ipaddress_excluded {{\n 192.0.2.101 dev far\n }}", global).GratuitousArp.FurtherInterfaces);
        Assert.Equal(TimeSpan.Zero, SettingsOf(lines, global).GratuitousArp.FurtherInterfaces);
    }

    [Fact]
    public void Strict_mode_keeps_quiet_about_lower_priorities()
    {
        VirtualRouterSettings settings = SettingsOf("preempt_delay 7\n state MASTER\n priority 100", "vrrp_strict\n vrrp_higher_prio_send_advert\n vrrp_garp_lower_prio_repeat 4");
        Assert.Equal(
            Defaults with { LowerPriorityNoAdvert = true, GratuitousArp = Defaults.GratuitousArp with { LowerPriorityRepeat = 0, LowerPriorityDelay = TimeSpan.Zero } }, Comparable(settings));
    }

    [Fact]
    public void Excluded_addresses_are_not_advertised_and_the_order_is_the_files()
    {
        VrrpInstance instance = ConfigurationText.Parse(
            """
            vrrp_instance VI_2 {
              interface near
              virtual_router_id 7
              virtual_ipaddress {
                192.0.2.102/24
                192.0.2.101/24 dev far
              }
              virtual_ipaddress_excluded {
                192.0.2.103/24
              }
            }
            """).VrrpInstances[0];

        VirtualRouterSettings settings = RouterSettings.Of(instance, new GlobalDefinitions(), isInSyncGroup: false);

        Assert.Equal([Ip("192.0.2.102"), Ip("192.0.2.101")], settings.AdvertisedAddresses);
        Assert.Equal(("VI_2", (byte)7), (settings.Name, settings.VirtualRouterId));
    }

    private static IpAddress Ip(string text) => IpAddress.From(IPAddress.Parse(text));

    // Immutable arrays are equal when they are the same array.
    private static VirtualRouterSettings Comparable(VirtualRouterSettings settings)
    {
        Assert.Equal(Defaults.AdvertisedAddresses.AsEnumerable(), settings.AdvertisedAddresses);
        return settings with { AdvertisedAddresses = Defaults.AdvertisedAddresses };
    }

    private static VirtualRouterSettings SettingsOf(string lines, string global = "")
    {
        DirectorConfiguration configuration = ConfigurationText.WithInstance(lines, global);
        return RouterDefinition.Of(configuration.VrrpInstances[0], configuration).Settings;
    }
}
