using FastLb.Lab.Tests.Laboratory;
using FastLb.Lab.Tests.Product;
using Xunit;

namespace FastLb.Lab.Tests;

/// <summary><c>fastlb realserver</c> on the lab's servers: exit codes and words. What it does to the kernel is tested in FastLb.RealServer.Tests.</summary>
public sealed class RealServerTests
{
    [Fact]
    public async Task Server_that_the_lab_prepared_passes_the_check_until_something_is_changed()
    {
        await using ReferenceLab lab = await ReferenceLab.Start();
        Assert.Equal("ok\n", (await RealServer(lab.Web01, "--mode", "dr", "--vip", ReferenceLab.VirtualAddressText, "--check")).Expected());

        await lab.Web01.Sysctl("net.ipv4.conf.all.arp_ignore=0");
        CommandResult faulty = await RealServer(lab.Web01, "--mode", "dr", "--vip", ReferenceLab.VirtualAddressText, "--check");

        Assert.Equal(1, faulty.ExitCode);
        Assert.StartsWith("MISSING  net.ipv4.conf.all.arp_ignore is 1 or 2 (now: 0)\n", faulty.Output, StringComparison.Ordinal);
        Assert.Contains("answers ARP for the virtual address", faulty.Output, StringComparison.Ordinal);
        Assert.Contains("all is there, 1 of it new", (await RealServer(lab.Web01, "--mode", "dr", "--vip", ReferenceLab.VirtualAddressText, "--apply")).Expected(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Undo_makes_an_ordinary_host_of_the_server_and_apply_a_real_server_again()
    {
        await using ReferenceLab lab = await ReferenceLab.Start(new LabOptions { Mode = "tun" });
        string[] wanted = ["--mode", "tun", "--vip", ReferenceLab.VirtualAddressText];

        (await RealServer(lab.Web01, "--undo")).Expected();

        Assert.False(await lab.Web01.HoldsAddress(ReferenceLab.VirtualAddress));
        Assert.Empty((await lab.Web01.Run("tc", "filter", "show", "dev", "eth0", "ingress")).Expected());
        string shown = (await RealServer(lab.Web01, wanted)).Expected(); // no action: shows, and exits with 0
        Assert.Contains("4 of 8 are missing: the same command with --apply brings them about", shown, StringComparison.Ordinal);
        Assert.Equal("nothing was applied here\n", (await RealServer(lab.Web01, "--undo")).Expected());

        (await RealServer(lab.Web01, [.. wanted, "--apply"])).Expected();
        (await RealServer(lab.Web01, [.. wanted, "--check"])).Expected();
        Assert.Contains("fastlb-decapsulate", (await lab.Web01.Run("tc", "filter", "show", "dev", "eth0", "ingress")).Expected(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--mode and --vip are needed", "--check")]
    [InlineData("--mode and --vip are needed", "--mode", "dr")]
    [InlineData("IPv6 is not supported yet", "--mode", "dr", "--vip", "2001:db8::1")]
    [InlineData("'10.1' is not an IPv4 address", "--mode", "dr", "--vip", "10.1")]
    [InlineData("one of --show, --check, --apply and --undo", "--mode", "dr", "--vip", "10.0.0.9", "--apply", "--check")]
    [InlineData("--mode tun", "--mode", "dr", "--vip", "10.0.0.9", "--director", "10.0.0.1")]
    [InlineData("--decapsulator program", "--mode", "tun", "--vip", "10.0.0.9", "--director", "10.0.0.1", "--decapsulator", "device")]
    [InlineData("there is no interface eth9; there are: lo, eth0", "--mode", "dr", "--vip", "10.0.0.9", "--interface", "eth9")]
    public async Task What_cannot_be_meant_is_refused_and_changes_nothing(string expected, params string[] arguments)
    {
        await using ReferenceLab lab = await ReferenceLab.Start();

        CommandResult result = await RealServer(lab.Client, arguments);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(RuntimeDirectory(lab.Client)));
    }

    private static string RuntimeDirectory(LabHost host) => Path.Combine(host.Folder, "run");

    private static Task<CommandResult> RealServer(LabHost host, params IEnumerable<string> arguments) =>
        host.Run(Repository.FastLbCommand, ["realserver", .. arguments, "--runtime-dir", RuntimeDirectory(host)]);
}
