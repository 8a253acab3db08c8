using FastLb.Lab.Tests.Captures;
using FastLb.Lab.Tests.Laboratory;
using FastLb.Lab.Tests.Product;
using FastLb.Probing;
using Xunit;

namespace FastLb.Lab.Tests;

/// <summary>
/// Two directors with the reference configurations: who holds the virtual address, and what clients notice when it moves. What it takes is
/// written to the test's output; the limits here only tell the ways of taking over apart.
/// </summary>
public sealed class FailoverTests(ITestOutputHelper output)
{
    /// <summary>Three advertisement intervals: who takes over sooner has been told that the master stops.</summary>
    private static readonly TimeSpan Unannounced = TimeSpan.FromSeconds(3);

    [Fact]
    public async Task Both_started_at_once_agree_on_the_one_of_higher_priority()
    {
        await using ReferenceLab lab = await ReferenceLab.Start();
        Task<Balancer> backup = Balancer.Start(lab.Backup, Repository.BackupConfiguration), master = Balancer.Start(lab.Master, Repository.MasterConfiguration);
        await using Balancer first = await master, second = await backup;

        await lab.VirtualAddressMovesTo(lab.Master);

        Assert.Equal("master", (await first.Vrrp()).Instances[0].State);
        await Eventually.Observe(async () => (await second.Vrrp()).Instances[0].State, state => state == "backup", "a backup");
        Assert.StartsWith("this is web", await lab.Client.Fetch(ReferenceLab.VirtualAddressText), StringComparison.Ordinal);
        Assert.True((await first.Status()).Service(80).Steered);
        Assert.False((await second.Status()).Service(80).Steered);
    }

    [Fact]
    public async Task Master_that_stops_in_order_is_followed_at_once_and_takes_over_again_when_it_returns()
    {
        await using ReferenceLab lab = await ReferenceLab.Start();
        await using DirectorPair pair = await DirectorPair.Start(lab);
        await using ConnectionProbe stopping = lab.Client.StartProbe(ReferenceLab.VirtualAddress);
        await Task.Delay(TimeSpan.FromSeconds(1));

        Assert.Equal(0, (await pair.Master.Stop()).ExitCode);
        await lab.VirtualAddressMovesTo(lab.Backup);
        await Task.Delay(TimeSpan.FromSeconds(1));

        ProbeReport stop = await stopping.Stop();
        output.WriteLine($"stop: {stop}");
        Assert.False(stop.EndsInOutage, $"{stop}");
        Assert.True(stop.LongestOutage.Duration < Unannounced, $"{stop}");

        await using ConnectionProbe returning = lab.Client.StartProbe(ReferenceLab.VirtualAddress);
        await using Balancer returned = await Balancer.Start(lab.Master, Repository.MasterConfiguration);
        await lab.VirtualAddressMovesTo(lab.Master);
        await Task.Delay(TimeSpan.FromSeconds(1));

        ProbeReport back = await returning.Stop();
        output.WriteLine($"return: {back}");
        Assert.False(back.EndsInOutage, $"{back}");
        Assert.True(back.LongestOutage.Duration < Unannounced, $"{back}");
    }

    [Fact]
    public async Task No_two_directors_forward_at_a_time_when_the_address_moves()
    {
        await using ReferenceLab lab = await ReferenceLab.Start();
        await using DirectorPair pair = await DirectorPair.Start(lab);
        await using Capture capture = await Capture.Start(lab.Web01, $"tcp dst port 80 and dst host {ReferenceLab.VirtualAddressText}");
        await using ConnectionProbe probe = lab.Client.StartProbe(ReferenceLab.VirtualAddress);
        await Task.Delay(TimeSpan.FromSeconds(1));

        await pair.Master.Stop();
        await lab.VirtualAddressMovesTo(lab.Backup);
        await Task.Delay(TimeSpan.FromSeconds(1));
        await using Balancer returned = await Balancer.Start(lab.Master, Repository.MasterConfiguration);
        await lab.VirtualAddressMovesTo(lab.Master);
        await Task.Delay(TimeSpan.FromSeconds(1));
        await probe.Stop();

        IReadOnlyList<CapturedFrame> frames = await capture.Stop();
        string[] turns = [.. frames.Select(frame => frame.SourceMac).Aggregate(new List<string>(), (turns, mac) => turns.LastOrDefault() == mac ? turns : [.. turns, mac])];
        output.WriteLine($"{frames.Count} packets; who forwarded them: {string.Join(", ", turns)}");
        Assert.Equal(3, turns.Length); // once each director, then the first again
        Assert.Equal(turns[0], turns[2]);
        Assert.Distinct(frames.Select(frame => frame.Identity));
    }

    [Fact]
    public async Task Master_that_loses_its_power_is_followed()
    {
        await using ReferenceLab lab = await ReferenceLab.Start();
        await using DirectorPair pair = await DirectorPair.Start(lab);
        await using ConnectionProbe probe = lab.Client.StartProbe(ReferenceLab.VirtualAddress);
        await Task.Delay(TimeSpan.FromSeconds(1));

        await pair.Master.PowerOff();
        await Eventually.Observe(() => lab.Backup.HoldsAddress(ReferenceLab.VirtualAddress), held => held, "the backup to take over");
        await Task.Delay(TimeSpan.FromSeconds(1));

        ProbeReport report = await probe.Stop();
        output.WriteLine($"{report}");
        Assert.False(report.EndsInOutage, $"{report}");
        await lab.Master.PowerOn();
        await using Balancer returned = await Balancer.Start(lab.Master, Repository.MasterConfiguration);
        await lab.VirtualAddressMovesTo(lab.Master);
        Assert.StartsWith("this is web", await lab.Client.Fetch(ReferenceLab.VirtualAddressText), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Master_whose_link_goes_down_gives_up_and_comes_back_with_its_link()
    {
        await using ReferenceLab lab = await ReferenceLab.Start();
        await using DirectorPair pair = await DirectorPair.Start(lab);

        await lab.Master.CutLink();
        await lab.VirtualAddressMovesTo(lab.Backup);
        Assert.Equal("fault", (await pair.Master.Vrrp()).Instances[0].State);
        Assert.StartsWith("this is web", await lab.Client.Fetch(ReferenceLab.VirtualAddressText), StringComparison.Ordinal);

        await lab.Master.RestoreLink();
        await lab.VirtualAddressMovesTo(lab.Master);
        await Eventually.Observe(() => lab.Client.TryFetch(ReferenceLab.VirtualAddressText, limit: 2), result => result.ExitCode == 0, "an answer");
        Assert.Contains("fault", await Events(pair.Master), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Link_that_flaps_leaves_one_master()
    {
        await using ReferenceLab lab = await ReferenceLab.Start();
        await using DirectorPair pair = await DirectorPair.Start(lab);

        for (int flap = 0; flap < 5; flap++)
        {
            await lab.Master.CutLink();
            await Task.Delay(TimeSpan.FromMilliseconds(100));
            await lab.Master.RestoreLink();
            await Task.Delay(TimeSpan.FromMilliseconds(100));
        }

        await lab.VirtualAddressMovesTo(lab.Master);
        await Eventually.Observe(() => lab.Client.TryFetch(ReferenceLab.VirtualAddressText, limit: 2), result => result.ExitCode == 0, "an answer");
    }

    [Fact]
    public async Task Keepalived_as_backup_follows_and_yields_to_fastlb()
    {
        await using ReferenceLab lab = await ReferenceLab.Start();
        await using KeepalivedPeer backup = await KeepalivedPeer.Start(lab.Backup, Repository.BackupConfiguration);
        await using (Balancer master = await Balancer.Start(lab.Master, Repository.MasterConfiguration))
        {
            await lab.VirtualAddressMovesTo(lab.Master);
            Assert.Equal(0, (await master.Stop()).ExitCode);
            await lab.VirtualAddressMovesTo(lab.Backup);
        }

        await using Balancer returned = await Balancer.Start(lab.Master, Repository.MasterConfiguration);
        await lab.VirtualAddressMovesTo(lab.Master);
        VrrpCounters counters = (await returned.Vrrp()).Instances[0].Counters;
        Assert.True(counters.Received > 0);
        Assert.All(counters.Discarded.Values, count => Assert.Equal(0, count));
    }

    [Fact]
    public async Task Fastlb_as_backup_follows_and_yields_to_keepalived()
    {
        await using ReferenceLab lab = await ReferenceLab.Start();
        await using Balancer backup = await Balancer.Start(lab.Backup, Repository.BackupConfiguration);
        await using KeepalivedPeer master = await KeepalivedPeer.Start(lab.Master, Repository.MasterConfiguration);
        await lab.VirtualAddressMovesTo(lab.Master);

        await master.PowerOff();

        await Eventually.Observe(() => lab.Backup.HoldsAddress(ReferenceLab.VirtualAddress), held => held, "the backup to take over");
        Assert.StartsWith("this is web", await lab.Client.Fetch(ReferenceLab.VirtualAddressText), StringComparison.Ordinal);
        await lab.Master.PowerOn();
        await using KeepalivedPeer returned = await KeepalivedPeer.Start(lab.Master, Repository.MasterConfiguration);
        await lab.VirtualAddressMovesTo(lab.Master);
    }

    [Fact]
    public async Task Notify_scripts_are_run_with_keepalived_s_arguments()
    {
        await using ReferenceLab lab = await ReferenceLab.Start();
        string told = Path.Combine(lab.Master.Folder, "told"), script = Path.Combine(lab.Master.Folder, "notify.sh");
        await File.WriteAllTextAsync(script, $"#!/bin/sh\necho \"$@\" >>{told}\n");
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        string configuration = Path.Combine(lab.Master.Folder, "notify.conf");
        await File.WriteAllTextAsync(configuration, $$"""
            global_defs {
                script_user root
            }
            vrrp_instance VI_1 {
                state MASTER
                interface {{lab.Master.Interface}}
                virtual_router_id 51
                priority 255
                virtual_ipaddress {
                    {{ReferenceLab.VirtualAddressText}}
                }
                notify_master "{{script}} 'it is' mine"
                notify_stop {{script}}
                notify {{script}}
            }
            """);
        await using (Balancer balancer = await Balancer.Start(lab, configuration))
        {
            await Eventually.Observe(() => Lines(told), lines => lines.Count >= 2, "two scripts to be run");
            Assert.Equal(0, (await balancer.Stop()).ExitCode);
        }

        Assert.Equal(
            ["", "INSTANCE VI_1 MASTER 255", "INSTANCE VI_1 STOP 255", "it is mine"],
            (await Lines(told)).Order(StringComparer.Ordinal));
    }

    private static async Task<IReadOnlyList<string>> Lines(string file) => File.Exists(file) ? await File.ReadAllLinesAsync(file) : [];

    private static async Task<string> Events(Balancer balancer) =>
        (await Balancer.RunCommand("events", "--runtime-dir", balancer.RuntimeDirectory)).Expected();
}
