using FastLb.Lab.Tests.Laboratory;
using FastLb.Lab.Tests.Product;
using Xunit;

namespace FastLb.Lab.Tests;

/// <summary>Starting, stopping, being killed, and what is left behind.</summary>
public sealed class LifecycleTests
{
    [Fact]
    public async Task Sigterm_leaves_nothing_behind()
    {
        await using ReferenceLab lab = await ReferenceLab.Start();
        await using Balancer balancer = await Balancer.Start(lab, Repository.AloneConfiguration);
        await lab.Client.Fetch(ReferenceLab.VirtualAddressText);
        int dataplane = balancer.DataplanePid;
        Assert.True(ProcessTable.IsRunning(dataplane));
        Assert.Equal(new Traces(XdpProgram: true, VirtualAddress: true, ManagedNeighbours: true, FirewallTable: true, RuntimeFiles: true), await Traces.Of(lab));

        CommandResult result = await balancer.Stop();

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.False(ProcessTable.IsRunning(dataplane));
        Assert.Equal(default, await Traces.Of(lab));
        Assert.Equal("this is web01", await lab.Master.Fetch("192.168.182.132"));
    }

    [Fact]
    public async Task Start_after_a_kill_of_everything_serves_again()
    {
        await using ReferenceLab lab = await ReferenceLab.Start();
        await using (Balancer killed = await Balancer.Start(lab, Repository.AloneConfiguration))
            await killed.KillAll();

        await using Balancer balancer = await Balancer.Start(lab, Repository.AloneConfiguration);

        Assert.StartsWith("this is web", await lab.Client.Fetch(ReferenceLab.VirtualAddressText), StringComparison.Ordinal);
        Assert.Equal(0, (await balancer.Stop()).ExitCode);
        Assert.Equal(default, await Traces.Of(lab));
    }

    [Fact]
    public async Task Receive_offload_is_off_in_generic_mode_and_on_again_at_the_stop_whoever_was_killed()
    {
        await using ReferenceLab lab = await ReferenceLab.Start(directorQueues: 2);
        (await lab.Master.Run("ethtool", "-L", lab.Master.Interface, "rx", "1")).Expected(); // fewer than its peer sends on: no native XDP
        (await lab.Master.Run("ethtool", "-K", lab.Master.Interface, "gro", "on")).Expected();
        await using (Balancer killed = await Balancer.Start(lab, Repository.AloneConfiguration))
        {
            Assert.Contains($"{lab.Master.Interface}: rx-gro switched off", killed.Log, StringComparison.Ordinal);
            Assert.Equal("off", await ReceiveOffloadOf(lab.Master));
            await killed.KillAll();
        }

        await using Balancer balancer = await Balancer.Start(lab, Repository.AloneConfiguration);
        await balancer.KillAndAwaitSuccessor("dataplane");

        Assert.StartsWith("this is web", await lab.Client.Fetch(ReferenceLab.VirtualAddressText), StringComparison.Ordinal);
        Assert.Equal("off", await ReceiveOffloadOf(lab.Master));
        Assert.Equal(0, (await balancer.Stop()).ExitCode);
        Assert.Equal("on", await ReceiveOffloadOf(lab.Master));
    }

    [Fact]
    public async Task Start_after_a_kill_removes_the_virtual_address_of_the_run_before()
    {
        await using ReferenceLab lab = await ReferenceLab.Start();
        await using (Balancer killed = await Balancer.Start(lab, Repository.AloneConfiguration))
            await killed.KillAll();
        Assert.True((await Traces.Of(lab)).VirtualAddress);

        string otherAddress = VirtualService.WriteConfiguration(
            lab, new VirtualService(80) { Address = "192.168.182.101", Servers = [(lab.Web01, 1)] });
        await using Balancer balancer = await Balancer.Start(lab, otherAddress);

        Assert.False((await Traces.Of(lab)).VirtualAddress);
        Assert.Equal("192.168.182.101/32", Assert.Single((await balancer.Status()).VirtualAddresses).Address);
    }

    [Fact]
    public async Task Instances_in_two_namespaces_run_side_by_side()
    {
        await using ReferenceLab lab = await ReferenceLab.Start(), otherLab = await ReferenceLab.Start();
        await using Balancer balancer = await Balancer.Start(lab, Repository.AloneConfiguration);
        await using Balancer otherBalancer = await Balancer.Start(otherLab, Repository.AloneConfiguration);

        await lab.Client.Fetch(ReferenceLab.VirtualAddressText);
        await otherLab.Client.Fetch(ReferenceLab.VirtualAddressText);
        await otherLab.Client.Fetch(ReferenceLab.VirtualAddressText);

        Assert.Equal(1, (await balancer.Status()).Service(80).Connections);
        Assert.Equal(2, (await otherBalancer.Status()).Service(80).Connections);
        Assert.Equal(0, (await balancer.Stop()).ExitCode);
        await otherLab.Client.Fetch(ReferenceLab.VirtualAddressText);
    }

    [Fact]
    public async Task Second_instance_on_a_runtime_directory_is_refused_and_does_no_harm()
    {
        await using ReferenceLab lab = await ReferenceLab.Start();
        await using Balancer balancer = await Balancer.Start(lab, Repository.AloneConfiguration);

        CommandResult second = await Balancer.StartInVain(lab, Repository.AloneConfiguration);

        Assert.NotEqual(0, second.ExitCode);
        Assert.Contains(balancer.RuntimeDirectory, second.Error, StringComparison.Ordinal);
        Assert.StartsWith("this is web", await lab.Client.Fetch(ReferenceLab.VirtualAddressText), StringComparison.Ordinal);
        Assert.Equal(1, (await balancer.Status()).Service(80).Connections);
    }

    private static async Task<string> ReceiveOffloadOf(LabHost host)
    {
        const string Feature = "generic-receive-offload: ";
        string features = (await host.Run("ethtool", "-k", host.Interface)).Expected();
        return features.Split('\n').Single(line => line.StartsWith(Feature, StringComparison.Ordinal))[Feature.Length..];
    }

    /// <summary>What FastLb leaves on a director while it runs.</summary>
    private readonly record struct Traces(bool XdpProgram, bool VirtualAddress, bool ManagedNeighbours, bool FirewallTable, bool RuntimeFiles)
    {
        public static async Task<Traces> Of(ReferenceLab lab)
        {
            string runtimeDirectory = Balancer.DefaultRuntimeDirectory(lab.Master);
            return new Traces(
                (await lab.Master.Ip($"link show dev {lab.Master.Interface}")).Contains("xdp", StringComparison.Ordinal),
                (await lab.Master.Ip("address show")).Contains($"inet {ReferenceLab.VirtualAddressText}/", StringComparison.Ordinal),
                (await lab.Master.Ip("neighbour show")).Contains("managed", StringComparison.Ordinal),
                (await lab.Master.Run("nft", "list", "tables")).Expected().Contains("fastlb", StringComparison.Ordinal),
                Directory.Exists(runtimeDirectory) && Directory.EnumerateFileSystemEntries(runtimeDirectory).Any());
        }
    }
}
