using FastLb.Lab.Tests.Laboratory;
using FastLb.Lab.Tests.Product;
using Xunit;

namespace FastLb.Lab.Tests;

/// <summary>What the block <c>fastlb</c> says of ports and listeners is done, and follows reloads.</summary>
public sealed class FastLbBlockTests
{
    private const string Token = "s3cret-of-the-test";

    [Fact]
    public async Task Backends_rings_workers_and_processors_are_those_of_the_block_and_change_under_open_connections()
    {
        await using ReferenceLab lab = await ReferenceLab.Start(new LabOptions { DirectorQueues = 2 });
        string running = Configuration(lab, "backends xdp_generic\n workers 2\n worker_cpus 0\n ring_size 512");
        await using Balancer balancer = await Balancer.Start(lab, running);
        BalancerStatus status = await balancer.Status();
        Assert.All(status.Ports, port => Assert.Equal("generic", port.Mode));
        Assert.Equal([0, 0], status.Workers.Select(worker => worker.Processor));
        Assert.Equal(4096 * status.Ports.Count, status.Frames!.Total);
        Assert.StartsWith("this is web0", await lab.Client.Fetch(ReferenceLab.VirtualAddressText), StringComparison.Ordinal);

        await using RunningConversation conversation = await RunningConversation.Start(lab.Client, lab.Web01, ReferenceLab.VirtualAddress, 7000);
        File.Copy(Configuration(lab, "backends xdp_native xdp_generic\n workers 1\n frames_per_queue 3000"), running, overwrite: true);
        (await Balancer.RunCommand("reload", "--runtime-dir", balancer.RuntimeDirectory)).Expected();

        status = await Eventually.Observe(balancer.Status, now => now.Ports.All(port => port.Mode == "native"), "native mode");
        Assert.Equal(3000 * status.Ports.Count, status.Frames!.Total);
        Assert.Equal(2, status.Workers.Count);
        Assert.Contains("the number of workers stays 2", balancer.Log, StringComparison.Ordinal);
        await conversation.Finish();
        status.AssertSound();
    }

    [Fact]
    public async Task Only_the_interfaces_that_are_named_are_served_and_what_is_left_out_is_told()
    {
        await using ReferenceLab lab = await ReferenceLab.Start(new LabOptions { Arms = 2, Mode = "nat" });
        string text = await File.ReadAllTextAsync(Repository.NatConfiguration, TestContext.Current.CancellationToken);
        string running = Path.Combine(lab.Master.Folder, "interfaces.conf");
        await File.WriteAllTextAsync(running, $"{text}\nfastlb {{\n interfaces {lab.Master.Interface} absent0\n}}\n", TestContext.Current.CancellationToken);

        await using Balancer balancer = await Balancer.Start(lab, running);

        Assert.All((await balancer.Status()).Ports, port => Assert.Equal(lab.Master.Interface, port.Interface));
        Assert.Contains("there is no interface absent0", balancer.Log, StringComparison.Ordinal);
        Assert.Contains($"is reached by {lab.Master.InsideInterface}, which 'interfaces' in the block fastlb leaves out", balancer.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_are_served_to_everybody_and_the_api_to_who_knows_the_token_until_a_reload_ends_it()
    {
        await using ReferenceLab lab = await ReferenceLab.Start();
        string token = Path.Combine(lab.Master.Folder, "token");
        await File.WriteAllTextAsync(token, $"{Token}\n", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(token, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        string running = Configuration(lab, $"metrics_listen 127.0.0.1 9100\n api_listen 127.0.0.1 9101 {token}");
        await using Balancer balancer = await Balancer.Start(lab, running);
        await lab.Client.Fetch(ReferenceLab.VirtualAddressText);

        string metrics = await Get(lab, "http://127.0.0.1:9100/metrics");
        Assert.Contains("\nfastlb_service_connections_total{protocol=\"TCP\",address=\"192.168.182.100\",port=\"80\"} 1\n", metrics, StringComparison.Ordinal);
        Assert.Contains("\nfastlb_vrrp_master{instance=\"VI_1\",interface=", metrics, StringComparison.Ordinal);
        Assert.Equal("401", await StatusOf(lab, "http://127.0.0.1:9101/v1/status"));
        Assert.Equal("401", await StatusOf(lab, "http://127.0.0.1:9101/v1/status", "-H", "Authorization: Bearer wrong"));
        Assert.Contains("\"services\"", await Get(lab, "http://127.0.0.1:9101/v1/status", "-H", $"Authorization: Bearer {Token}"), StringComparison.Ordinal);
        Assert.Equal("404", await StatusOf(lab, "http://127.0.0.1:9100/v1/status"));

        // Others may read the token now: better no API than one for everybody.
        File.SetUnixFileMode(token, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        (await Balancer.RunCommand("reload", "--runtime-dir", balancer.RuntimeDirectory)).Expected();
        Assert.Equal("000", await StatusOf(lab, "http://127.0.0.1:9101/v1/status", "-H", $"Authorization: Bearer {Token}"));
        Assert.Contains("chmod 600", balancer.Log, StringComparison.Ordinal);
        Assert.Equal("200", await StatusOf(lab, "http://127.0.0.1:9100/metrics"));
        Assert.DoesNotContain(Token, balancer.Log, StringComparison.Ordinal);
    }

    private static string Configuration(ReferenceLab lab, string lines)
    {
        string path = VirtualService.WriteConfiguration(
            lab, new VirtualService(80) { Servers = [(lab.Web01, 1), (lab.Web02, 1)] }, new VirtualService(7000) { Servers = [(lab.Web01, 1)] });
        File.AppendAllText(path, $"fastlb {{\n {lines}\n}}\n");
        return path;
    }

    private static async Task<string> Get(ReferenceLab lab, string url, params string[] options) =>
        (await lab.Master.Run("curl", ["-sS", "--fail", "--max-time", "10", .. options, url])).Expected();

    private static async Task<string> StatusOf(ReferenceLab lab, string url, params string[] options) =>
        (await lab.Master.Run("curl", ["-s", "--max-time", "10", "--output", "/dev/null", "--write-out", "%{http_code}", .. options, url])).Output.Trim();
}
