using FastLb.Configuration.Model;
using FastLb.HealthChecks.Snapshots;
using FastLb.HealthChecks.Status;
using FastLb.HealthChecks.Tests.Scripts;

namespace FastLb.HealthChecks.Tests;

/// <summary>What a process that takes over from another one knows.</summary>
public sealed class RestartTests
{
    [Fact]
    public async Task A_dead_server_stays_out_and_comes_back_with_a_success()
    {
        VirtualServer[] services = [Services.Service(Services.Server(1, checks: Services.Check(1)), Services.Server(2, checks: Services.Check(2)))];
        HealthSnapshot saved = await LastSaved(services, 0, "-", "+");
        await using var run = new HealthRun(services, saved);
        Assert.Equal("2:1", run.Members());
        run.Start("-+", "+");
        await run.To(0);
        Assert.Equal("2:1", run.Members());
        await run.To(10);
        Assert.Equal("1:1 2:1", run.Members());
        Assert.Equal(["10 ServerUp 192.0.2.1:80 TCP_CHECK 192.0.2.1:80 passed"], run.Events());
    }

    [Fact]
    public async Task A_live_server_keeps_its_retries_and_those_that_it_has_used()
    {
        VirtualServer[] services = [Services.Service(Services.Server(1, checks: Services.Check(1)))];
        HealthSnapshot saved = await LastSaved(services, 10, "+-"); // two more failures to go
        await using var run = new HealthRun(services, saved);
        run.Start("--");
        await run.To(0);
        Assert.Equal("1:1", run.Members());
        await run.To(3);
        Assert.Equal(string.Empty, run.Members());
    }

    [Fact]
    public async Task A_server_that_had_never_been_checked_still_has_not()
    {
        ProbeTiming late = Services.Timing with { Warmup = TimeSpan.FromSeconds(60) };
        VirtualServer[] services =
        [
            Services.Service(Services.Server(1, checks: Services.Check(1, timing: late)), Services.Server(2, checks: Services.Check(2, alpha: true, timing: late))),
        ];
        HealthSnapshot saved = await LastSaved(services, 0.5, "+", "+");
        await using var run = new HealthRun(services, saved);
        Assert.Equal("1:1", run.Members());
        run.Start("-", "+");
        await run.To(62);
        Assert.Equal("2:1", run.Members()); // the first failure counted without retries
    }

    [Fact]
    public async Task An_alpha_server_that_has_passed_is_up_at_once()
    {
        VirtualServer[] services = [Services.Service(Services.Server(1, checks: Services.Check(1, alpha: true)))];
        HealthSnapshot saved = await LastSaved(services, 0, "+");
        await using var run = new HealthRun(services, saved);
        Assert.Equal("1:1", run.Members());
        Assert.Empty(run.Events());
    }

    [Fact]
    public async Task A_quorum_within_its_hysteresis_stays_as_it_was()
    {
        VirtualServer service = Services.Service(
            Services.Server(1, checks: Services.Check(1)), Services.Server(2, checks: Services.Check(2)), Services.Server(3, checks: Services.Check(3)));
        VirtualServer[] services = [service with { Quorum = 2, Hysteresis = 1, SorryServer = Services.Sorry() }];
        HealthSnapshot kept = await LastSaved(services, 0, "+", "-", "+"); // from 3 to 2: kept
        await using (var run = new HealthRun(services, kept))
            Assert.Equal("1:1 3:1", run.Members());

        HealthSnapshot lost = await LastSaved(services, 10, "-+", "-", "-+"); // from 0 to 2: still lost
        await using (var run = new HealthRun(services, lost))
        {
            Assert.Equal("99:1", run.Members());
            Assert.Empty(run.Events()); // the loss is no news
        }
    }

    [Fact]
    public async Task Times_and_texts_survive()
    {
        VirtualServer[] services = [Services.Service(Services.Server(1, checks: Services.Check(1)))];
        HealthSnapshot saved = await LastSaved(services, 16, "+---");
        await using var run = new HealthRun(services, saved);
        ServiceHealthStatus service = Assert.Single(run.Health.ReadStatus());
        Assert.Equal((false, run.At(16)), (service.HasQuorum, service.Since));
        Assert.Equal((false, run.At(16)), (service.Servers[0].IsUp, service.Servers[0].Since));
        CheckHealthStatus check = Assert.Single(service.Servers[0].Checks);
        Assert.Equal((3u, "connection refused", run.At(16)), (check.ConsecutiveFailures, check.LastFailure, check.LastFailureAt));
    }

    [Fact]
    public async Task Servers_are_known_by_what_they_are_and_not_by_their_place()
    {
        VirtualServer before = Services.Service(Services.Server(1, checks: Services.Check(1)), Services.Server(2, checks: Services.Check(2)));
        HealthSnapshot saved = await LastSaved([before], 0, "-", "+");
        VirtualServer after = Services.Service(
            Services.Server(3, checks: Services.Check(3)), Services.Server(1, weight: 9, checks: [Services.Check(1, port: 443), Services.Check(1)]));
        await using var run = new HealthRun([after with { Address = System.Net.IPAddress.Parse("10.0.0.2") }, after], saved);
        Assert.Equal("3:1 1:9", run.Members()); // another service
        Assert.Equal("192.0.2.3", Assert.Single(run.Health.Pools.Services[1].Members).Address.ToString());
        Assert.Equal(["0 SnapshotIgnored - 192.0.2.2:80 of TCP 10.0.0.1:80 is not configured any more"], run.Events());
    }

    [Fact]
    public async Task What_makes_no_sense_is_reported_and_left_out()
    {
        VirtualServer[] services = [Services.Service(Services.Server(1, checks: Services.Check(1)))];
        await using var run = new HealthRun(services, new HealthSnapshot(HealthSnapshot.CurrentVersion, [null!]));
        Assert.Equal("1:1", run.Members());
        Assert.Equal(["0 SnapshotIgnored - a saved service is null"], run.Events());
    }

    [Fact]
    public async Task State_is_saved_when_it_starts_and_changes_and_not_for_each_probe()
    {
        var sink = new RecordingSink();
        VirtualServer[] services = [Services.Service(Services.Server(1, checks: Services.Check(1)))];
        await using var run = new HealthRun(services, sink: sink);
        run.Start("-");
        await sink.Reach(1);
        await run.To(0);
        await run.Stop();
        int saved = sink.Count;
        Assert.InRange(saved, 1, 2);
        Assert.False(Assert.Single(sink.Last.Services).Servers[0].IsUp);

        await using var next = new HealthRun(services, sink.Last, sink);
        next.Start("----+++++");
        await sink.Reach(saved + 1);
        await next.To(39); // the dead server fails again and again
        await next.To(40); // and comes up
        await sink.Reach(saved + 2);
        await next.To(80);
        await next.Stop();
        Assert.Equal(saved + 2, sink.Count);
    }

    [Fact]
    public async Task State_that_could_not_be_saved_is_told_and_saved_with_the_next_change()
    {
        var sink = new RecordingSink { Fault = "no space left on device" };
        await using var run = new HealthRun([Services.Service(Services.Server(1, checks: Services.Check(1, alpha: true)))], sink: sink);
        run.Events();
        run.Start("0+");
        Assert.True(await run.Health.Events.WaitToReadAsync());
        await run.To(0);
        await Wait(() => run.Events().Contains("0 SnapshotNotSaved - no space left on device"));
        sink.Fault = null;
        await run.To(10);
        await sink.Reach(1);
        Assert.True(sink.Last.Services[0].Servers[0].IsUp);
    }

    [Fact]
    public async Task The_last_change_before_a_stop_is_saved()
    {
        VirtualServer[] services = [Services.Service(Services.Server(1, checks: Services.Check(1)))];
        HealthSnapshot saved = await LastSaved(services, 16, "+---");
        Assert.False(saved.Services[0].Servers[0].IsUp);
        Assert.Equal(3u, saved.Services[0].Servers[0].Checks[0].Failures);
    }

    private static async Task<HealthSnapshot> LastSaved(VirtualServer[] services, double seconds, params string[] scripts)
    {
        var sink = new RecordingSink();
        await using var run = new HealthRun(services, sink: sink);
        run.Start(scripts);
        await run.To(seconds);
        await run.Stop();
        return sink.Last;
    }

    private static async Task Wait(Func<bool> reached)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!reached())
        {
            Assert.False(limit.IsCancellationRequested);
            await Task.Delay(1);
        }
    }
}
