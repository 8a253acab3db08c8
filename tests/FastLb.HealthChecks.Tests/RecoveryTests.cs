using FastLb.Configuration.Model;
using FastLb.HealthChecks.Snapshots;
using FastLb.HealthChecks.Status;
using FastLb.HealthChecks.Tests.Scripts;

namespace FastLb.HealthChecks.Tests;

/// <summary>How servers come back: slowly, or not before they have passed for a while. Checks probe every 10 s, and count at once here; in pools a server reads number:weight.</summary>
public sealed class RecoveryTests
{
    private static readonly RecoverySettings Slow = new() { SlowStart = TimeSpan.FromSeconds(20) };
    private static readonly RecoverySettings Damped = new() { Damping = new FlapDamping(2, TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(25)) };
    private static readonly ProbeTiming NoRetries = new(TimeSpan.FromSeconds(10), 0, TimeSpan.Zero, TimeSpan.Zero);

    [Fact]
    public async Task A_server_that_comes_up_gains_weight_in_tenths()
    {
        await using var run = new HealthRun([Pair()], Slow);
        Assert.Equal("1:1 2:1", run.Members()); // who hasn't been down starts with all
        run.Start("-+");
        await run.To(9);
        Assert.Equal("2:1", run.Members());
        await run.To(10);
        Assert.Equal("1:1 2:10", run.Members());
        Assert.Equal("starts slowly: 1 tenths of its weight", Server(run, 0).Remark);
        Assert.Equal((1, 1), (Server(run, 0).EffectiveWeight, Server(run, 1).EffectiveWeight));
        await run.To(12);
        Assert.Equal("1:2 2:10", run.Members());
        await run.To(21);
        Assert.Equal("1:6 2:10", run.Members());
        await run.To(28);
        Assert.Equal("1:1 2:1", run.Members());
        Assert.Null(Server(run, 0).Remark);
    }

    [Fact]
    public async Task One_that_goes_down_meanwhile_begins_anew()
    {
        await using var run = new HealthRun([Pair()], Slow);
        run.Start("-+-+");
        await run.To(19);
        Assert.Equal("1:5 2:10", run.Members());
        await run.To(20);
        Assert.Equal("2:1", run.Members());
        await run.To(30);
        Assert.Equal("1:1 2:10", run.Members());
    }

    [Fact]
    public async Task The_quorum_counts_whole_weights_and_schedulers_that_know_none_are_left_alone()
    {
        await using var run = new HealthRun([Pair() with { Quorum = 2, Scheduler = Scheduler.RoundRobin }], Slow);
        run.Start("-+");
        await run.To(10);
        Assert.Equal("1:1 2:1", run.Members());
        Assert.True(run.Health.Pools.Services[0].HasQuorum);
    }

    [Fact]
    public async Task A_successor_goes_on_where_its_predecessor_was()
    {
        var sink = new RecordingSink();
        await using (var run = new HealthRun([Pair()], Slow, sink: sink))
        {
            run.Start("-+");
            await run.To(10);
            await run.Stop();
        }

        await using var next = new HealthRun([Pair()], Slow, sink.Last);
        next.Clock.Advance(TimeSpan.Zero);
        Assert.Equal("1:1 2:10", next.Members()); // its clock begins with the other's: the server came up 10 s later, so it has its first tenth
        await using var without = new HealthRun([Pair()], sink.Last);
        Assert.Equal("1:1 2:1", without.Members());
    }

    [Fact]
    public async Task A_server_that_goes_down_again_and_again_is_kept_out_until_it_passes_for_a_while()
    {
        await using var run = new HealthRun([Pair()], Damped);
        run.Start("+-+-+");
        await run.To(20);
        Assert.Equal("1:1 2:1", run.Members()); // one fall is none too many
        await run.To(54);
        Assert.Equal("2:1", run.Members());
        Assert.Equal("kept out: it went down 2 times within 60 s, and must pass its checks for 25 s on end", Server(run, 0).Remark);
        Assert.False(Server(run, 0).IsUp);
        await run.To(65);
        Assert.Equal("1:1 2:1", run.Members());
        Assert.Equal(
            [
                "10 ServerDown 192.0.2.1:80 TCP_CHECK 192.0.2.1:80: connection refused",
                "20 ServerUp 192.0.2.1:80 TCP_CHECK 192.0.2.1:80 passed",
                "30 ServerDown 192.0.2.1:80 TCP_CHECK 192.0.2.1:80: connection refused",
                "40 ServerHeld 192.0.2.1:80 it went down 2 times within 60 s, and must pass its checks for 25 s on end",
                "65 ServerUp 192.0.2.1:80 has passed all its checks long enough: it went down 2 times within 60 s, and must pass its checks for 25 s on end",
            ],
            run.Events());
    }

    [Fact]
    public async Task A_failure_meanwhile_begins_the_time_anew()
    {
        await using var run = new HealthRun([Pair()], Damped);
        run.Start("+-+-+-+");
        await run.To(84);
        Assert.Equal("2:1", run.Members());
        await run.To(85);
        Assert.Equal("1:1 2:1", run.Members());
        List<string> events = run.Events();
        Assert.Contains("50 HeldServerFailed 192.0.2.1:80 TCP_CHECK 192.0.2.1:80: connection refused", events);
        Assert.Single(events, text => text.Contains("85 ServerUp", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Falls_that_are_far_apart_do_not_count_together()
    {
        await using var run = new HealthRun([Pair()], Damped);
        run.Start("+-++++++-+");
        await run.To(90);
        Assert.Equal("1:1 2:1", run.Members());
    }

    [Fact]
    public async Task Nobody_is_kept_out_if_otherwise_none_would_serve()
    {
        await using var run = new HealthRun([Pair(Services.Check(2, timing: NoRetries))], Damped);
        run.Start("+-+-++", "+++++-");
        await run.To(49);
        Assert.Equal("2:1", run.Members());
        await run.To(50);
        Assert.Equal("1:1", run.Members());
        Assert.Contains("50 ServerUp 192.0.2.1:80 taken back before its time, because no other server of the service is up", run.Events());
    }

    [Fact]
    public async Task A_successor_keeps_it_out()
    {
        var sink = new RecordingSink();
        await using (var run = new HealthRun([Pair()], Damped, sink: sink))
        {
            run.Start("+-+-+");
            await run.To(40);
            await run.Stop();
        }

        HealthSnapshot saved = HealthSnapshot.Read(sink.Last!.ToJson(), out _)!;
        await using var next = new HealthRun([Pair()], Damped, saved);
        Assert.Equal("2:1", next.Members());
        next.Start("+");
        await next.To(25);
        Assert.Equal("1:1 2:1", next.Members());
        await using var without = new HealthRun([Pair()], saved);
        Assert.Equal("1:1 2:1", without.Members());
    }

    private static ServerHealthStatus Server(HealthRun run, int index) => run.Health.ReadStatus()[0].Servers[index];

    private static VirtualServer Pair(params HealthCheck[] second) => Services.Service(
        Services.Server(1, checks: Services.Check(1, timing: NoRetries)), Services.Server(2, checks: second));
}
