namespace FastLb.Vrrp.Tests;

/// <summary>keepalived's <c>garp_*</c> settings.</summary>
public sealed class GratuitousArpTests
{
    [Fact]
    public void Second_burst_follows_after_the_delay()
    {
        Assert.Equal([5.0], Bursts(new GratuitousArpBursts(), seconds: 60, expected: "garp 5"));
    }

    [Fact]
    public void Without_delay_there_is_no_second_burst() =>
        Assert.Empty(Bursts(new GratuitousArpBursts { MasterDelay = TimeSpan.Zero }, seconds: 60, expected: "garp 5"));

    [Fact]
    public void Refresh_comes_periodically()
    {
        var bursts = new GratuitousArpBursts { MasterDelay = TimeSpan.Zero, MasterRefresh = TimeSpan.FromSeconds(10), MasterRefreshRepeat = 2 };
        Assert.Equal([10.0, 20.0, 30.0], Bursts(bursts, seconds: 39, expected: "garp 2"));
    }

    [Fact]
    public void Without_messages_there_is_no_burst() =>
        Assert.Empty(Bursts(new GratuitousArpBursts { MasterRepeat = 0 }, seconds: 60, expected: "garp 0"));

    [Fact]
    public void The_second_burst_after_a_lower_advertisement_waits_for_the_last_one_heard()
    {
        RouterFixture router = RouterFixture.Master(RouterFixture.Settings() with
        {
            GratuitousArp = new GratuitousArpBursts
            {
                MasterDelay = TimeSpan.Zero,
                LowerPriorityRepeat = 3,
                LowerPriorityDelay = TimeSpan.FromSeconds(2),
            },
        });
        Assert.Contains("garp 3", router.Hear(1));
        Assert.Contains("garp 3", router.Wait(0.75).Hear(1));
        TimeSpan last = router.Now;
        Assert.Equal([2.0], Times(router, seconds: 20, "garp 3").Select(at => (at - last).TotalSeconds));
    }

    [Fact]
    public void A_lower_advertisement_starts_no_second_burst_without_delay()
    {
        RouterFixture router = RouterFixture.Master(RouterFixture.Settings() with
        {
            GratuitousArp = new GratuitousArpBursts { MasterDelay = TimeSpan.Zero, LowerPriorityDelay = TimeSpan.Zero },
        });
        Assert.Contains("garp 5", router.Hear(1));
        Assert.Empty(Times(router, seconds: 20, "garp 5"));
    }

    [Fact]
    public void Master_with_another_mac_announces_its_addresses_anew_and_a_backup_does_not()
    {
        RouterFixture master = RouterFixture.Master();
        master.Wait(60).AtDeadline();

        Assert.Equal(["garp 5"], master.Do(VrrpInput.MacChanged));
        TimeSpan changed = master.Now;
        Assert.Equal([5.0], Times(master, seconds: 60, "garp 5").Select(at => (at - changed).TotalSeconds));
        Assert.Empty(RouterFixture.Backup().Do(VrrpInput.MacChanged));
    }

    [Fact]
    public void No_burst_outlives_the_role()
    {
        var bursts = new GratuitousArpBursts { MasterRefresh = TimeSpan.FromSeconds(1) };
        RouterFixture router = RouterFixture.Master(RouterFixture.Settings() with { GratuitousArp = bursts });
        router.Hear(50);
        router.Hear(200);
        Assert.Equal(router.State.RoleTimer, router.State.NextDeadline);
        Assert.Equal(GratuitousArpSchedule.Nothing, router.State.GratuitousArp);
    }

    [Fact]
    public void Further_interfaces_are_announced_periodically_and_not_at_the_start()
    {
        var bursts = new GratuitousArpBursts { FurtherInterfaces = TimeSpan.FromSeconds(10) };
        Assert.Equal([10.0, 20.0, 30.0], Bursts(bursts, seconds: 39, expected: "further"));
        Assert.Empty(Bursts(new GratuitousArpBursts(), seconds: 39, expected: "further"));
    }

    [Fact]
    public void Reload_begins_and_ends_what_is_periodic()
    {
        RouterFixture router = RouterFixture.Master();
        VirtualRouterSettings settings = router.Router.Settings;
        router.AtDeadline();

        router.Reload(settings with { GratuitousArp = new GratuitousArpBursts { MasterDelay = TimeSpan.Zero, MasterRefresh = TimeSpan.FromSeconds(3), FurtherInterfaces = TimeSpan.FromSeconds(4) } });
        TimeSpan reloaded = router.Now;
        Assert.Equal([4.0, 7.0, 10.0], Times(router, seconds: 10.5, "garp 1").Select(at => (at - reloaded).TotalSeconds)); // the next timer is a second away
        router.Reload(settings);
        TimeSpan again = router.Now;
        Assert.Equal([3.0], Times(router, seconds: 20, "garp 1").Select(at => (at - again).TotalSeconds));
    }

    private static IEnumerable<double> Bursts(GratuitousArpBursts bursts, double seconds, string expected)
    {
        RouterFixture router = RouterFixture.Master(RouterFixture.Settings() with { GratuitousArp = bursts });
        TimeSpan since = router.Now;
        return Times(router, seconds, expected).Select(at => (at - since).TotalSeconds);
    }

    /// <summary>When an effect comes in the next seconds.</summary>
    private static List<TimeSpan> Times(RouterFixture router, double seconds, string expected)
    {
        var times = new List<TimeSpan>();
        TimeSpan end = router.Now + TimeSpan.FromSeconds(seconds);
        while (router.State.NextDeadline <= end)
            times.AddRange(router.AtDeadline().Where(effect => effect == expected).Select(_ => router.Now));
        return times;
    }
}
