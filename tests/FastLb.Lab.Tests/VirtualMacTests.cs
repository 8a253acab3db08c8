using FastLb.Lab.Tests.Laboratory;
using FastLb.Lab.Tests.Product;
using Xunit;

namespace FastLb.Lab.Tests;

/// <summary>Directors whose virtual router has a MAC address of its own (<c>use_vmac</c>).</summary>
public sealed class VirtualMacTests
{
    private const string VirtualMac = "00:00:5e:00:01:33";

    [Fact]
    public async Task Address_moves_with_its_mac_address_and_what_comes_for_it_is_forwarded_by_the_dataplane()
    {
        await using ReferenceLab lab = await ReferenceLab.Start();
        await using Balancer master = await Balancer.Start(lab.Master, Configuration(lab.Master, Repository.MasterConfiguration, "use_vmac"));
        await using Balancer backup = await Balancer.Start(lab.Backup, Configuration(lab.Backup, Repository.BackupConfiguration, "use_vmac"));
        await lab.VirtualAddressMovesTo(lab.Master);
        Assert.Contains(ReferenceLab.VirtualAddressText, await lab.Master.Ip("address show dev vrrp.51"), StringComparison.Ordinal);
        Assert.StartsWith("this is web0", await lab.Client.Fetch(ReferenceLab.VirtualAddressText), StringComparison.Ordinal);
        Assert.Contains(VirtualMac, await lab.Client.Ip($"neighbour show {ReferenceLab.VirtualAddressText}"), StringComparison.Ordinal);
        Assert.Equal(1, (await master.Status()).Service(80).Connections);

        Assert.Equal(0, (await master.Stop()).ExitCode);
        await lab.VirtualAddressMovesTo(lab.Backup);

        await Eventually.Observe(() => lab.Client.TryFetch(ReferenceLab.VirtualAddressText, limit: 2), result => result.ExitCode == 0, "an answer");
        Assert.Contains(VirtualMac, await lab.Client.Ip($"neighbour show {ReferenceLab.VirtualAddressText}"), StringComparison.Ordinal);
        Assert.True((await backup.Status()).Service(80).Connections > 0);
        Assert.DoesNotContain("vrrp.51", await lab.Master.Ip("link show"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reload_gives_and_takes_the_mac_address_and_the_master_stays_master()
    {
        await using ReferenceLab lab = await ReferenceLab.Start();
        string running = Configuration(lab.Master, Repository.MasterConfiguration, string.Empty);
        await using Balancer balancer = await Balancer.Start(lab.Master, running);
        await lab.VirtualAddressMovesTo(lab.Master);

        await Reload(balancer, running, Configuration(lab.Master, Repository.MasterConfiguration, "use_vmac"));
        Assert.Contains(ReferenceLab.VirtualAddressText, await lab.Master.Ip("address show dev vrrp.51"), StringComparison.Ordinal);
        Assert.DoesNotContain(ReferenceLab.VirtualAddressText, await lab.Master.Ip($"address show dev {lab.Master.Interface}"), StringComparison.Ordinal);
        await Answers(lab);

        await Reload(balancer, running, Configuration(lab.Master, Repository.MasterConfiguration, "use_vmac 02:00:00:00:00:77"));
        Assert.Contains("02:00:00:00:00:77", await lab.Master.Ip("link show vrrp.51"), StringComparison.Ordinal);
        await Answers(lab);

        await Reload(balancer, running, Configuration(lab.Master, Repository.MasterConfiguration, string.Empty));
        Assert.DoesNotContain("vrrp.51", await lab.Master.Ip("link show"), StringComparison.Ordinal);
        Assert.Contains(ReferenceLab.VirtualAddressText, await lab.Master.Ip($"address show dev {lab.Master.Interface}"), StringComparison.Ordinal);
        await Answers(lab);
        Assert.Equal(1, (await balancer.Vrrp()).Instances[0].Counters.BecameMaster);
    }

    private static async Task Answers(ReferenceLab lab) =>
        await Eventually.Observe(() => lab.Client.TryFetch(ReferenceLab.VirtualAddressText, limit: 2), result => result.ExitCode == 0, "an answer");

    private static async Task Reload(Balancer balancer, string running, string next)
    {
        File.Copy(next, running, overwrite: true);
        (await Balancer.RunCommand("reload", "--runtime-dir", balancer.RuntimeDirectory)).Expected();
        Assert.Equal("master", (await balancer.Vrrp()).Instances[0].State);
    }

    private static string Configuration(LabHost director, string file, string lines)
    {
        string path = Path.Combine(director.Folder, $"{Guid.NewGuid():N}.conf");
        File.WriteAllText(path, File.ReadAllText(file).Replace("virtual_router_id 51", $"virtual_router_id 51\n {lines}", StringComparison.Ordinal));
        return path;
    }
}
