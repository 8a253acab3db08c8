using FastLb.Configuration.Model;
using FastLb.Netlink;
using FastLb.Runtime.Tests;
using FastLb.VrrpHost.Interfaces;
using Microsoft.Extensions.Time.Testing;

namespace FastLb.VrrpHost.Tests.Interfaces;

/// <summary>For how long a link's change must last before it counts; "keepalived" is what 2.2.7 was seen to do.</summary>
public sealed class SettledLinksTests : IDisposable
{
    private const LinkFlags Running = LinkFlags.Up | LinkFlags.Running;

    private readonly FakeTimeProvider _time = new();
    private readonly RecordingLog _log = new();
    private readonly SettledLinks _links;
    private LinkInfo? _near = new(3, "near", 1500, Running);
    private int _settled;

    public SettledLinksTests()
    {
        _links = new SettledLinks(name => name == "near" ? _near : new LinkInfo(4, name, 1500, LinkFlags.Up), _time, _log) { Settled = () => _settled++ };
        _links.Use(Delays("near 1.5 3"));
        Assert.True(IsRunning);
    }

    private bool IsRunning => _links.Find("near") is { IsRunning: true };

    [Fact]
    public void Loss_and_return_count_after_they_have_lasted()
    {
        Set(LinkFlags.Up);
        Assert.True(IsRunning);
        Advance(1.49);
        Assert.True(IsRunning);
        Assert.Equal(0, _settled);

        Advance(0.01);
        Assert.Equal(1, _settled);
        Assert.False(IsRunning);

        Set(Running);
        Assert.False(IsRunning);
        Advance(2.99);
        Assert.False(IsRunning);
        Advance(0.01);
        Assert.Equal(2, _settled);
        Assert.True(IsRunning);
    }

    [Fact]
    public void Change_back_within_the_delay_leaves_everything_as_it_was() // keepalived: nothing told of a second's loss
    {
        Set(LinkFlags.None);
        Assert.True(IsRunning);
        Advance(1);
        Set(Running);
        Assert.True(IsRunning);
        Advance(10);

        Assert.Equal(0, _settled);
        Set(LinkFlags.None);
        Assert.True(IsRunning); // the delay begins anew
        Advance(1.4);
        Assert.True(IsRunning);
    }

    [Fact]
    public void Link_is_shown_with_the_state_that_counts_and_else_as_it_is()
    {
        _near = _near! with { Flags = LinkFlags.Broadcast, Mtu = 9000 };
        LinkInfo link = _links.Find("near")!;

        Assert.Equal((true, 9000, LinkFlags.Broadcast | Running), (link.IsRunning, link.Mtu, link.Flags));
    }

    [Fact]
    public void First_sight_counts_at_once()
    {
        Set(LinkFlags.Up);
        using var links = new SettledLinks(_ => _near, _time, _log);
        links.Use(Delays("near 5"));

        Assert.False(links.Find("near")!.IsRunning);
    }

    [Fact]
    public void Interface_that_goes_is_gone_at_once_and_the_next_one_of_its_name_comes_up_after_the_delay()
    {
        LinkInfo before = _near!;
        _near = null;
        Assert.Null(_links.Find("near"));

        _near = before with { Index = 9 };
        Assert.False(IsRunning);
        Advance(3);
        Assert.True(IsRunning);

        _near = before with { Index = 10 }; // made anew between two looks
        Assert.False(IsRunning);
        Advance(3);
        Assert.True(IsRunning);
    }

    [Fact]
    public void Delay_of_zero_and_interfaces_without_one_count_at_once()
    {
        _links.Use(Delays("near 0 3"));
        Set(LinkFlags.Up);

        Assert.False(IsRunning);
        Assert.False(_links.Find("other")!.IsRunning);
    }

    [Fact]
    public void Reload_that_takes_the_delay_away_has_the_change_count_now()
    {
        Set(LinkFlags.Up);
        Assert.True(IsRunning);

        _links.Use(Delays("other 3"));

        Assert.Equal(1, _settled);
        Assert.False(IsRunning);
    }

    [Fact]
    public void Reload_that_keeps_the_interface_keeps_the_change_that_is_waited_for()
    {
        Set(LinkFlags.Up);
        Assert.True(IsRunning);
        Advance(1);

        _links.Use(Delays("near 2 3"));

        Assert.Equal(0, _settled);
        Assert.True(IsRunning);
        Advance(0.5);
        Assert.False(IsRunning);
    }

    [Fact]
    public void Nothing_settles_after_the_end()
    {
        Set(LinkFlags.Up);
        Assert.True(IsRunning);

        _links.Dispose();
        Advance(10);

        Assert.Equal(0, _settled);
    }

    public void Dispose() => _links.Dispose();

    private static ValueList<InterfaceDelay> Delays(string line) => ConfigurationText.Parse($"interface_up_down_delays {{\n {line}\n}}\n").InterfaceDelays;

    private void Set(LinkFlags flags) => _near = _near! with { Flags = flags };

    private void Advance(double seconds) => _time.Advance(TimeSpan.FromSeconds(seconds));
}
