using System.Collections.Concurrent;
using System.Diagnostics;
using FastLb.Configuration.Model;
using FastLb.Events.Tests;
using FastLb.Runtime.Scripts;
using FastLb.Runtime.Tests;
using FastLb.VrrpHost.Tracking;
using Microsoft.Extensions.Logging;

namespace FastLb.VrrpHost.Tests.Tracking;

/// <summary>Real scripts, files and processes.</summary>
public sealed class TrackedObjectsTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ScriptFolder _scripts = new();
    private readonly RecordingLog _log = new();
    private readonly List<(string Instance, InstanceTracking Tracking)> _told = [];
    private readonly ConcurrentQueue<TrackedStatus> _news = new();

    private string FilePath => $"{_scripts.Path}/value";

    [Fact]
    public async Task Script_without_weight_is_waited_for_and_then_followed()
    {
        string script = Answering("0");
        await using TrackedObjects tracked = Track($"vrrp_script s {{\n script {script}\n interval 0.05\n fall 2\n}}\n", "track_script {\n s\n }");
        Assert.Equal(InstanceTracking.Nothing, tracked.Of("VI_1"));

        await tracked.Start();
        await Until(tracked, tracking => tracking is { IsAwaited: false, IsFaulty: false, Trackers.Count: 1 });
        await Answer("3");
        await Until(tracked, tracking => tracking.IsFaulty);
        await Answer("0");
        await Until(tracked, tracking => !tracking.IsFaulty);

        Assert.True(_log.Has(LogLevel.Warning, "the script s: ended with status 3"), string.Join('\n', _log.Lines));
        Assert.Equal(new TrackedStatus(TrackerKind.Script, "s", TrackedState.Up), Assert.Single(tracked.Statuses));
        Assert.Equal([TrackedState.Down, TrackedState.Up], _news.Select(news => news.State)); // that it is up at first is nothing new
    }

    [Fact]
    public async Task Instance_is_told_of_each_change_in_its_order()
    {
        string script = Answering("1");
        await using TrackedObjects tracked = Track($"vrrp_script s {{\n script {script}\n interval 0.05\n weight -10\n}}\n", "track_script {\n s\n }");

        await tracked.Start();
        await Until(tracked, tracking => tracking.PriorityChange == -10);
        await Answer("0");
        await Until(tracked, tracking => tracking.PriorityChange == 0);

        lock (_told)
            Assert.Equal([("VI_1", -10), ("VI_1", 0)], _told.Select(told => (told.Instance, told.Tracking.PriorityChange)).TakeLast(2));
    }

    [Fact]
    public async Task Script_that_takes_too_long_fails_and_ends_with_all_that_it_has_started()
    {
        string script = _scripts.Add("slow", "$$", then: "trap '' TERM\nsleep 300 &\necho $! >> " + FilePath + "\nwait\nsleep 300");
        await using TrackedObjects tracked = Track($"vrrp_script s {{\n script {script}\n interval 60\n timeout 1\n}}\n", "track_script {\n s\n }");

        await tracked.Start();
        await Until(tracked, tracking => tracking.IsFaulty);

        Assert.True(_log.Has(LogLevel.Warning, "the script s: not done within 1 s"), string.Join('\n', _log.Lines));
        int child = int.Parse((await File.ReadAllTextAsync(FilePath, TestContext.Current.CancellationToken)).Trim());
        await Until(() => !Directory.Exists($"/proc/{child}") || File.ReadAllText($"/proc/{child}/stat").Contains(") Z", StringComparison.Ordinal));
    }

    [Fact]
    public async Task End_takes_running_scripts_along()
    {
        string script = _scripts.Add("slow", "$$", then: "exec sleep 300");
        TrackedObjects tracked = Track($"vrrp_script s {{\n script {script}\n interval 600\n}}\n", "track_script {\n s\n }");
        await tracked.Start();
        int pid = int.Parse((await _scripts.Lines(1))[0]);

        await tracked.DisposeAsync();

        await Until(() => !Directory.Exists($"/proc/{pid}"));
        Assert.DoesNotContain(_told, told => told.Tracking.IsFaulty);
    }

    [Theory]
    [InlineData((UnixFileMode)0b111_101_111, "", "others than root can write to")]
    [InlineData((UnixFileMode)0b110_100_100, "", "there is no such executable file")]
    [InlineData((UnixFileMode)0b111_101_101, ".gone", "there is no such executable file")] // keepalived 2.2.7: such instances became master
    public async Task Script_that_cannot_be_run_is_tracked_by_nobody_and_told_of(UnixFileMode mode, string ending, string reason)
    {
        string script = Answering("1");
        File.SetUnixFileMode(script, mode);
        await using TrackedObjects tracked = Track(
            $"vrrp_script s {{\n script {script}{ending}\n interval 0.05\n}}\n", "track_script {\n s\n }", "enable_script_security");

        await tracked.Start();

        Assert.Equal(InstanceTracking.Nothing, tracked.Of("VI_1"));
        Assert.True(_log.Has(LogLevel.Error, "the script s is not tracked"), string.Join('\n', _log.Lines));
        Assert.True(_log.Has(LogLevel.Error, reason));
    }

    [Fact]
    public async Task Script_that_goes_while_it_is_tracked_fails_and_is_told_of_once()
    {
        string script = Answering("0");
        await using TrackedObjects tracked = Track($"vrrp_script s {{\n script {script}\n interval 0.05\n}}\n", "track_script {\n s\n }");
        await tracked.Start();
        await Until(tracked, tracking => tracking is { IsAwaited: false, IsFaulty: false });

        File.Delete(script);
        await Until(tracked, tracking => tracking.IsFaulty);
        await Until(tracked, _ => _log.Has(LogLevel.Warning, $"the script s: {script} "));

        int told = _log.Lines.Count(line => line.Contains("the script s: ", StringComparison.Ordinal));
        Assert.InRange(told, 1, 2); // it may have been seen going
    }

    [Fact]
    public async Task Script_runs_as_its_user_in_a_group_of_its_own_and_prints_to_nobody()
    {
        string script = _scripts.Add("whoami", "$(id -un) $(test $(ps -o pgid= -p $$) = $$ && echo leads) $(readlink /proc/$$/fd/1)");
        await using TrackedObjects tracked = Track($"vrrp_script s {{\n script {script}\n interval 60\n user nobody\n}}\n", "track_script {\n s\n }");

        await tracked.Start();

        Assert.Equal(["nobody leads /dev/null"], await _scripts.Lines(1));
    }

    [Fact]
    public async Task File_is_followed_when_it_is_written_replaced_and_removed()
    {
        await using TrackedObjects tracked = Track($"track_file f {{\n file {FilePath}\n weight 2\n}}\n", "track_file {\n f\n }");
        await tracked.Start();
        Assert.Equal(0, tracked.Of("VI_1").PriorityChange);

        await Write(FilePath, "9");
        await Until(tracked, tracking => tracking.PriorityChange == 18);
        await Write(FilePath + ".new", "-4");
        File.Move(FilePath + ".new", FilePath, overwrite: true);
        await Until(tracked, tracking => tracking.PriorityChange == -8);
        await Write(FilePath, "-127");
        await Until(tracked, tracking => tracking is { IsFaulty: true, PriorityChange: 0 });
        Assert.Equal("the tracked file f says -127", tracked.Of("VI_1").Fault);
        File.Delete(FilePath);
        await Until(tracked, tracking => tracking is { IsFaulty: false, PriorityChange: 0 });
    }

    [Fact]
    public async Task File_behind_a_link_is_followed_as_the_link_is()
    {
        string target = $"{Directory.CreateDirectory($"{_scripts.Path}/elsewhere").FullName}/value";
        await Write(target, "1");
        File.CreateSymbolicLink(FilePath, target);
        await using TrackedObjects tracked = Track($"track_file f {{\n file {FilePath}\n}}\n", "track_file {\n f\n }");
        await tracked.Start();
        Assert.Equal(1, tracked.Of("VI_1").PriorityChange);

        await Write(target, "2");
        await Until(tracked, tracking => tracking.PriorityChange == 2);
        File.Delete(FilePath);
        await Until(tracked, tracking => tracking.PriorityChange == 0);
    }

    [Fact]
    public async Task Number_that_is_too_large_changes_nothing()
    {
        await Write(FilePath, "5");
        await using TrackedObjects tracked = Track($"track_file f {{\n file {FilePath}\n}}\n", "track_file {\n f\n }");
        await tracked.Start();
        Assert.Equal(5, tracked.Of("VI_1").PriorityChange);

        await Write(FilePath, "99999999999");
        await Until(() => _log.Has(LogLevel.Warning, "more than 32 bits; it counts as 5"));

        Assert.Equal(5, tracked.Of("VI_1").PriorityChange);
    }

    [Fact]
    public async Task File_in_a_folder_that_comes_later_is_found()
    {
        string folder = $"{_scripts.Path}/later";
        await using TrackedObjects tracked = Track($"track_file f {{\n file {folder}/value\n}}\n", "track_file {\n f\n }");
        await tracked.Start();
        Assert.True(_log.Has(LogLevel.Error, $"the folder {folder}"));

        Directory.CreateDirectory(folder);
        await Write($"{folder}/value", "6");

        await Until(tracked, tracking => tracking.PriorityChange == 6);
    }

    [Theory]
    [InlineData("init_file 7", null, "7\n")]
    [InlineData("init_file 7", "3", "3")]
    [InlineData("init_file 7 overwrite", "3", "7\n")]
    [InlineData("", null, null)]
    public async Task First_value_is_written_where_it_is_wanted(string line, string? before, string? after)
    {
        if (before is not null)
            await Write(FilePath, before);
        await using TrackedObjects tracked = Track($"track_file f {{\n file {FilePath}\n {line}\n}}\n", "track_file {\n f\n }");

        await tracked.Start();

        Assert.Equal(after, File.Exists(FilePath) ? await File.ReadAllTextAsync(FilePath, TestContext.Current.CancellationToken) : null);
        Assert.Equal(after is null ? 0 : after[0] - '0', tracked.Of("VI_1").PriorityChange);
    }

    [Fact]
    public async Task Process_is_up_while_enough_of_it_run()
    {
        string program = $"{_scripts.Path}/fastlbtracked";
        File.Copy("/bin/sleep", program);
        await using TrackedObjects tracked = Track($"vrrp_track_process p {{\n process {program} 300\n weight 7\n}}\n", "track_process {\n p\n }");
        await tracked.Start();
        Assert.Equal(0, tracked.Of("VI_1").PriorityChange);

        using Process process = Process.Start(program, "300")!;
        await Until(tracked, tracking => tracking.PriorityChange == 7);
        process.Kill();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        await Until(tracked, tracking => tracking.PriorityChange == 0);
    }

    [Fact]
    public async Task Interfaces_and_sessions_count_as_they_are_reported()
    {
        await using TrackedObjects tracked = Track("bfd_instance b {\n neighbor_ip 192.0.2.9\n}\n", "track_interface {\n eth9\n }\n track_bfd {\n b weight 4\n }");
        tracked.ReportInterface("eth9", true);
        await tracked.Start();
        Assert.Equal((0, false), (tracked.Of("VI_1").PriorityChange, tracked.Of("VI_1").IsFaulty));

        tracked.ReportBfd("b", true);
        Assert.Equal(4, tracked.Of("VI_1").PriorityChange);
        tracked.ReportInterface("eth9", false);
        Assert.True(tracked.Of("VI_1").IsFaulty);
        tracked.ReportInterface("other", false);

        lock (_told)
            Assert.Equal([(4, false), (4, true)], _told.Select(told => (told.Tracking.PriorityChange, told.Tracking.IsFaulty)));
    }

    [Fact]
    public void Interfaces_of_instances_and_groups_are_to_be_reported()
    {
        DirectorConfiguration configuration = Configuration(
            "vrrp_sync_group G {\n group {\n VI_1\n }\n track_interface {\n eth7\n eth9\n }\n}\n", "track_interface {\n eth8\n eth9\n }");

        Assert.Equal(["eth7", "eth8", "eth9"], TrackedObjects.InterfacesOf(configuration).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Reload_keeps_what_is_known_and_tells_what_is_different()
    {
        string script = Answering("1");
        string Definitions(int weight) => $"vrrp_script s {{\n script {script}\n interval 600\n weight {weight}\n}}\ntrack_file f {{\n file {FilePath}\n}}\n";
        await using TrackedObjects tracked = Track(Definitions(-10), "track_script {\n s\n }");
        tracked.ReportInterface("eth9", true);
        await tracked.Start();
        await Until(tracked, tracking => tracking.PriorityChange == -10);
        await Write(FilePath, "3");

        await tracked.Reload(Configuration(Definitions(-20), "track_script {\n s\n }\n track_file {\n f\n }\n track_interface {\n eth9\n }"));

        Assert.Equal(-17, tracked.Of("VI_1").PriorityChange);
        Assert.False(tracked.Of("VI_1").IsFaulty);
        lock (_told)
            Assert.Equal(-17, _told[^1].Tracking.PriorityChange);
        await tracked.Reload(Configuration(Definitions(-20), ""));
        Assert.Equal(InstanceTracking.Nothing, tracked.Of("VI_1"));
        Assert.DoesNotContain(tracked.Statuses, status => status.Kind != TrackerKind.Interface);
    }

    public void Dispose() => _scripts.Dispose();

    private static DirectorConfiguration Configuration(string definitions, string lines, string global = "") => ConfigurationText.Read(
        $"global_defs {{\n script_user root\n {global}\n}}\n{definitions}"
        + $"vrrp_instance VI_1 {{\n interface near\n virtual_router_id 51\n virtual_ipaddress {{\n 192.0.2.100/32\n }}\n {lines}\n}}\n");

    private TrackedObjects Track(string definitions, string lines, string global = "") =>
        new(Configuration(definitions, lines, global), new ScriptIdentity(), Tell, _news.Enqueue, TimeProvider.System, _log);

    private void Tell(string instance, InstanceTracking tracking)
    {
        lock (_told)
            _told.Add((instance, tracking));
    }

    /// <summary>A script that ends with the status in a file.</summary>
    private string Answering(string status)
    {
        File.WriteAllText($"{_scripts.Path}/status", status);
        string path = $"{_scripts.Path}/answer";
        File.WriteAllText(path, $"#!/bin/sh\nexit $(cat {_scripts.Path}/status)\n");
        File.SetUnixFileMode(path, (UnixFileMode)0b111_101_101);
        return path;
    }

    private async Task Answer(string status)
    {
        await Write($"{_scripts.Path}/status.new", status);
        File.Move($"{_scripts.Path}/status.new", $"{_scripts.Path}/status", overwrite: true);
    }

    private static Task Write(string path, string text) => File.WriteAllTextAsync(path, text, TestContext.Current.CancellationToken);

    private async Task Until(TrackedObjects tracked, Predicate<InstanceTracking> reached) => await Until(() => reached(tracked.Of("VI_1")));

    private async Task Until(Func<bool> reached)
    {
        long began = Stopwatch.GetTimestamp();
        while (!reached())
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < Patience, string.Join('\n', _log.Lines));
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }
}
