using System.Net.Sockets;
using FastLb.VrrpHost.Holding;
using Microsoft.Extensions.Time.Testing;

namespace FastLb.VrrpHost.Tests.Holding;

/// <summary><c>vrrp_garp_interval</c>, <c>vrrp_gna_interval</c> and <c>garp_group</c>.</summary>
public sealed class AnnouncementSpacingTests
{
    private const string Global = "global_defs {\n vrrp_garp_interval 0.5\n vrrp_gna_interval 2\n}\n";
    private const string Groups =
        "garp_group {\n garp_interval 1\n interfaces {\n a\n b\n }\n}\ngarp_group {\n gna_interval 3\n interface c\n}\n";

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Without_intervals_everything_leaves_at_once()
    {
        AnnouncementSpacing spacing = Spacing(string.Empty);
        Assert.Equal([0, 0, 0], Take(spacing, "a", "a", "b"));
    }

    [Fact]
    public void Messages_on_one_interface_wait_for_each_other_and_not_for_those_on_others()
    {
        AnnouncementSpacing spacing = Spacing(Global);
        Assert.Equal([0, 500, 0, 500], Take(spacing, "a", "a", "b", "a"));
        _time.Advance(TimeSpan.FromMilliseconds(300));
        Assert.Equal([200, 200], Take(spacing, "a", "b"));
        _time.Advance(TimeSpan.FromMilliseconds(200));
        Assert.Equal([0, 500], Take(spacing, "a", "a"));
        _time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal([0, 500], Take(spacing, "a", "a"));
    }

    [Fact]
    public void Gratuitous_arp_and_neighbour_advertisements_have_intervals_of_their_own()
    {
        AnnouncementSpacing spacing = Spacing(Global);
        Assert.Equal([0, 500], Take(spacing, "a", "a"));
        Assert.Equal([0, 2000], Take(spacing, AddressFamily.InterNetworkV6, "a", "a"));
    }

    [Fact]
    public void Interfaces_of_a_group_share_its_interval()
    {
        AnnouncementSpacing spacing = Spacing(Global + Groups);
        Assert.Equal([0, 1000, 0, 500, 1000], Take(spacing, "a", "b", "d", "d", "a"));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([0, 1000], Take(spacing, "b", "a"));
    }

    [Fact]
    public void What_a_group_does_not_say_has_no_interval()
    {
        AnnouncementSpacing spacing = Spacing(Global + Groups);
        Assert.Equal([0, 0], Take(spacing, "c", "c"));
        Assert.Equal([0, 3000], Take(spacing, AddressFamily.InterNetworkV6, "c", "c"));
        Assert.Equal([0, 0], Take(spacing, AddressFamily.InterNetworkV6, "a", "b"));
    }

    [Fact]
    public void Reload_changes_the_intervals_and_keeps_what_was_taken()
    {
        AnnouncementSpacing spacing = Spacing(Global);
        Assert.Equal([0], Take(spacing, "a"));
        spacing.Use(ConfigurationText.Parse("global_defs {\n vrrp_garp_interval 0.1\n}"));
        Assert.Equal([500], Take(spacing, "a"));
        _time.Advance(TimeSpan.FromSeconds(0.5));
        Assert.Equal([0, 100], Take(spacing, "a", "a"));
        spacing.Use(ConfigurationText.Parse(string.Empty));
        Assert.Equal([0, 0], Take(spacing, "a", "a"));
    }

    private AnnouncementSpacing Spacing(string text) => new(ConfigurationText.Parse(text), _time);

    private static double[] Take(AnnouncementSpacing spacing, params string[] devices) => Take(spacing, AddressFamily.InterNetwork, devices);

    private static double[] Take(AnnouncementSpacing spacing, AddressFamily family, params string[] devices) =>
        [.. devices.Select(device => spacing.Take(device, family).TotalMilliseconds)];
}
