using FastLb.Configuration.Model.Checks;
using FastLb.HealthChecks.Tests.Scripts;

namespace FastLb.HealthChecks.Tests;

/// <summary>Checks that follow BFD sessions.</summary>
public sealed class SessionTests
{
    [Theory]
    [InlineData(false, "1:1 2:1")]
    [InlineData(true, "2:1")]
    public async Task Before_a_session_is_heard_of_only_an_alpha_server_is_down(bool alpha, string members)
    {
        await using var run = new HealthRun([Services.Service(Services.Server(1, checks: new BfdCheck("peer") { Alpha = alpha }), Services.Server(2))]);
        Assert.Equal(members, run.Members());
    }

    [Fact]
    public async Task A_server_follows_its_session_and_no_other()
    {
        await using var run = new HealthRun([Services.Service(Services.Server(1, checks: new BfdCheck("peer")), Services.Server(2))]);
        run.Start();
        run.Health.ReportSession("peer", isUp: true);
        run.Health.ReportSession("other", isUp: false);
        Assert.Equal("1:1 2:1", run.Members());
        run.Health.ReportSession("peer", isUp: false);
        run.Health.ReportSession("peer", isUp: false);
        Assert.Equal("2:1", run.Members());
        run.Health.ReportSession("peer", isUp: true);
        Assert.Equal("1:1 2:1", run.Members());
        Assert.Equal(["0 ServerDown 192.0.2.1:80 BFD_CHECK peer: the session is down", "0 ServerUp 192.0.2.1:80 BFD_CHECK peer passed"], run.Events());
    }

    [Fact]
    public async Task A_session_does_not_help_a_server_that_another_check_fails()
    {
        await using var run = new HealthRun([Services.Service(Services.Server(1, checks: [Services.Check(1), new BfdCheck("peer")]), Services.Server(2))]);
        run.Start("-");
        await run.To(0);
        run.Health.ReportSession("peer", isUp: true);
        Assert.Equal("2:1", run.Members());
    }
}
