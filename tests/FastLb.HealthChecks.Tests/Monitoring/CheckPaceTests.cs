using FastLb.HealthChecks.Checkers;
using FastLb.HealthChecks.Monitoring;
using FastLb.HealthChecks.Tests.Scripts;

namespace FastLb.HealthChecks.Tests.Monitoring;

/// <summary>Checks that somebody doesn't want to wait for. The check that is hurried probes at 0 s and every 10 s after the end of a probe.</summary>
public sealed class CheckPaceTests : IAsyncDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10);

    private readonly SteppedClock _clock = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly CheckPace _pace = new();
    private Task _running = Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
        Assert.Equal(0, _clock.Armed);
    }

    [Fact]
    public async Task A_hurry_ends_a_pause_and_the_next_pause_is_whole()
    {
        ScriptedProbe probe = Start("+-+");
        await _clock.Run(1, TimeSpan.FromSeconds(4));
        ProbeAttempt attempt = await Hurry();
        await _clock.Settle(1);
        Assert.Equal(ProbeOutcome.Failed, attempt.Result.Outcome);
        await _clock.Run(1, TimeSpan.FromSeconds(15));
        Assert.Equal(Seconds(0, 4, 14), probe.Instants);
    }

    [Fact]
    public async Task A_hurry_during_a_probe_gets_its_result_and_makes_no_other()
    {
        ScriptedProbe probe = Start("-", duration: TimeSpan.FromSeconds(3));
        await _clock.Run(1, TimeSpan.FromSeconds(2));
        Task<ProbeAttempt> first = _pace.Hurry();
        Task<ProbeAttempt> second = _pace.Hurry();
        Assert.Equal(1, probe.UnderWay);
        Assert.False(first.IsCompleted);
        await _clock.Run(1, TimeSpan.FromSeconds(12));
        Assert.Equal(await first, await second);
        Assert.Equal(TimeSpan.FromSeconds(3), (await first).Took);
        Assert.Equal(Seconds(0), probe.Instants);
        await _clock.Run(1, TimeSpan.FromSeconds(13));
        Assert.Equal(Seconds(0, 13), probe.Instants);
    }

    [Fact]
    public async Task Many_who_are_in_a_hurry_share_a_probe()
    {
        ScriptedProbe probe = Start("+", duration: TimeSpan.FromSeconds(1));
        await _clock.Run(1, TimeSpan.FromSeconds(5));
        Task<ProbeAttempt>[] all = [.. Enumerable.Range(0, 20).Select(_ => _pace.Hurry())];
        await Eventually(() => probe.UnderWay == 1);
        await _clock.Run(1, TimeSpan.FromSeconds(6));
        await Task.WhenAll(all);
        Assert.Equal(Seconds(0, 5), probe.Instants);
    }

    [Fact]
    public async Task The_first_probe_can_be_hurried_too()
    {
        ScriptedProbe probe = Start("+", warmup: TimeSpan.FromSeconds(60));
        await _clock.Settle(1);
        await Hurry();
        Assert.Equal(Seconds(0), probe.Instants);
    }

    [Fact]
    public async Task Result_comes_when_it_has_been_taken()
    {
        bool isTaken = false;
        var probe = new ScriptedProbe(_clock, "+");
        _running = Run(new MonitoredCheck(
            probe, TimeSpan.Zero, _ =>
            {
                isTaken = probe.Instants.Count == 2;
                return Period;
            },
            _pace));
        await _clock.Settle(1);
        await Hurry();
        Assert.True(isTaken);
    }

    [Fact]
    public async Task A_check_that_does_not_run_can_not_be_hurried()
    {
        Assert.True(_pace.Hurry().IsCanceled);
        Start("+");
        await _clock.Settle(1);
        await _stop.CancelAsync();
        await _running;
        Assert.True(_pace.Hurry().IsCanceled);
        Assert.Equal(CheckPhase.Stopped, _pace.Read().Phase);
    }

    [Fact]
    public async Task Stopping_tells_those_who_wait_that_nothing_comes()
    {
        Start("+", duration: TimeSpan.FromSeconds(3));
        await _clock.Settle(1);
        Task<ProbeAttempt> awaited = _pace.Hurry();
        await _stop.CancelAsync();
        await _running;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => awaited);
    }

    [Fact]
    public async Task It_tells_when_the_next_probe_comes_and_how_long_one_is_under_way()
    {
        Start("+", duration: TimeSpan.FromSeconds(3));
        await _clock.Run(1, TimeSpan.FromSeconds(2));
        Assert.Equal(new CheckProgress(CheckPhase.Probing, TimeSpan.FromSeconds(2)), _pace.Read());
        await _clock.Run(1, TimeSpan.FromSeconds(4.5));
        Assert.Equal(new CheckProgress(CheckPhase.Waiting, TimeSpan.FromSeconds(8.5)), _pace.Read());
    }

    [Fact]
    public async Task Hurries_at_random_never_lead_to_two_probes_at_a_time_nor_to_one_that_nobody_hears_of()
    {
        int underWay = 0, most = 0, count = 0;
        _running = Run(new MonitoredCheck(new YieldingProbe(() => most = Math.Max(most, Interlocked.Increment(ref underWay)), () => Interlocked.Decrement(ref underWay)), TimeSpan.Zero, _ =>
        {
            count++;
            return Period;
        }, _pace));
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            for (int i = 0; i < 500; i++)
                await _pace.Hurry().WaitAsync(TimeSpan.FromSeconds(30));
        })));
        Assert.Equal(1, most);
        Assert.InRange(count, 500, 2001);
    }

    private ScriptedProbe Start(string script, TimeSpan duration = default, TimeSpan warmup = default)
    {
        var probe = new ScriptedProbe(_clock, script) { Duration = duration };
        _running = Run(new MonitoredCheck(probe, warmup, _ => Period, _pace));
        return probe;
    }

    private Task Run(MonitoredCheck check) => new HealthMonitor(_clock, new Random(1)).Run([check], _stop.Token);

    private Task<ProbeAttempt> Hurry() => _pace.Hurry().WaitAsync(TimeSpan.FromSeconds(30));

    private static async Task Eventually(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!condition())
            await Task.Delay(1, limit.Token);
    }

    private static TimeSpan[] Seconds(params double[] seconds) => [.. seconds.Select(TimeSpan.FromSeconds)];

    private sealed class YieldingProbe(Action begun, Action ended) : IHealthProbe
    {
        public async ValueTask<ProbeResult> Probe(CancellationToken cancellation)
        {
            begun();
            await Task.Yield();
            ended();
            return ProbeResult.Passed;
        }
    }
}
