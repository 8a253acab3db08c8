using FastLb.Configuration.Model;
using FastLb.HealthChecks.Events;
using FastLb.HealthChecks.Monitoring;
using FastLb.HealthChecks.Pools;
using FastLb.HealthChecks.Status;
using FastLb.HealthChecks.Tests.Scripts;

namespace FastLb.HealthChecks.Tests;

/// <summary>From results to pools, events and status. Checks probe at 0 s, then every 10 s; two retries follow after 3 s each.</summary>
public sealed class DirectorHealthTests
{
    [Fact]
    public async Task Servers_are_in_the_pool_before_their_first_probe_unless_alpha()
    {
        await using var run = new HealthRun([Services.Service(
            Services.Server(1, checks: Services.Check(1)), Services.Server(2, checks: Services.Check(2, alpha: true)), Services.Server(3))]);
        Assert.Equal("1:1 3:1", run.Members());
        Assert.Equal(1, run.Health.Pools.Generation);
        run.Start("+", "+");
        await run.To(0);
        Assert.Equal("1:1 2:1 3:1", run.Members());
        Assert.Equal(2, run.Health.Pools.Generation);
        Assert.Equal(["0 ServerUp 192.0.2.2:80 TCP_CHECK 192.0.2.2:80 passed"], run.Events());
    }

    [Fact]
    public async Task A_server_that_has_never_answered_leaves_with_the_first_failure()
    {
        await using var run = new HealthRun([Services.Service(Services.Server(1, checks: Services.Check(1)), Services.Server(2))]);
        run.Start("--+");
        await run.To(0);
        Assert.Equal("2:1", run.Members());
        await run.To(20);
        Assert.Equal("1:1 2:1", run.Members());
        Assert.Equal(
            [
                "0 ServerDown 192.0.2.1:80 TCP_CHECK 192.0.2.1:80: connection refused",
                "20 ServerUp 192.0.2.1:80 TCP_CHECK 192.0.2.1:80 passed",
            ],
            run.Events());
    }

    [Fact]
    public async Task A_server_that_was_up_leaves_after_its_retries()
    {
        await using var run = new HealthRun([Services.Service(Services.Server(1, weight: 7, inhibit: true, Services.Check(1)), Services.Server(2))]);
        run.Start("+----+");
        await run.To(15);
        Assert.Equal("1:7 2:1", run.Members());
        await run.To(16);
        Assert.Equal("1:0 2:1", run.Members());
        await run.To(36);
        Assert.Equal("1:7 2:1", run.Members());
        Assert.Equal(
            [
                "16 ServerDown 192.0.2.1:80 TCP_CHECK 192.0.2.1:80: connection refused (3 attempts in a row failed)",
                "36 ServerUp 192.0.2.1:80 TCP_CHECK 192.0.2.1:80 passed",
            ],
            run.Events());
    }

    [Fact]
    public async Task All_checks_must_pass()
    {
        await using var run = new HealthRun([Services.Service(
            Services.Server(1, checks: [Services.Check(1), Services.Check(1, port: 443)]), Services.Server(2))]);
        run.Start("-+", "--+");
        await run.To(0);
        Assert.Equal("2:1", run.Members());
        await run.To(10);
        Assert.Equal("2:1", run.Members());
        await run.To(20);
        Assert.Equal("1:1 2:1", run.Members());
        List<string> events = run.Events();
        Assert.Equal(["0 CheckDown", "0 ServerDown", "10 CheckUp", "20 ServerUp"], events.Select(e => string.Join(' ', e.Split(' ')[..2])).Order());
        Assert.Contains("10 CheckUp 192.0.2.1:80 TCP_CHECK 192.0.2.1:80 passed", events);
        Assert.Contains("20 ServerUp 192.0.2.1:80 TCP_CHECK 192.0.2.1:443 passed", events);
    }

    [Fact]
    public async Task Each_failed_attempt_is_told_where_it_is_asked_for()
    {
        await using var run = new HealthRun([Services.Service(Services.Server(1, checks: Services.Check(1, logAll: true)), Services.Server(2))]);
        run.Start("+-+---");
        await run.To(29);
        Assert.Equal(
            [
                "10 AttemptFailed 192.0.2.1:80 TCP_CHECK 192.0.2.1:80: connection refused",
                "23 AttemptFailed 192.0.2.1:80 TCP_CHECK 192.0.2.1:80: connection refused",
                "26 AttemptFailed 192.0.2.1:80 TCP_CHECK 192.0.2.1:80: connection refused",
                "29 AttemptFailed 192.0.2.1:80 TCP_CHECK 192.0.2.1:80: connection refused",
                "29 ServerDown 192.0.2.1:80 TCP_CHECK 192.0.2.1:80: connection refused (3 attempts in a row failed)",
            ],
            run.Events());
    }

    [Fact]
    public async Task An_attempt_that_could_not_be_made_takes_no_server_out()
    {
        await using var run = new HealthRun([Services.Service(Services.Server(1, checks: Services.Check(1)))]);
        run.Start("0+");
        await run.To(10);
        Assert.Equal("1:1", run.Members());
        Assert.Equal(["0 AttemptNotMade 192.0.2.1:80 TCP_CHECK 192.0.2.1:80: too many open files"], run.Events());
    }

    [Fact]
    public async Task What_keeps_attempts_from_being_made_is_told_once_until_one_is()
    {
        await using var run = new HealthRun([Services.Service(Services.Server(1, checks: Services.Check(1)))]);
        run.Start("000+00");
        await run.To(60);
        Assert.Equal(["0 AttemptNotMade", "40 AttemptNotMade"], run.Events().Select(e => string.Join(' ', e.Split(' ')[..2])));
    }

    [Fact]
    public async Task Losing_the_quorum_brings_in_the_sorry_server_and_gaining_it_takes_it_out()
    {
        VirtualServer service = Services.Service(Services.Server(1, checks: Services.Check(1)), Services.Server(2, inhibit: true)) with
        {
            Quorum = 2,
            SorryServer = Services.Sorry(),
        };
        await using var run = new HealthRun([service]);
        run.Start("-+");
        await run.To(0);
        Assert.Equal("2:0 99:1", run.Members());
        ServiceHealthStatus status = Assert.Single(run.Health.ReadStatus());
        Assert.False(status.HasQuorum);
        Assert.True(status.HasSorryServer);
        Assert.Equal(0, status.Servers[1].EffectiveWeight);
        Assert.Null(status.Servers[0].EffectiveWeight);
        await run.To(10);
        Assert.Equal("1:1 2:1", run.Members());
        Assert.Equal(
            [
                "0 ServerDown 192.0.2.1:80 TCP_CHECK 192.0.2.1:80: connection refused",
                "0 QuorumLost - weight 1 of live servers, quorum 2; sorry server 192.0.2.99:80 takes over",
                "10 ServerUp 192.0.2.1:80 TCP_CHECK 192.0.2.1:80 passed",
                "10 QuorumGained - weight 2 of live servers, quorum 2; sorry server 192.0.2.99:80 leaves",
            ],
            run.Events());
    }

    [Fact]
    public async Task A_service_of_alpha_servers_begins_with_its_sorry_server()
    {
        VirtualServer service = Services.Service(Services.Server(1, checks: Services.Check(1, alpha: true))) with { SorryServer = Services.Sorry() };
        await using var run = new HealthRun([service]);
        Assert.Equal("99:1", run.Members());
        Assert.Equal(["0 QuorumLost - weight 0 of live servers, quorum 1; sorry server 192.0.2.99:80 takes over"], run.Events());
        run.Start("+");
        await run.To(0);
        Assert.Equal("1:1", run.Members());
    }

    [Fact]
    public async Task Changes_give_a_slow_reader_the_latest_pools()
    {
        await using var run = new HealthRun([Services.Service(Services.Server(1, checks: Services.Check(1)), Services.Server(2))]);
        run.Start("-+---");
        await run.To(9);
        Assert.True(run.Health.Changes.TryRead(out ServicePools? pools));
        Assert.Equal(2, pools.Generation);
        await run.To(29); // up at 10 s; three failures from 20 s on
        Assert.True(run.Health.Changes.TryRead(out pools));
        Assert.Equal(4, pools.Generation);
        Assert.Same(run.Health.Pools, pools);
        Assert.False(run.Health.Changes.TryRead(out _));
    }

    [Fact]
    public async Task Status_tells_who_is_up_since_when_and_what_went_wrong()
    {
        await using var run = new HealthRun([Services.Service(Services.Server(1, weight: 5, checks: Services.Check(1)), Services.Server(2))]);
        run.Start("+---+");
        await run.To(17);
        ServiceHealthStatus service = Assert.Single(run.Health.ReadStatus());
        Assert.Equal((true, null, 1L, 1u, 0u, false), (service.HasQuorum, service.Since, service.LiveWeight, service.Quorum, service.Hysteresis, service.HasSorryServer));
        Assert.Equal(
            (false, run.At(16), null),
            (service.Servers[0].IsUp, service.Servers[0].Since, service.Servers[0].EffectiveWeight));
        Assert.Equal(
            new CheckHealthStatus(
                new CheckIdentity("TCP_CHECK", "192.0.2.1:80", 0), IsUp: false, HasRun: true, ConsecutiveFailures: 3, Attempts: 4, FailedAttempts: 3,
                "connection refused", run.At(16)),
            Assert.Single(service.Servers[0].Checks));
        Assert.Equal((true, null, 1), (service.Servers[1].IsUp, service.Servers[1].Since, service.Servers[1].EffectiveWeight));
        Assert.Empty(service.Servers[1].Checks);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_service_with_omega_reports_its_end_and_others_end_in_silence(bool omega)
    {
        await using var run = new HealthRun([Services.Service(Services.Server(1), Services.Server(2, checks: Services.Check(2))) with { Omega = omega }]);
        run.Start("-");
        await run.To(0);
        run.Events();
        await run.Stop();
        run.Health.Close();
        Assert.Equal(omega ? ["0 ServerDown 192.0.2.1:80 the director stops", "0 QuorumLost - the director stops"] : [], run.Events());
        Assert.True(run.Health.Events.Completion.IsCompleted);
        Assert.Equal("1:1", run.Members());
    }

    [Fact]
    public async Task A_service_with_omega_reports_its_end_without_a_quorum_too()
    {
        await using var run = new HealthRun([Services.Service(Services.Server(2, checks: Services.Check(2))) with { Omega = true }]);
        run.Start("-");
        await run.To(0);
        run.Events();
        await run.Stop();
        run.Health.Close();
        Assert.Equal(["0 QuorumLost - the director stops"], run.Events()); // keepalived runs quorum_down whether or not it did before
    }

    [Fact]
    public async Task First_failure_of_an_alpha_check_is_told_though_nothing_changes()
    {
        await using var run = new HealthRun([Services.Service(Services.Server(1, checks: Services.Check(1, alpha: true)), Services.Server(2))]);
        run.Start("--+");
        await run.To(20);
        Assert.Equal(
            ["0 ServerStillDown 192.0.2.1:80 TCP_CHECK 192.0.2.1:80: connection refused", "20 ServerUp 192.0.2.1:80 TCP_CHECK 192.0.2.1:80 passed"],
            run.Events());
    }

    [Fact]
    public async Task Events_say_which_check_found_what_and_how_heavy_the_live_servers_are()
    {
        await using var run = new HealthRun([Services.Service(Services.Server(1, weight: 3, checks: Services.Check(1)), Services.Server(2, weight: 2)) with { Quorum = 4 }]);
        run.Start("-");
        await run.To(0);
        Assert.True(run.Health.Events.TryRead(out HealthEvent? down));
        Assert.Equal((HealthEventKind.ServerDown, HealthOccasion.Check, new CheckIdentity("TCP_CHECK", "192.0.2.1:80", 0), "connection refused"), (down.Kind, down.Occasion, down.Check, down.Fault));
        Assert.True(run.Health.Events.TryRead(out HealthEvent? lost));
        Assert.Equal((HealthEventKind.QuorumLost, HealthOccasion.Check, 2L), (lost.Kind, lost.Occasion, lost.LiveWeight));
    }

    [Fact]
    public async Task A_server_that_is_hurried_is_checked_at_once_in_all_its_services()
    {
        VirtualServer first = Services.Service(Services.Server(1, checks: [Services.Check(1), Services.Check(1, port: 443)]), Services.Server(2, checks: Services.Check(2)));
        VirtualServer second = Services.Service(Services.Server(1, checks: Services.Check(1))) with { Port = 81 };
        await using var run = new HealthRun([first, second]);
        Assert.All(run.Health.Hurry(ServerIdentity.Of(first.RealServers[0])), check => Assert.True(check.Attempt.IsCanceled));
        run.Start("+-", "+", "+", "+");
        await run.To(4);
        IReadOnlyList<HurriedCheck> hurried = run.Health.Hurry(ServerIdentity.Of(first.RealServers[0]));
        Assert.Equal(
            ["TCP 10.0.0.1:80 TCP_CHECK 192.0.2.1:80 Failed", "TCP 10.0.0.1:80 TCP_CHECK 192.0.2.1:443 Passed", "TCP 10.0.0.1:81 TCP_CHECK 192.0.2.1:80 Passed"],
            await Task.WhenAll(hurried.Select(async check => $"{check.Service} {check.Check} {(await check.Attempt).Result.Outcome}")));
        await run.To(5);
        Assert.Equal([2, 2, 1, 2], run.Probes.Select(probe => probe.Instants.Count));
        Assert.Single(run.Health.Hurry(ServerIdentity.Of(first.RealServers[0]), ServiceIdentity.Of(second)));
        Assert.Empty(run.Health.Hurry(ServerIdentity.Of(Services.Server(9))));
    }

    [Fact]
    public async Task It_runs_once()
    {
        await using var run = new HealthRun([Services.Service(Services.Server(1))]);
        run.Start();
        await Assert.ThrowsAsync<InvalidOperationException>(() => run.Health.Run(CancellationToken.None));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public async Task Random_results_lead_to_the_pool_of_the_plain_model(int seed)
    {
        var chance = new Random(seed);
        bool[] alpha = [.. Enumerable.Range(0, 3).Select(_ => chance.Next(3) == 0)];
        bool[] inhibit = [.. Enumerable.Range(0, 3).Select(_ => chance.Next(2) == 0)];
        int[] weights = [.. Enumerable.Range(0, 3).Select(_ => chance.Next(4))];
        string[] scripts = [.. Enumerable.Range(0, 3).Select(_ => string.Concat(Enumerable.Range(0, 40).Select(_ => "+--0"[chance.Next(4)])))];
        uint quorum = (uint)chance.Next(1, 5);
        uint hysteresis = (uint)chance.Next((int)quorum);
        bool hasSorry = chance.Next(2) == 0;

        // Probes that don't meet: the order of those that do is not said, and within the hysteresis it counts.
        ProbeTiming timing = Services.Timing with { Warmup = TimeSpan.FromSeconds(10) };
        await using var run = new HealthRun([Services.Service(
            [.. Enumerable.Range(0, 3).Select(i => Services.Server(i + 1, weights[i], inhibit[i], Services.Check(i + 1, alpha[i], timing: timing)))]) with
        {
            Quorum = quorum,
            Hysteresis = hysteresis,
            SorryServer = hasSorry ? Services.Sorry() : null,
        }]);
        bool holds = LiveWeight() >= quorum + hysteresis;
        run.Start(scripts);
        for (int step = 0; step < 60; step++)
        {
            await run.Step();
            holds = holds ? LiveWeight() > 0 && LiveWeight() >= quorum - hysteresis : LiveWeight() >= quorum + hysteresis;
            bool sorry = hasSorry && !holds;
            IEnumerable<string> expected = Enumerable.Range(0, 3)
                .Select(i => (Index: i, Serves: IsUp(i) && !sorry))
                .Where(server => server.Serves || inhibit[server.Index])
                .Select(server => $"{server.Index + 1}:{(server.Serves ? weights[server.Index] : 0)}");
            Assert.Equal(string.Join(' ', sorry ? expected.Append("99:1") : expected), run.Members());
        }

        Assert.Equal(60, run.Probes.Sum(probe => probe.Instants.Count));

        bool IsUp(int i) => ReferenceModel.IsUp(scripts[i][..ProbesOf(i)], alpha[i], timing.Retries);

        int ProbesOf(int i) => run.Probes.Count == 0 ? 0 : run.Probes[i].Instants.Count;

        long LiveWeight() => Enumerable.Range(0, 3).Where(IsUp).Sum(i => weights[i]);
    }
}
