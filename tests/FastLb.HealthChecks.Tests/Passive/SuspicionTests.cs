using FastLb.Configuration.Model;
using FastLb.HealthChecks.Tests.Scripts;

namespace FastLb.HealthChecks.Tests.Passive;

/// <summary>What a suspicion does to pools and checks, and how it ends. Checks probe at 0 s, then every 10 s; two retries follow after 3 s each.</summary>
public sealed class SuspicionTests
{
    private const string Cause = "7 connections unanswered within 2 s, 0 answered";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly ServiceIdentity Web = ServiceIdentity.Of(Services.Service());

    private static VirtualServer TwoServers => Services.Service(Services.Server(1, weight: 3, checks: Services.Check(1)), Services.Server(2, checks: Services.Check(2))) with { Quorum = 4 };

    [Fact]
    public async Task Suspected_server_gets_no_connections_until_a_check_has_passed_and_is_checked_at_once()
    {
        await using var run = new HealthRun([TwoServers]);
        run.Start("+-+", "+");
        await run.To(4);
        Assert.Equal("1:3 2:1", run.Members());

        await Suspect(run, 1, probes: [0]);
        Assert.Equal("1:0 2:1", run.Members());
        Assert.Equal(Cause, run.Health.ReadStatus()[0].Servers[0].Suspicion);
        Assert.True(run.Health.Pools.Services[0].HasQuorum); // a suspicion is not a verdict
        Assert.Equal(4, run.Health.Pools.Services[0].LiveWeight);
        await run.To(7);

        Assert.Equal("1:3 2:1", run.Members());
        Assert.Null(run.Health.ReadStatus()[0].Servers[0].Suspicion);
        Assert.Equal(["4 ServerSuspected 192.0.2.1:80 " + Cause + "; being checked now", "7 ServerAcquitted 192.0.2.1:80 its checks have passed"], run.Events());
        Assert.Equal([0, 4, 7], run.Probes[0].Instants.Select(instant => instant.TotalSeconds));
        Assert.Equal([0], run.Probes[1].Instants.Select(instant => instant.TotalSeconds));
    }

    [Fact]
    public async Task Check_that_passes_ends_it_at_once()
    {
        await using var run = new HealthRun([TwoServers]);
        run.Start("+", "+");
        await run.To(4);
        await Suspect(run, 1, probes: [0]);
        await run.To(5);

        Assert.Equal("1:3 2:1", run.Members());
        Assert.Equal("4 ServerAcquitted 192.0.2.1:80 its checks have passed", run.Events()[^1]);
    }

    [Fact]
    public async Task Every_check_that_probes_must_pass_once()
    {
        await using var run = new HealthRun([Services.Service(Services.Server(1, checks: [Services.Check(1), Services.Check(1, port: 443)]), Services.Server(2))]);
        run.Start("+", "+-+");
        await run.To(4);
        await Suspect(run, 1, probes: [0, 1]);
        await run.To(6);
        Assert.Equal("1:0 2:1", run.Members());
        await run.To(7);

        Assert.Equal("1:1 2:1", run.Members());
        Assert.Equal("7 ServerAcquitted 192.0.2.1:80 its checks have passed", run.Events()[^1]);
    }

    [Fact]
    public async Task Check_that_fails_takes_the_server_down_as_always_and_ends_the_suspicion()
    {
        await using var run = new HealthRun([TwoServers]);
        run.Start("+---+", "+");
        await run.To(4);
        await Suspect(run, 1, probes: [0]);
        await run.To(9);
        Assert.Equal("1:0 2:1", run.Members());
        await run.To(10);
        Assert.Equal("2:1", run.Members());
        Assert.Null(run.Health.ReadStatus()[0].Servers[0].Suspicion);
        await run.To(20);
        Assert.Equal("1:3 2:1", run.Members());

        Assert.Equal(
            ["4 ServerSuspected", "10 ServerDown", "10 QuorumLost", "20 ServerUp", "20 QuorumGained"],
            run.Events().Select(happened => string.Join(' ', happened.Split(' ')[..2])));
    }

    [Fact]
    public async Task Answered_connection_ends_it()
    {
        await using var run = new HealthRun([TwoServers]);
        run.Start("+-", "+");
        await run.To(4);
        run.Health.Suspect(Web, IdentityOf(1), Cause, Patience);
        run.Health.Acquit(Web, IdentityOf(1), "2 connections answered");
        run.Health.Acquit(Web, IdentityOf(1), "2 connections answered");
        run.Health.Acquit(Web, IdentityOf(9), "2 connections answered");

        Assert.Equal("1:3 2:1", run.Members());
        Assert.Equal(["4 ServerSuspected 192.0.2.1:80 " + Cause + "; being checked now", "4 ServerAcquitted 192.0.2.1:80 2 connections answered"], run.Events());
    }

    [Fact]
    public async Task Without_checks_it_ends_when_its_time_is_up()
    {
        await using var run = new HealthRun([Services.Service(Services.Server(1), Services.Server(2, checks: Services.Check(2)))]);
        run.Start("+");
        await run.To(0);
        run.Health.Suspect(Web, IdentityOf(1), Cause, Patience);
        await run.To(9.9);
        run.Health.EndOverdueSuspicions();
        Assert.Equal("1:0 2:1", run.Members());
        await run.To(10);
        run.Health.EndOverdueSuspicions();
        run.Health.EndOverdueSuspicions();

        Assert.Equal("1:1 2:1", run.Members());
        Assert.Equal(
            ["0 ServerSuspected 192.0.2.1:80 " + Cause + "; no check can ask it, so for 10 s", "10 ServerAcquitted 192.0.2.1:80 no check can ask it, and its time is up"], run.Events());
    }

    [Fact]
    public async Task Check_that_can_not_be_made_leaves_it_to_the_time()
    {
        await using var run = new HealthRun([TwoServers]);
        run.Start("+0", "+");
        await run.To(4);
        await Suspect(run, 1, probes: [0]);
        await run.To(13.9);
        run.Health.EndOverdueSuspicions();
        Assert.Equal("1:0 2:1", run.Members());
        await run.To(14);
        run.Health.EndOverdueSuspicions();

        Assert.Equal("1:3 2:1", run.Members());
    }

    [Fact]
    public async Task Checked_server_is_not_acquitted_by_time()
    {
        await using var run = new HealthRun([TwoServers]);
        run.Start("+--+", "+");
        await run.To(4);
        await Suspect(run, 1, probes: [0], TimeSpan.Zero);
        await run.To(9);
        run.Health.EndOverdueSuspicions();

        Assert.Equal("1:0 2:1", run.Members());
    }

    [Fact]
    public async Task Last_server_that_gets_connections_is_never_suspected()
    {
        await using var run = new HealthRun([Services.Service(
            Services.Server(1), Services.Server(2, weight: 0), Services.Server(3, checks: Services.Check(3, alpha: true)), Services.Server(4))]);
        run.Start("-");
        await run.To(0);
        run.Events();

        Assert.False(run.Health.Suspect(Web, IdentityOf(2), Cause, Patience)); // it gets none
        Assert.False(run.Health.Suspect(Web, IdentityOf(3), Cause, Patience)); // it is down
        Assert.False(run.Health.Suspect(Web, IdentityOf(9), Cause, Patience));
        Assert.True(run.Health.Suspect(Web, IdentityOf(1), Cause, Patience));
        Assert.False(run.Health.Suspect(Web, IdentityOf(1), Cause, Patience)); // it is already
        Assert.False(run.Health.Suspect(Web, IdentityOf(4), Cause, Patience)); // it is the last

        Assert.Equal("1:0 2:0 4:1", run.Members());
        Assert.Single(run.Events());
    }

    [Fact]
    public async Task Suspected_server_takes_over_when_the_others_go_down()
    {
        await using var run = new HealthRun([Services.Service(Services.Server(1), Services.Server(2, checks: Services.Check(2)))]);
        run.Start("+-");
        await run.To(0);
        run.Health.Suspect(Web, IdentityOf(1), Cause, Patience);
        await run.To(15);
        Assert.Equal("1:0 2:1", run.Members());
        await run.To(16);

        Assert.Equal("1:1", run.Members());
        Assert.Equal(["0 ServerSuspected", "16 ServerDown", "16 ServerAcquitted"], run.Events().Select(happened => string.Join(' ', happened.Split(' ')[..2])));
    }

    [Fact]
    public async Task Sorry_server_and_servers_that_it_stands_in_for_are_not_suspected()
    {
        await using var run = new HealthRun([Services.Service(Services.Server(1), Services.Server(2)) with { Quorum = 9, SorryServer = Services.Sorry() }]);
        run.Start();

        Assert.False(run.Health.Suspect(Web, IdentityOf(1), Cause, Patience));
        Assert.False(run.Health.Suspect(Web, IdentityOf(99), Cause, Patience));
        Assert.Equal("99:1", run.Members());
    }

    [Fact]
    public async Task Successor_knows_nothing_of_it()
    {
        await using var run = new HealthRun([TwoServers]);
        run.Start("+-", "+");
        await run.To(4);
        run.Health.Suspect(Web, IdentityOf(1), Cause, Patience);

        await using var successor = new HealthRun([TwoServers], run.Health.TakeSnapshot());

        Assert.Equal("1:3 2:1", successor.Members());
    }

    /// <summary>Suspects a server of the service, and waits until the probes of these numbers have been made for it.</summary>
    private static async Task Suspect(HealthRun run, int server, int[] probes, TimeSpan? patience = null)
    {
        int[] before = [.. probes.Select(probe => run.Probes[probe].Instants.Count)];
        Assert.True(run.Health.Suspect(Web, IdentityOf(server), Cause, patience ?? Patience));
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (probes.Where((probe, i) => run.Probes[probe].Instants.Count == before[i]).Any())
            await Task.Delay(1, limit.Token);
        await run.Clock.Settle(run.Probes.Count);
    }

    private static ServerIdentity IdentityOf(int server) => new(Services.AddressOf(server), 80);
}
