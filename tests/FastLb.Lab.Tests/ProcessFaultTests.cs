using System.Net.Sockets;
using System.Text;
using FastLb.Lab.Tests.Captures;
using FastLb.Lab.Tests.Laboratory;
using FastLb.Lab.Tests.Product;
using FastLb.Probing;
using Xunit;

namespace FastLb.Lab.Tests;

/// <summary>A director one of whose processes is killed or hangs, with a new connection every 10 ms and one that is open all the while.</summary>
public sealed class ProcessFaultTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task Control_that_hangs_for_two_seconds_fails_no_connection()
    {
        await using ReferenceLab lab = await ReferenceLab.Start();
        await using Balancer balancer = await Balancer.Start(lab, OneService(lab));
        await using ConnectionProbe probe = lab.Client.StartProbe(ReferenceLab.VirtualAddress);
        await Task.Delay(Settled);

        Signal.Stop.SendTo(balancer.ControlPid);
        await Task.Delay(TimeSpan.FromSeconds(2));
        Signal.Continue.SendTo(balancer.ControlPid);
        await Task.Delay(Settled);

        AssertNoFailure(await probe.Stop());
    }

    [Fact]
    public async Task Killed_control_fails_no_connection_and_its_successor_goes_on_from_there()
    {
        await using ReferenceLab lab = await ReferenceLab.Start();
        await using Balancer balancer = await Balancer.Start(lab, OneService(lab));
        await using ConnectionProbe probe = lab.Client.StartProbe(ReferenceLab.VirtualAddress);
        await Task.Delay(Settled);

        await balancer.KillAndAwaitSuccessor("control");
        await Task.Delay(Settled);

        ProbeReport report = await probe.Stop();
        AssertNoFailure(report);
        Assert.Equal(2, report.Answers.Count);
        Assert.Equal(report.Answered, (await balancer.Status()).Service(80).Connections);
    }

    [Fact]
    public async Task Killed_dataplane_resets_no_connection()
    {
        await using ReferenceLab lab = await ReferenceLab.Start();
        await using Balancer balancer = await Balancer.Start(lab, OneService(lab));
        await using Capture resets = await Capture.Start(lab.Client, "src host 192.168.182.100 and tcp[tcpflags] & tcp-rst != 0");
        using Socket open = await lab.Client.Connect(ReferenceLab.VirtualAddress, 80);
        await open.SendAsync("GET / HTTP/1.1\r\nHost: lab\r\n"u8.ToArray());
        await using ConnectionProbe probe = lab.Client.StartProbe(ReferenceLab.VirtualAddress);
        await Task.Delay(Settled);

        int killed = balancer.DataplanePid;
        Signal.Kill.SendTo(killed);
        await open.SendAsync("Connection: close\r\n\r\n"u8.ToArray()); // while nobody forwards it
        await balancer.Successor("dataplane", killed);

        Assert.EndsWith("this is web01\n", (await ReadToEnd(open)).Replace("web02", "web01", StringComparison.Ordinal), StringComparison.Ordinal);
        await Task.Delay(Settled);
        ProbeReport report = await probe.Stop();
        output.WriteLine($"{report}");
        Assert.False(report.EndsInOutage, $"{report}");
        Assert.All(report.Faults.Keys, fault => Assert.Contains(fault, new[] { "no connection", "no answer" })); // time ran out; none was reset or refused
        Assert.Empty(await resets.Stop());
    }

    [Fact]
    public async Task Killed_dataplanes_successor_has_a_hundred_thousand_flows()
    {
        const int wanted = 100_000;
        await using ReferenceLab lab = await ReferenceLab.Start();
        await using Balancer balancer = await Balancer.Start(lab, OneService(lab));
        SynFlood flood = new(await lab.Master.Mac(), await lab.Client.Mac(), ReferenceLab.VirtualAddress, 80);
        BalancerStatus before = await balancer.Status();
        for (int burst = 0; burst < 20 && before.Flows!.Count < wanted; burst++) // some of each burst find no room at the port
        {
            await lab.Client.SendFrames(flood, wanted / 5);
            before = await balancer.Status();
        }

        await balancer.KillAndAwaitSuccessor("dataplane");

        BalancerStatus after = await Eventually.Observe(balancer.Status, status => status.Flows is not null, "the successor's flows");
        output.WriteLine($"{before.Flows!.Count} flows before, {after.Flows!.Count} after");
        Assert.True(before.Flows!.Count >= wanted, $"only {before.Flows.Count} flows were made");
        Assert.InRange(after.Flows!.Count, before.Flows.Count * 99 / 100, before.Flows.Count + (wanted / 5)); // the last burst goes on for a moment
        Assert.Equal(after.Flows.Count, after.Workers.Sum(worker => worker.Flows));
        Assert.StartsWith("this is web0", await lab.Client.Fetch(ReferenceLab.VirtualAddressText), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Service_packets_that_no_dataplane_takes_are_dropped_and_not_answered_by_the_kernel()
    {
        await using ReferenceLab lab = await ReferenceLab.Start();
        await using Balancer balancer = await Balancer.Start(lab, OneService(lab));
        await using Capture answers = await Capture.Start(lab.Client, "src host 192.168.182.100 and (tcp[tcpflags] & tcp-rst != 0 or icmp)");
        int dataplane = balancer.DataplanePid;

        // Frozen first, so that its successor can't come: a stopped process keeps its program and its sockets, a killed one doesn't.
        Signal.Stop.SendTo(balancer.RunPid);
        Signal.Kill.SendTo(dataplane);
        await Eventually.Happens(() => !ProcessTable.IsRunning(dataplane), "the end of the dataplane");
        CommandResult fetch = await lab.Client.TryFetch(ReferenceLab.VirtualAddressText, limit: 2);
        Signal.Continue.SendTo(balancer.RunPid);

        Assert.Equal(28, fetch.ExitCode); // curl: timed out, not refused
        Assert.Empty(await answers.Stop());
        await balancer.Successor("dataplane", dataplane);
        await Eventually.Observe(() => lab.Client.TryFetch(ReferenceLab.VirtualAddressText, limit: 2), result => result.ExitCode == 0, "an answer");
    }

    [Fact]
    public async Task Killed_vrrp_goes_on_as_master_before_the_backup_notices()
    {
        await using ReferenceLab lab = await ReferenceLab.Start();
        await using DirectorPair pair = await DirectorPair.Start(lab, PairService(lab.Master, 100), PairService(lab.Backup, 90));
        await using ConnectionProbe probe = lab.Client.StartProbe(ReferenceLab.VirtualAddress);
        await Task.Delay(Settled);

        await pair.Master.KillAndAwaitSuccessor("vrrp");

        // Longer than a backup waits for a master.
        await Task.Delay(TimeSpan.FromSeconds(4));
        AssertNoFailure(await probe.Stop());
        Assert.True(await lab.Master.HoldsAddress(ReferenceLab.VirtualAddress));
        Assert.DoesNotContain("-> MASTER", pair.Backup.Log, StringComparison.Ordinal);
        Assert.Equal("master", (await pair.Master.Vrrp()).Instances[0].State);
    }

    [Fact]
    public async Task Vrrp_that_dies_again_and_again_gives_its_addresses_up()
    {
        await using ReferenceLab lab = await ReferenceLab.Start();
        await using DirectorPair pair = await DirectorPair.Start(lab, PairService(lab.Master, 100), PairService(lab.Backup, 90));

        // The pauses before its next start grow; the fifth is longer than an advertisement interval.
        for (int death = 0; death < 5; death++)
            await pair.Master.KillAndAwaitSuccessor("vrrp");

        // By then it was started too late to go on as master: it is a backup without addresses, and takes them back as any backup of higher priority does.
        await Eventually.Happens(
            () => pair.Master.Log[pair.Master.Log.IndexOf("MASTER", StringComparison.Ordinal)..].Contains("-> BACKUP", StringComparison.Ordinal), "a start as backup");
        await lab.VirtualAddressMovesTo(lab.Master);
        Assert.StartsWith("this is web", await lab.Client.Fetch(ReferenceLab.VirtualAddressText), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Processes_of_a_killed_supervisor_give_the_address_away_and_end()
    {
        await using ReferenceLab lab = await ReferenceLab.Start();
        await using DirectorPair pair = await DirectorPair.Start(lab, PairService(lab.Master, 100), PairService(lab.Backup, 90));
        int[] processes = ProcessTable.TreeOf(pair.Master.RunPid);
        Assert.Equal(4, processes.Length);

        Signal.Kill.SendTo(pair.Master.RunPid);

        await Eventually.Happens(() => !processes.Any(ProcessTable.IsRunning), "the end of all processes");
        await lab.VirtualAddressMovesTo(lab.Backup);
        Assert.DoesNotContain("xdp", await lab.Master.Ip($"link show dev {lab.Master.Interface}"), StringComparison.Ordinal);
        Assert.DoesNotContain("fastlb", (await lab.Master.Run("nft", "list", "tables")).Expected(), StringComparison.Ordinal);
        Assert.DoesNotContain("managed", await lab.Master.Ip("neighbour show"), StringComparison.Ordinal);
        Assert.StartsWith("this is web", await lab.Client.Fetch(ReferenceLab.VirtualAddressText), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Director_whose_interface_is_taken_ends_with_the_reason_and_leaves_nothing()
    {
        await using ReferenceLab lab = await ReferenceLab.Start();
        await using Balancer first = await Balancer.Start(lab, OneService(lab));
        string directory = Path.Combine(lab.Master.Folder, "second");

        CommandResult second = await lab.Master.Run(Repository.FastLbCommand, "run", "-f", Repository.MasterConfiguration, "--runtime-dir", directory);

        Assert.Equal(1, second.ExitCode);
        Assert.Contains("attach XDP program to ens33: EBUSY: ", second.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(directory));
        Assert.StartsWith("this is web", await lab.Client.Fetch(ReferenceLab.VirtualAddressText), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Vrrp_alone_starts_no_dataplane()
    {
        await using ReferenceLab lab = await ReferenceLab.Start();
        string configuration = Path.Combine(lab.Master.Folder, "vrrp.conf");
        await File.WriteAllTextAsync(configuration, $$"""
            vrrp_instance VI_1 {
                interface {{lab.Master.Interface}}
                virtual_router_id 51
                priority 255
                virtual_ipaddress {
                    {{ReferenceLab.VirtualAddressText}}
                }
            }
            """);
        await using Balancer balancer = await Balancer.Start(lab, configuration);

        Assert.Equal(3, ProcessTable.TreeOf(balancer.RunPid).Length);
        Assert.False(File.Exists(Path.Combine(balancer.RuntimeDirectory, "dataplane.pid")));
        Assert.DoesNotContain("xdp", await lab.Master.Ip($"link show dev {lab.Master.Interface}"), StringComparison.Ordinal);
        Assert.DoesNotContain("fastlb", (await lab.Master.Run("nft", "list", "tables")).Expected(), StringComparison.Ordinal);
        Assert.Equal(0, (await balancer.Stop()).ExitCode);
        Assert.False(await lab.Master.HoldsAddress(ReferenceLab.VirtualAddress));
    }

    private static string OneService(ReferenceLab lab) => PairService(lab.Master, VirtualService.OwnerPriority);

    private static string PairService(LabHost director, int priority) => VirtualService.WriteConfiguration(
        director, priority, new VirtualService(80) { Servers = [(director.Lab.Web01, 1), (director.Lab.Web02, 1)] });

    private static async Task<string> ReadToEnd(Socket connection)
    {
        using CancellationTokenSource deadline = new(Eventually.Patience);
        var text = new StringBuilder();
        byte[] buffer = new byte[4096];
        while (await connection.ReceiveAsync(buffer, deadline.Token) is var length and > 0)
            text.Append(Encoding.ASCII.GetString(buffer, 0, length));
        return text.ToString();
    }

    private void AssertNoFailure(ProbeReport report)
    {
        output.WriteLine($"{report}");
        Assert.True(report.Failed == 0, $"{report}");
        Assert.True(report.Answered > 100, $"{report}");
    }
}
