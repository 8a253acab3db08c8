using FastLb.Lab.Tests.Laboratory;
using FastLb.Lab.Tests.Product;
using FastLb.Probing;
using Xunit;

namespace FastLb.Lab.Tests;

/// <summary>Servers that fail their clients long before the next check would notice.</summary>
public sealed class PassiveCheckTests(ITestOutputHelper output)
{
    /// <summary>The next probe is far beyond any test's end.</summary>
    private static readonly string SlowCheck = VirtualService.QuickCheck.Replace("delay_loop 0.5", "delay_loop 60", StringComparison.Ordinal);

    /// <summary>Long enough for a client to send its SYN again, which takes a second.</summary>
    private static readonly TimeSpan SecondAttempt = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task Server_that_refuses_connections_loses_them_at_once_behind_address_translation()
    {
        await using ReferenceLab lab = await ReferenceLab.Start(new LabOptions { Arms = 2, Mode = "nat" });

        string events = await TrafficLeavesWeb01(lab, "NAT", "stop", seconds: 2);

        Assert.Matches("suspected: [0-9]+ connections refused within 2 s, 0 answered; being checked now", events);
    }

    [Fact]
    public async Task Server_that_does_not_answer_loses_connections_at_once_in_direct_routing()
    {
        await using ReferenceLab lab = await ReferenceLab.Start();

        string events = await TrafficLeavesWeb01(lab, "DR", "firewall", seconds: 4);

        Assert.Matches("suspected: [0-9]+ connections unanswered within 4 s, 0 answered; being checked now", events);
    }

    /// <summary>Has connections to two servers fail at one of them, and waits until that one is suspected, and then found dead.</summary>
    /// <returns>What <c>fastlb events</c> tells.</returns>
    private async Task<string> TrafficLeavesWeb01(ReferenceLab lab, string method, string action, int seconds)
    {
        string configuration = VirtualService.WriteConfiguration(lab, new VirtualService(80)
        {
            Method = method,
            Servers = [(lab.Web01, 1), (lab.Web02, 1)],
            Checker = SlowCheck,
        });
        await File.AppendAllTextAsync(configuration, $"fastlb {{\n    passive_checks 3 {seconds}\n}}\n");
        await using Balancer balancer = await Balancer.Start(lab, configuration);
        await balancer.HealthBecomes(lab.Web01, "up");
        await balancer.HealthBecomes(lab.Web02, "up");
        await using ConnectionProbe probe = lab.Client.StartProbe(ReferenceLab.VirtualAddress, every: TimeSpan.FromMilliseconds(50), limit: SecondAttempt);
        await Eventually.Observe(balancer.Status, status => Web01(status).Openings.Answered >= 3, "web01 to answer clients");
        long before = (await balancer.Status()).Generation;

        await lab.Web01.Web(action);
        TimeSpan began = probe.Now;
        await Eventually.Observe(balancer.Status, status => status.Generation > before && Web01(status).Weight == 0, "web01 to lose its connections");
        TimeSpan left = probe.Now;
        await balancer.HealthBecomes(lab.Web01, "down");
        await Task.Delay(TimeSpan.FromSeconds(1));

        ProbeReport report = await probe.Stop();
        BalancerStatus end = await balancer.Status();
        output.WriteLine($"failed at {began.TotalMilliseconds:F0} ms, without new connections at {left.TotalMilliseconds:F0} ms: {report}");
        int late = report.Attempts.Count(attempt => attempt.IsFailure && attempt.Start > left);
        Assert.True(late <= end.Verdicts["serverRemoved"], $"{report}"); // clients that take the port of an earlier connection again
        Assert.True(report.Answers["this is web02"].Last > left, $"{report}");
        return (await Balancer.RunCommand("events", "--runtime-dir", balancer.RuntimeDirectory)).Expected();

        ServerStatus Web01(BalancerStatus status) => status.Service(80).Servers.Single(server => server.Address == $"{lab.Web01.Address}");
    }
}
