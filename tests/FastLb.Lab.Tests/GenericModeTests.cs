using System.Security.Cryptography;
using FastLb.Lab.Tests.Laboratory;
using FastLb.Lab.Tests.Product;
using Xunit;

namespace FastLb.Lab.Tests;

/// <summary>
/// XDP in generic mode, where frames come as the senders' offloads leave them: aggregates of many TCP segments, without checksums.
/// </summary>
public sealed class GenericModeTests
{
    [Theory]
    [InlineData("dr", 1, 1)]
    [InlineData("nat", 2, 2)] // cut on both ways, and handed over between workers
    [InlineData("tun", 2, 1)]
    public async Task Twenty_megabytes_arrive_unharmed_both_ways_with_default_offloads(string mode, int arms, int directorQueues)
    {
        const int Length = 20 << 20, Mtu = 1500;
        await using ReferenceLab lab = await ReferenceLab.Start(new LabOptions { Arms = arms, Mode = mode, DirectorQueues = directorQueues, Xdp = "generic" });
        VirtualService service = new(80) { Method = mode.ToUpperInvariant(), Servers = [(lab.Web01, 1)] };
        await using Balancer balancer = await Balancer.Start(lab, VirtualService.WriteConfiguration(lab, service));

        byte[] digest = await Transfer.ThereAndBack(lab, Length);

        Assert.Equal(digest, SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(lab.SharedFiles, "upload"))));
        BalancerStatus status = await balancer.Status();
        Assert.All(status.Ports, port => Assert.Equal("generic", port.Mode));
        Assert.Equal(0, status.Frames!.Lost);
        Assert.True(status.Service(80).Packets < Length / Mtu, "not one aggregate came");
        Assert.True(status.Ports.Sum(port => port.Transmitted) > Length / Mtu, "not all were cut");
        Assert.Equal(0, (await balancer.Stop()).ExitCode);
        Assert.Contains("all frames accounted for", balancer.Log, StringComparison.Ordinal);
    }

    /// <summary>The server's answers look like those to a balanced connection, so that they come by way of FastLb, which gives them back.</summary>
    [Fact]
    public async Task Large_answers_that_are_the_kernels_are_forwarded_by_it()
    {
        await using ReferenceLab lab = await ReferenceLab.Start(new LabOptions { Arms = 2, Mode = "nat", Xdp = "generic" });
        await using Balancer balancer = await Balancer.Start(lab, Repository.NatConfiguration);
        byte[] content = RandomNumberGenerator.GetBytes(10 << 20);
        await File.WriteAllBytesAsync(Path.Combine(lab.SharedFiles, "download"), content);
        string copy = Path.Combine(lab.Client.Folder, "copy");

        (await lab.Client.Run("curl", "-sS", "--fail", "--max-time", "50", "--output", copy, $"http://{lab.Web01.Address}/files/download")).Expected();

        Assert.Equal(SHA256.HashData(content), SHA256.HashData(await File.ReadAllBytesAsync(copy)));
        BalancerStatus status = await balancer.Status();
        Assert.True(status.Verdicts["notOurs"] > 100, $"{status.Verdicts["notOurs"]} frames were given back");
        Assert.Equal((0, 0), (status.Verdicts["puntRefused"], status.Frames!.Lost));
    }
}
