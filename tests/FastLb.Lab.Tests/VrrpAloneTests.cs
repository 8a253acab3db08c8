using System.Globalization;
using FastLb.Lab.Tests.Laboratory;
using FastLb.Lab.Tests.Product;
using Xunit;

namespace FastLb.Lab.Tests;

/// <summary>A director whose configuration has virtual routers and nothing to forward.</summary>
public sealed class VrrpAloneTests(ITestOutputHelper output)
{
    private const double MostMegabytes = 60;

    [Fact]
    public async Task Nothing_is_attached_to_interfaces_no_dataplane_runs_and_memory_is_little()
    {
        await using ReferenceLab lab = await ReferenceLab.Start();
        string configuration = Path.Combine(lab.Master.Folder, "vrrp.conf");
        await File.WriteAllTextAsync(
            configuration, $"vrrp_instance VI_1 {{\n interface {lab.Master.Interface}\n virtual_router_id 51\n priority 255\n virtual_ipaddress {{\n {ReferenceLab.VirtualAddressText}\n }}\n}}\n",
            TestContext.Current.CancellationToken);
        await using Balancer balancer = await Balancer.Start(lab.Master, configuration);
        await Eventually.Observe(() => lab.Master.HoldsAddress(ReferenceLab.VirtualAddress), held => held, "the address");
        await Balancer.RunCommand("vrrp", "--runtime-dir", balancer.RuntimeDirectory);

        Assert.False(File.Exists(Path.Combine(balancer.RuntimeDirectory, "dataplane.pid")));
        Assert.DoesNotContain("xdp", await lab.Master.Ip($"-details link show {lab.Master.Interface}"), StringComparison.Ordinal);
        int[] processes = [balancer.RunPid, balancer.VrrpPid, balancer.ControlPid];
        double[] sizes = [.. processes.Select(ProportionalMegabytes)];
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"supervisor {sizes[0]:0.0}, VRRP {sizes[1]:0.0}, control {sizes[2]:0.0} MB"));
        Assert.True(sizes.Sum() < MostMegabytes, string.Join(" + ", sizes));
    }

    /// <summary>Each page shared out among the processes that have it (proc_pid_smaps_rollup in the kernel's documentation).</summary>
    private static double ProportionalMegabytes(int process) =>
        double.Parse(File.ReadLines($"/proc/{process}/smaps_rollup").First(line => line.StartsWith("Pss:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1000;
}
