using FastLb.Lab.Tests.Laboratory;
using FastLb.Lab.Tests.Product;
using FastLb.Probing;
using Xunit;

namespace FastLb.Lab.Tests;

/// <summary>Servers that fail and come back: when traffic leaves them, and that it does so for good.</summary>
public sealed class HealthCheckTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Stopped_server_leaves_the_pool_and_returns()
    {
        await using ReferenceLab lab = await ReferenceLab.Start();
        await using Balancer balancer = await Balancer.Start(lab, BothServers(lab));
        await HealthBecomes(balancer, lab.Web01, "up");
        await using ConnectionProbe probe = lab.Client.StartProbe(ReferenceLab.VirtualAddress);
        await Task.Delay(TimeSpan.FromSeconds(1));

        long before = (await balancer.Status()).Generation;
        await lab.Web01.Web("stop");
        await HealthBecomes(balancer, lab.Web01, "down");
        await Eventually.Observe(balancer.Status, status => status.Generation > before, "the dataplane to hear of it");
        TimeSpan down = probe.Now;
        await Task.Delay(TimeSpan.FromSeconds(1));
        await lab.Web01.Web("start");
        await HealthBecomes(balancer, lab.Web01, "up");
        await Task.Delay(TimeSpan.FromSeconds(1));

        ProbeReport report = await probe.Stop();
        output.WriteLine($"known to be down at {down.TotalMilliseconds:F0} ms: {report}");

        // As with IPVS, a client that takes the port of an earlier connection to the removed server again is left without an answer.
        int late = report.Attempts.Count(attempt => attempt.IsFailure && attempt.Start > down);
        Assert.True(late <= (await balancer.Status()).Verdicts["serverRemoved"], $"{report}");
        Assert.DoesNotContain(report.Attempts, attempt => attempt.Text == "ConnectionRefused" && attempt.Start > down);
        Assert.True(report.Answers["this is web01"].Last > down, $"{report}");
        Assert.Contains("refused", await Events(balancer), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Server_behind_a_firewall_leaves_the_pool()
    {
        await using ReferenceLab lab = await ReferenceLab.Start();
        await using Balancer balancer = await Balancer.Start(lab, BothServers(lab));
        await HealthBecomes(balancer, lab.Web01, "up");

        await lab.Web01.Web("firewall");
        await HealthBecomes(balancer, lab.Web01, "down");
        await AllAnswersAre(lab, "this is web02");
        await lab.Web01.Web("open");
        await HealthBecomes(balancer, lab.Web01, "up");
    }

    [Fact]
    public async Task Frozen_server_whose_kernel_accepts_connections_stays_as_with_keepalived()
    {
        await using ReferenceLab lab = await ReferenceLab.Start();
        await using Balancer balancer = await Balancer.Start(lab, BothServers(lab));
        await HealthBecomes(balancer, lab.Web01, "up");

        await lab.Web01.Web("freeze");
        await Task.Delay(TimeSpan.FromSeconds(3));

        ServerStatus frozen = (await balancer.Status()).Service(80).Servers.Single(server => server.Address == $"{lab.Web01.Address}");
        Assert.Equal(("up", 1), (frozen.Health, frozen.Weight));
        await lab.Web01.Web("thaw");
    }

    [Fact]
    public async Task Without_any_server_clients_are_refused_at_once_and_served_again_when_one_returns()
    {
        await using ReferenceLab lab = await ReferenceLab.Start();
        await using Balancer balancer = await Balancer.Start(lab, BothServers(lab));
        await HealthBecomes(balancer, lab.Web01, "up");
        await lab.Web01.Web("stop");
        await lab.Web02.Web("stop");
        await HealthBecomes(balancer, lab.Web01, "down");
        await HealthBecomes(balancer, lab.Web02, "down");

        CommandResult refused = await lab.Client.TryFetch(ReferenceLab.VirtualAddressText);

        Assert.Equal(7, refused.ExitCode); // curl: could not connect, which ICMP port unreachable says
        await lab.Web02.Web("start");
        await HealthBecomes(balancer, lab.Web02, "up");
        await AllAnswersAre(lab, "this is web02");
    }

    [Fact]
    public async Task Dead_server_stays_out_when_control_is_killed()
    {
        await using ReferenceLab lab = await ReferenceLab.Start();
        await lab.Web01.Web("stop");
        // The successor's own first probe comes after a second at the earliest: until then it can only know from its predecessor.
        await using Balancer checking = await Balancer.Start(lab, BothServers(lab, warmup: 2));
        await HealthBecomes(checking, lab.Web01, "down");
        await using ConnectionProbe after = lab.Client.StartProbe(ReferenceLab.VirtualAddress);

        await checking.KillAndAwaitSuccessor("control");
        await Task.Delay(TimeSpan.FromSeconds(2));

        ProbeReport report = await after.Stop();
        output.WriteLine($"{report}");
        Assert.True(report.Failed == 0, $"{report}");
        Assert.Equal(["this is web02"], report.Answers.Keys);
    }

    [Fact]
    public async Task Sorry_server_takes_over_without_a_quorum()
    {
        await using ReferenceLab lab = await ReferenceLab.Start();
        await using Balancer balancer = await Balancer.Start(lab, VirtualService.WriteConfiguration(lab, new VirtualService(80)
        {
            Servers = [(lab.Web01, 1)],
            Checker = VirtualService.QuickCheck,
            Extra = $"sorry_server {lab.Web02.Address} 80",
        }));
        await HealthBecomes(balancer, lab.Web01, "up");
        await AllAnswersAre(lab, "this is web01");

        await lab.Web01.Web("stop");
        await HealthBecomes(balancer, lab.Web01, "down");
        await AllAnswersAre(lab, "this is web02");

        await lab.Web01.Web("start");
        await HealthBecomes(balancer, lab.Web01, "up");
        await AllAnswersAre(lab, "this is web01");
    }

    private static string BothServers(ReferenceLab lab, int warmup = 0) => VirtualService.WriteConfiguration(lab, new VirtualService(80)
    {
        Servers = [(lab.Web01, 1), (lab.Web02, 1)],
        Checker = VirtualService.QuickCheck.Replace("warmup 0", $"warmup {warmup}", StringComparison.Ordinal),
    });

    private static async Task AllAnswersAre(ReferenceLab lab, string expected)
    {
        for (int request = 0; request < 6; request++)
            Assert.Equal(expected, await lab.Client.Fetch(ReferenceLab.VirtualAddressText));
    }

    private static Task<string> HealthBecomes(Balancer balancer, LabHost server, string health) => Eventually.Observe(
        async () => (await balancer.Status()).Service(80).Servers.Single(each => each.Address == $"{server.Address}").Health,
        seen => seen == health,
        $"{server} to be {health}");

    private static async Task<string> Events(Balancer balancer) =>
        (await Balancer.RunCommand("events", "--runtime-dir", balancer.RuntimeDirectory)).Expected();
}
