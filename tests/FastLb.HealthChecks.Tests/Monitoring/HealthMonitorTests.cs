using FastLb.Configuration.Model;
using FastLb.HealthChecks.Checkers;
using FastLb.HealthChecks.Monitoring;
using FastLb.HealthChecks.Tests.Scripts;

namespace FastLb.HealthChecks.Tests.Monitoring;

/// <summary>When probes are made.</summary>
public sealed class HealthMonitorTests
{
    private readonly SteppedClock _clock = new();

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(4711)]
    public async Task First_probes_come_one_second_and_a_random_part_of_the_warmup_after_start(int seed)
    {
        TimeSpan[] warmups = [TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(0.5)];
        ScriptedProbe[] probes = [.. warmups.Select(_ => new ScriptedProbe(_clock, "+"))];
        await Run([.. probes.Zip(warmups, (probe, warmup) => Every(probe, warmup, TimeSpan.FromHours(1)))], TimeSpan.FromMinutes(5), seed);

        var chance = new Random(seed);
        Assert.All(probes.Zip(warmups), pair =>
        {
            TimeSpan expected = TimeSpan.FromMilliseconds(Math.Ceiling((TimeSpan.FromSeconds(1) + (chance.NextDouble() * pair.Second)).TotalMilliseconds));
            Assert.Equal([expected], pair.First.Instants);
            Assert.InRange(expected, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1) + pair.Second);
        });
    }

    [Fact]
    public async Task Without_warmup_the_first_probe_comes_at_once()
    {
        var probe = new ScriptedProbe(_clock, "+");
        await Run([Every(probe, TimeSpan.Zero, TimeSpan.FromSeconds(10))], TimeSpan.FromSeconds(25));
        Assert.Equal(Seconds(0, 10, 20), probe.Instants);
    }

    [Fact]
    public async Task Delays_run_from_the_end_of_a_probe()
    {
        var probe = new ScriptedProbe(_clock, "+") { Duration = TimeSpan.FromSeconds(4) };
        await Run([Every(probe, TimeSpan.Zero, TimeSpan.FromSeconds(10))], TimeSpan.FromSeconds(30));
        Assert.Equal(Seconds(0, 14, 28), probe.Instants);
    }

    [Fact]
    public async Task Retries_are_spaced_by_their_own_delay_and_everything_else_by_the_period()
    {
        var probe = new ScriptedProbe(_clock, "+---" + "-+" + "-+");
        CheckerState state = CheckerState.Initial(alpha: false);
        ProbeTiming timing = Services.Timing; // every 10 s, two retries after 3 s each
        var check = new MonitoredCheck(probe, TimeSpan.Zero, result =>
        {
            CheckerStep step = state.Step(result, timing);
            state = step.State;
            return step.Delay;
        }, new CheckPace());
        await Run([check], TimeSpan.FromSeconds(75));
        Assert.Equal(Seconds(0, 10, 13, 16, 26, 36, 46, 49, 59, 69), probe.Instants);
    }

    [Fact]
    public async Task A_slow_probe_holds_up_no_other()
    {
        var slow = new ScriptedProbe(_clock, "+") { Duration = TimeSpan.FromSeconds(100) };
        var quick = new ScriptedProbe(_clock, "+");
        await Run([Every(slow, TimeSpan.Zero, TimeSpan.FromSeconds(1)), Every(quick, TimeSpan.Zero, TimeSpan.FromSeconds(1))], TimeSpan.FromSeconds(5));
        Assert.Equal(Seconds(0), slow.Instants);
        Assert.Equal(Seconds(0, 1, 2, 3, 4, 5), quick.Instants);
    }

    [Fact]
    public async Task Delays_that_no_timer_can_take_are_rounded_into_its_range()
    {
        var tiny = new ScriptedProbe(_clock, "+");
        var huge = new ScriptedProbe(_clock, "+");
        TimeSpan longest = TimeSpan.FromMilliseconds(uint.MaxValue - 1); // what the configuration allows as a period, and so as a warmup
        await Run([Every(tiny, TimeSpan.Zero, TimeSpan.FromMicroseconds(1)), Every(huge, longest, longest)], TimeSpan.FromMilliseconds(3));
        Assert.Equal([TimeSpan.Zero, Milliseconds(1), Milliseconds(2), Milliseconds(3)], tiny.Instants);
        Assert.Empty(huge.Instants);
    }

    [Fact]
    public async Task Stopping_cancels_probes_and_leaves_no_timer()
    {
        var slow = new ScriptedProbe(_clock, "+") { Duration = TimeSpan.FromSeconds(100) };
        var waiting = new ScriptedProbe(_clock, "+");
        using var stop = new CancellationTokenSource();
        Task running = new HealthMonitor(_clock, new Random(1)).Run(
            [Every(slow, TimeSpan.Zero, TimeSpan.FromSeconds(1)), Every(waiting, TimeSpan.Zero, TimeSpan.FromSeconds(1))], stop.Token);
        await _clock.Settle(2);
        Assert.Equal(1, slow.UnderWay);
        await stop.CancelAsync();
        await running;
        Assert.Equal(0, slow.UnderWay);
        Assert.Equal(0, _clock.Armed);
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.Single(waiting.Instants);
    }

    [Fact]
    public async Task Without_checks_it_waits_for_its_stop()
    {
        using var stop = new CancellationTokenSource();
        Task running = new HealthMonitor(_clock, new Random(1)).Run([], stop.Token);
        Assert.False(running.IsCompleted);
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task A_probe_that_breaks_ends_the_monitor_with_its_fault()
    {
        var sound = new ScriptedProbe(_clock, "+");
        var broken = new ScriptedProbe(_clock, "?");
        Task running = new HealthMonitor(_clock, new Random(1)).Run(
            [Every(sound, TimeSpan.Zero, TimeSpan.FromSeconds(1)), Every(broken, TimeSpan.Zero, TimeSpan.FromSeconds(1))], CancellationToken.None);
        InvalidOperationException fault = await Assert.ThrowsAsync<InvalidOperationException>(() => running);
        Assert.Equal("the script says '?'", fault.Message);
        Assert.Equal(0, _clock.Armed);
    }

    private async Task Run(MonitoredCheck[] checks, TimeSpan end, int seed = 1)
    {
        using var stop = new CancellationTokenSource();
        Task running = new HealthMonitor(_clock, new Random(seed)).Run(checks, stop.Token);
        await _clock.Run(checks.Length, end);
        await stop.CancelAsync();
        await running;
    }

    private static MonitoredCheck Every(ScriptedProbe probe, TimeSpan warmup, TimeSpan delay) => new(probe, warmup, _ => delay, new CheckPace());

    private static TimeSpan[] Seconds(params double[] seconds) => [.. seconds.Select(TimeSpan.FromSeconds)];

    private static TimeSpan Milliseconds(int count) => TimeSpan.FromMilliseconds(count);
}
