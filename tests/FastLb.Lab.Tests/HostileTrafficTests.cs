using System.Security.Cryptography;
using FastLb.Lab.Tests.Laboratory;
using FastLb.Lab.Tests.Product;
using Xunit;

namespace FastLb.Lab.Tests;

/// <summary>Frames that nobody should send, as fast as one sender can, at the live ports of a director that serves a download meanwhile.</summary>
public sealed class HostileTrafficTests
{
    private const int Seed = 20261124;
    private const int FrameCount = 300_000;
    private const int FileLength = 20 << 20;

    private static readonly string[] SteeredOutcomes = ["steered", "steeredFragment", "steeredReturn", "steeredIcmpError"];

    [Theory]
    [InlineData("dr", 1)]
    [InlineData("nat", 2)]
    [InlineData("tun", 2)]
    public async Task Hostile_frames_harm_neither_the_director_nor_a_download(string mode, int arms)
    {
        await using ReferenceLab lab = await ReferenceLab.Start(new LabOptions { Arms = arms, Mode = mode });
        await using Balancer balancer = await Balancer.Start(lab, ConfigurationOf(mode));
        byte[] digest = await Transfer.ThereAndBack(lab, FileLength);
        int[] processes = [balancer.ControlPid, balancer.DataplanePid, balancer.VrrpPid];
        HostileFrames frames = new(
            Seed, await lab.Master.Mac(), await lab.Client.Mac(), lab.Client.Address, ReferenceLab.VirtualAddress, lab.Master.Address);

        Task<int> hostile = lab.Client.SendFrames(frames, FrameCount);
        int downloads = 0;
        do
        {
            string copy = Path.Combine(lab.Client.Folder, "under-fire");
            (await lab.Client.Run(
                "curl", "-sS", "--fail", "--max-time", "50", "--output", copy, $"http://{ReferenceLab.VirtualAddressText}/files/upload")).Expected();
            Assert.Equal(digest, SHA256.HashData(await File.ReadAllBytesAsync(copy, TestContext.Current.CancellationToken)));
            downloads++;
        }
        while (!hostile.IsCompleted);
        int sent = await hostile;

        Assert.True(sent > FrameCount / 2 && downloads > 0, $"only {sent} frames left the client");
        BalancerStatus status = await Eventually.Observe(
            balancer.Status, seen => Steered(seen) == Decided(seen), $"a verdict for every frame taken (seed {Seed})");
        Assert.True(Steered(status) > sent / 4, $"seed {Seed}: only {Steered(status)} of {sent} frames were taken");
        Assert.True(status.Verdicts.Count(verdict => verdict.Value > 0) >= 4, $"seed {Seed}: the frames meet too few fates");
        Assert.Equal(0, status.Frames!.Lost);
        Assert.Equal<int[]>(processes, [balancer.ControlPid, balancer.DataplanePid, balancer.VrrpPid]);
        Assert.StartsWith("this is web0", await lab.Client.Fetch(ReferenceLab.VirtualAddressText), StringComparison.Ordinal);
    }

    private static string ConfigurationOf(string mode) => mode switch
    {
        "nat" => Repository.NatConfiguration,
        "tun" => Repository.TunnelConfiguration,
        _ => Repository.AloneConfiguration,
    };

    private static long Steered(BalancerStatus status) =>
        status.Steering.Sum(steering => SteeredOutcomes.Sum(outcome => steering.Outcomes[outcome]));

    /// <summary>Frames with a verdict, and those that the kernel had no room for in the sockets' rings.</summary>
    private static long Decided(BalancerStatus status) => status.Verdicts.Values.Sum() + status.Ports.Sum(port => port.KernelDropped);
}
