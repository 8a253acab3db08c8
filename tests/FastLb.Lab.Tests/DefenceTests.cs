using System.Net;
using FastLb.Lab.Tests.Laboratory;
using FastLb.Lab.Tests.Product;
using Xunit;

namespace FastLb.Lab.Tests;

/// <summary>A director under attack, with a small flow table and what the <c>fastlb</c> block has against it.</summary>
public sealed class DefenceTests
{
    private const int Port = 7000;
    private const int FlowTableSize = 2048;
    private const int FloodLength = 100_000;

    [Theory]
    [InlineData("DR", 1)]
    [InlineData("NAT", 2)]
    public async Task Syn_flood_breaks_no_established_connection(string method, int arms)
    {
        await using ReferenceLab lab = await ReferenceLab.Start(new LabOptions { Arms = arms, Mode = method.ToLowerInvariant() });
        await using Balancer balancer = await Balancer.Start(lab, Configuration(lab, method, $"flow_table_size {FlowTableSize}"));
        IPAddress listening = method == "NAT" ? lab.Web01.Address : ReferenceLab.VirtualAddress;
        await using RunningConversation first = await RunningConversation.Start(lab.Client, lab.Web01, listening, Port);
        await using RunningConversation second = await RunningConversation.Start(lab.Client, lab.Web01, listening, Port);
        SynFlood flood = new(await lab.Master.Mac(), await lab.Client.Mac(), ReferenceLab.VirtualAddress, 80);

        int sent = 0;
        await first.Outlives("a SYN flood", async () => sent = await lab.Client.SendFrames(flood, FloodLength));
        BalancerStatus status = await balancer.Status();
        await first.Finish();
        await second.Finish();

        Assert.True(sent > FloodLength / 2, $"only {sent} frames left the client");
        FlowTableStatus flows = status.Flows!;
        Assert.InRange(flows.EvictedHalfOpen, FlowTableSize, sent);
        Assert.InRange(flows.HalfOpen, 1, flows.Count);
        Assert.InRange(flows.Count * (method == "NAT" ? 2 : 1), FlowTableSize - 16, flows.Capacity); // full
        Assert.Equal(0, status.Verdicts["flowTableFull"]);
        status.AssertSound();
        Assert.StartsWith("this is web0", await lab.Client.Fetch(ReferenceLab.VirtualAddressText), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Half_open_limit_holds_the_rate_of_a_client_is_held_and_a_denied_one_gets_nothing()
    {
        await using ReferenceLab lab = await ReferenceLab.Start();
        await using Balancer balancer = await Balancer.Start(lab, Configuration(
            lab, "DR", "defence {\n half_open_limit 100\n new_connections_per_client 1 burst 3\n deny 198.19.0.0/16\n }"), "--workers", "2");
        SynFlood flood = new(await lab.Master.Mac(), await lab.Client.Mac(), ReferenceLab.VirtualAddress, 80);

        await lab.Client.SendFrames(flood, 120_000); // a half and a bit come from 198.18.0.0/16
        BalancerStatus status = await Eventually.Observe(balancer.Status, seen => seen.Verdicts["denied"] > 0, "packets of a denied client");

        Assert.InRange(status.Flows!.HalfOpen, 1, 100);
        Assert.True(status.Flows.EvictedHalfOpen > 1000, $"only {status.Flows.EvictedHalfOpen} half-open flows were evicted");
        Assert.Equal(0, status.Verdicts["clientRateLimited"]); // each address began one
        await lab.Client.SendFrames(new SynFlood(await lab.Master.Mac(), await lab.Client.Mac(), ReferenceLab.VirtualAddress, 80, sources: 1), 1000);
        await Eventually.Observe(balancer.Status, seen => seen.Verdicts["clientRateLimited"] > 500, "connections refused to an address that began too many");
        Assert.StartsWith("this is web0", await lab.Client.Fetch(ReferenceLab.VirtualAddressText), StringComparison.Ordinal);
    }

    private static string Configuration(ReferenceLab lab, string method, string settings)
    {
        string path = VirtualService.WriteConfiguration(
            lab,
            new VirtualService(80) { Method = method, Servers = [(lab.Web01, 1), (lab.Web02, 1)] },
            new VirtualService(Port) { Method = method, Servers = [(lab.Web01, 1)] });
        File.AppendAllText(path, $"fastlb {{\n {settings}\n}}\n");
        return path;
    }
}
