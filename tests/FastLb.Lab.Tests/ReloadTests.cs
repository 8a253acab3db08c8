using System.Globalization;
using System.Text.Json;
using FastLb.Lab.Tests.Laboratory;
using FastLb.Lab.Tests.Product;
using FastLb.Probing;
using Xunit;

namespace FastLb.Lab.Tests;

/// <summary>A director reads its configuration again, by <c>fastlb reload</c> or by SIGHUP, and goes on.</summary>
public sealed class ReloadTests(ITestOutputHelper output)
{
    private const int Port = 7000;
    private const string SecondAddress = "192.168.182.101";

    [Fact]
    public async Task Two_hundred_reloads_lose_no_packet_of_an_established_connection_and_fail_no_new_one()
    {
        const int reloads = 200;
        await using ReferenceLab lab = await ReferenceLab.Start();
        string running = VirtualService.WriteConfiguration(lab, Web(lab), Talk(lab));
        string[] texts = [await Read(running), await Read(VirtualService.WriteConfiguration(lab, Web(lab) with { Scheduler = "wlc", Servers = [(lab.Web01, 2), (lab.Web02, 3)] }, Talk(lab), Second(lab)))];
        await using Balancer balancer = await Balancer.Start(lab, running);
        await using RunningConversation conversation = await RunningConversation.Start(lab.Client, lab.Web01, ReferenceLab.VirtualAddress, Port);
        await using ConnectionProbe probe = lab.Client.StartProbe(ReferenceLab.VirtualAddress);
        string since = await Since(balancer);
        long before = await Lost(lab.Client, lab.Web01, lab.Web02);

        for (int reload = 1; reload <= reloads; reload++)
        {
            await File.WriteAllTextAsync(running, texts[reload % 2], TestContext.Current.CancellationToken);
            (await Reload(balancer)).Expected();
        }

        await conversation.Finish();
        Assert.Equal(before, await Lost(lab.Client, lab.Web01, lab.Web02));
        ProbeReport report = await probe.Stop();
        output.WriteLine($"{report}");
        Assert.True(report.Answered > 0 && report.Faults.Count == 0, $"{report}");
        BalancerStatus status = await balancer.Status();
        Assert.InRange(status.Services[0].Connections, report.Answered * 9 / 10, report.Answered); // a client's port that comes again soon goes on with its flow, as with IPVS
        Assert.Equal(1, status.Service(Port).Connections);
        status.AssertSound();
        Assert.Equal(since, await Since(balancer));
    }

    [Fact]
    public async Task What_is_new_is_served_what_is_gone_is_not_and_the_rest_stays_as_it_is()
    {
        await using ReferenceLab lab = await ReferenceLab.Start();
        VirtualService web = Web(lab) with { Checker = VirtualService.QuickCheck };
        string running = VirtualService.WriteConfiguration(lab, web);
        await using Balancer balancer = await Balancer.Start(lab, running);
        await lab.Web02.Web("stop");
        await balancer.HealthBecomes(lab.Web02, "down");
        await balancer.HealthBecomes(lab.Web01, "up");
        for (int i = 0; i < 3; i++)
            Assert.Equal("this is web01", await lab.Client.Fetch(ReferenceLab.VirtualAddressText));
        string since = await Since(balancer);

        // A service on an address of its own comes, by the same instance.
        await lab.Web01.Ip($"address add {SecondAddress}/32 dev lo");
        await File.WriteAllTextAsync(running, await Read(VirtualService.WriteConfiguration(lab, web, Second(lab))), TestContext.Current.CancellationToken);
        Assert.Contains("2 virtual servers, 1 VRRP instances are served", (await Reload(balancer)).Expected(), StringComparison.Ordinal);
        Assert.True(await lab.Master.HoldsAddress(System.Net.IPAddress.Parse(SecondAddress)));
        await Eventually.Observe(balancer.Status, status => status.Services.All(service => service.Steered), "frames for both services to be taken");
        Assert.Equal("this is web01", await lab.Client.Fetch(SecondAddress));
        BalancerStatus both = await balancer.Status();
        Assert.Equal(3, both.Services[0].Connections);
        Assert.Equal(["up", "down"], both.Services[0].Servers.Select(server => server.Health));
        Assert.Equal(since, await Since(balancer));

        // It goes, and the first one has another weight.
        await File.WriteAllTextAsync(running, (await Read(VirtualService.WriteConfiguration(lab, web with { Servers = [(lab.Web01, 7), (lab.Web02, 1)] }))), TestContext.Current.CancellationToken);
        Signal.HangUp.SendTo(balancer.RunPid);
        BalancerStatus one = await Eventually.Observe(balancer.Status, status => status.Services.Count == 1, "one service again");
        Assert.False(await lab.Master.HoldsAddress(System.Net.IPAddress.Parse(SecondAddress)));
        Assert.Equal(7, one.Service(80).Servers[0].Weight);
        Assert.Equal("this is web01", await lab.Client.Fetch(ReferenceLab.VirtualAddressText));
        Assert.NotEqual(0, (await lab.Client.TryFetch(SecondAddress, limit: 1)).ExitCode);
        Assert.Equal(since, await Since(balancer));
        one.AssertSound();
    }

    [Fact]
    public async Task Faulty_file_changes_nothing_and_every_fault_is_named()
    {
        await using ReferenceLab lab = await ReferenceLab.Start();
        string running = VirtualService.WriteConfiguration(lab, Web(lab));
        await using Balancer balancer = await Balancer.Start(lab, running);
        string right = await Read(running);
        await File.WriteAllTextAsync(running, right.Replace("priority 255", "priority 999", StringComparison.Ordinal).Replace("lb_algo rr", "lb_algo best", StringComparison.Ordinal), TestContext.Current.CancellationToken);

        CommandResult refused = await Reload(balancer);

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("everything stays as it was", refused.Error, StringComparison.Ordinal);
        Assert.Contains("best", refused.Error, StringComparison.Ordinal);
        Assert.Contains("999", refused.Error, StringComparison.Ordinal);
        Assert.StartsWith("this is web0", await lab.Client.Fetch(ReferenceLab.VirtualAddressText), StringComparison.Ordinal);
        Assert.Equal("rr", (await balancer.Status()).Services[0].Scheduler);

        // One that dies now goes on by what was read last, not by the file.
        await balancer.KillAndAwaitSuccessor("control");
        Assert.Equal("rr", (await balancer.Status()).Services[0].Scheduler);

        await File.WriteAllTextAsync(running, right.Replace("lb_algo rr", "lb_algo wlc", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        (await Reload(balancer)).Expected();
        Assert.Equal("wlc", (await balancer.Status()).Services[0].Scheduler);
    }

    [Fact]
    public async Task Director_without_services_begins_to_forward_and_its_instances_come_and_go()
    {
        await using ReferenceLab lab = await ReferenceLab.Start();
        string running = VirtualService.WriteConfiguration(lab, Web(lab));
        string whole = await Read(running), alone = whole[..whole.IndexOf("virtual_server ", StringComparison.Ordinal)];
        await File.WriteAllTextAsync(running, alone, TestContext.Current.CancellationToken);
        await using Balancer balancer = await Balancer.Start(lab.Master, running);
        await lab.Master.AcquiresVirtualAddress();

        await File.WriteAllTextAsync(running, whole, TestContext.Current.CancellationToken);
        (await Reload(balancer)).Expected();
        await Eventually.Observe(balancer.Status, status => status.Services.All(service => service.Steered), "frames for the service to be taken");
        Assert.StartsWith("this is web0", await lab.Client.Fetch(ReferenceLab.VirtualAddressText), StringComparison.Ordinal);

        // Another number is another virtual router: the one says goodbye, the other begins.
        await File.WriteAllTextAsync(running, whole.Replace("virtual_router_id 51", "virtual_router_id 52", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        (await Reload(balancer)).Expected();
        await Eventually.Observe(balancer.Vrrp, status => status.Instances is [{ VirtualRouterId: 52, State: "master" }], "the other virtual router to be master");
        await lab.Master.AcquiresVirtualAddress();
        await Eventually.Observe(balancer.Status, status => status.Services.All(service => service.Steered), "frames for the service to be taken again");
        Assert.StartsWith("this is web0", await lab.Client.Fetch(ReferenceLab.VirtualAddressText), StringComparison.Ordinal);

        await File.WriteAllTextAsync(running, whole[whole.IndexOf("virtual_server ", StringComparison.Ordinal)..], TestContext.Current.CancellationToken);
        (await Reload(balancer)).Expected();
        Assert.Empty((await balancer.Vrrp()).Instances);
        Assert.False(await lab.Master.HoldsAddress(ReferenceLab.VirtualAddress));
        (await balancer.Status()).AssertSound();
    }

    [Fact]
    public async Task What_a_reload_would_change_is_told_with_the_connections_that_it_would_end()
    {
        await using ReferenceLab lab = await ReferenceLab.Start();
        string running = VirtualService.WriteConfiguration(lab, Web(lab), Talk(lab));
        await using Balancer balancer = await Balancer.Start(lab, running);
        await using RunningConversation conversation = await RunningConversation.Start(lab.Client, lab.Web01, ReferenceLab.VirtualAddress, Port);
        string next = VirtualService.WriteConfiguration(lab, Web(lab) with { Scheduler = "wlc", Servers = [(lab.Web01, 5), (lab.Web02, 1)] }, Second(lab));

        string told = (await Balancer.RunCommand("check", "--explain-changes", next, "--runtime-dir", balancer.RuntimeDirectory)).Expected();

        Assert.Contains($"- virtual_server {ReferenceLab.VirtualAddressText} {Port} TCP: 1 open connection\n", told, StringComparison.Ordinal);
        Assert.Contains("    ~ lb_algo rr -> wlc\n", told, StringComparison.Ordinal);
        Assert.Contains("        ~ weight 1 -> 5\n", told, StringComparison.Ordinal);
        Assert.Contains($"+ virtual_server {SecondAddress} 80 TCP\n", told, StringComparison.Ordinal);
        Assert.EndsWith("; 1 open connection affected\n", told, StringComparison.Ordinal);
        Assert.Equal("rr", (await balancer.Status()).Service(80).Scheduler);
        await conversation.Finish();

        File.Copy(next, running, overwrite: true);
        string outcome = (await Reload(balancer)).Expected();
        Assert.StartsWith("1 virtual server added, 1 virtual server removed, 1 virtual server changed, 1 real server changed", outcome, StringComparison.Ordinal);
        Assert.Equal("nothing changes\n", (await Balancer.RunCommand("check", "--explain-changes", next, "--runtime-dir", balancer.RuntimeDirectory)).Expected().ReplaceLineEndings("\n"));
    }

    [Fact]
    public async Task Changed_file_and_one_that_comes_among_included_ones_are_taken_up_if_that_is_wanted()
    {
        await using ReferenceLab lab = await ReferenceLab.Start();
        string running = VirtualService.WriteConfiguration(lab, Web(lab)), folder = Path.Combine(lab.Master.Folder, "more");
        Directory.CreateDirectory(folder);
        await File.AppendAllTextAsync(running, $"include {folder}/*.conf\n", TestContext.Current.CancellationToken);
        await using Balancer balancer = await Balancer.Start(lab, running, "--reload-on-change");

        await File.WriteAllTextAsync(running, (await Read(running)).Replace("lb_algo rr", "lb_algo wlc", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        await Eventually.Observe(balancer.Status, status => status.Service(80).Scheduler == "wlc", "the other scheduler");

        string talk = await Read(VirtualService.WriteConfiguration(lab, Talk(lab)));
        await File.WriteAllTextAsync(Path.Combine(folder, "talk.conf"), talk[talk.IndexOf("virtual_server ", StringComparison.Ordinal)..], TestContext.Current.CancellationToken);
        await Eventually.Observe(balancer.Status, status => status.Services.Count == 2, "the service of the new file");
        (await balancer.Status()).AssertSound();
    }

    [Fact]
    public async Task Nobody_to_reload_is_said()
    {
        CommandResult result = await Balancer.RunCommand("reload", "--runtime-dir", "/nowhere/at-all");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("no director runs with the runtime directory /nowhere/at-all", result.Error, StringComparison.Ordinal);
    }

    private static VirtualService Web(ReferenceLab lab) => new(80) { Servers = [(lab.Web01, 1), (lab.Web02, 1)] };

    private static VirtualService Talk(ReferenceLab lab) => new(Port) { Servers = [(lab.Web01, 1)] };

    private static VirtualService Second(ReferenceLab lab) => new(80) { Address = SecondAddress, Servers = [(lab.Web01, 1)], Method = "DR" };

    private static Task<string> Read(string path) => File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);

    private static Task<CommandResult> Reload(Balancer balancer) => Balancer.RunCommand("reload", "--runtime-dir", balancer.RuntimeDirectory);

    /// <summary>Since when the only instance has its role.</summary>
    private static async Task<string> Since(Balancer balancer)
    {
        using JsonDocument status = JsonDocument.Parse((await Balancer.RunCommand("vrrp", "--json", "--runtime-dir", balancer.RuntimeDirectory)).Expected());
        JsonElement instance = status.RootElement.GetProperty("instances")[0];
        return $"{instance.GetProperty("state").GetString()} since {instance.GetProperty("since").GetString()}";
    }

    /// <summary>
    /// Segments of TCP that hosts have lost between them: those that were sent again (RFC 4022, tcpRetransSegs), less those that had arrived the first time, too, and were only waited for
    /// too long on a busy machine, which their receiver says by a duplicate SACK (RFC 2883).
    /// </summary>
    private static async Task<long> Lost(params LabHost[] hosts)
    {
        long lost = 0;
        foreach (LabHost host in hosts)
            lost += await Read(host, "/proc/net/snmp", "Tcp:", "RetransSegs") - await Read(host, "/proc/net/netstat", "TcpExt:", "TCPDSACKOldSent");
        return lost;
    }

    private static async Task<long> Read(LabHost host, string file, string group, string counter)
    {
        string[][] lines = [.. (await host.Run("cat", file)).Expected().Split('\n').Where(line => line.StartsWith(group, StringComparison.Ordinal)).Select(line => line.Split(' '))];
        return long.Parse(lines[1][Array.IndexOf(lines[0], counter)], CultureInfo.InvariantCulture);
    }
}
