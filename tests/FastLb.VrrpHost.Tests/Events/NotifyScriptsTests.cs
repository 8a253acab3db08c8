using FastLb.Configuration.Model;
using FastLb.Events.Tests;
using FastLb.Runtime.Scripts;
using FastLb.Runtime.Tests;
using FastLb.Vrrp;
using FastLb.VrrpHost.Events;
using Microsoft.Extensions.Logging;

namespace FastLb.VrrpHost.Tests.Events;

/// <summary>Scripts that are really run.</summary>
public sealed class NotifyScriptsTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ScriptFolder _scripts = new();
    private readonly RecordingLog _log = new();
    private readonly List<Router> _routers = [];

    [Theory]
    [InlineData("notify_master", nameof(VrrpRole.Master), "MASTER")]
    [InlineData("notify_backup", nameof(VrrpRole.Backup), "BACKUP")]
    [InlineData("notify_fault", nameof(VrrpRole.Fault), "FAULT")]
    [InlineData("notify_stop", nameof(VrrpRole.Stopped), "STOP")]
    public async Task Script_of_the_state_gets_its_own_parameters_and_the_general_one_four_more(string keyword, string role, string word)
    {
        string own = _scripts.Add("own", "own: $*");
        string any = _scripts.Add("any", "any: $*");
        Router router = RouterWith($"{keyword} \"{own} one 'two words'\"\n notify \"{any} first\"");

        await RunAll(scripts => Tell(scripts, router, Enum.Parse<VrrpRole>(role), 150));

        Assert.Equal(["any: first INSTANCE VI_1 " + word + " 150", "own: one two words"], (await _scripts.Lines(2)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Parameters_arrive_one_by_one()
    {
        string own = _scripts.Add("own", "$#:$1:$2:$3");
        Router router = RouterWith($"notify_master \"{own} 'a  b' '' $HOME\"");

        await RunAll(scripts => Tell(scripts, router, VrrpRole.Master, 100));

        Assert.Equal(["3:a  b::$HOME"], await _scripts.Lines(1)); // no shell expands them
    }

    [Fact]
    public async Task Script_of_the_state_is_started_before_the_general_one()
    {
        string own = _scripts.Add("own", "$$");
        string any = _scripts.Add("any", "$$");
        Router router = RouterWith($"notify_master {own}\n notify {any}");

        await RunAll(scripts => Tell(scripts, router, VrrpRole.Master, 100));

        string[] started = [.. _log.Lines.Where(line => line.Contains("runs as process", StringComparison.Ordinal))];
        Assert.Equal(2, started.Length);
        Assert.Contains(own, started[0], StringComparison.Ordinal);
        Assert.Contains(any, started[1], StringComparison.Ordinal);
        await _scripts.Lines(2);
    }

    [Fact]
    public async Task Scripts_of_other_states_are_not_run()
    {
        string backup = _scripts.Add("backup", "backup");
        string fault = _scripts.Add("fault", "fault");
        string stop = _scripts.Add("stop", "stop");
        Router router = RouterWith($"notify_backup {backup}\n notify_fault {fault}\n notify_stop {stop}");

        await RunAll(scripts => Tell(scripts, router, VrrpRole.Master, 100), scripts => Tell(scripts, router, VrrpRole.Init, 100));
        Assert.Empty(await _scripts.Lines(0));

        await RunAll(scripts => Tell(scripts, router, VrrpRole.Fault, 100));
        Assert.Equal(["fault"], await _scripts.Lines(1));
    }

    [Fact]
    public async Task Lower_priority_heard_as_master_has_a_script_of_its_own_and_the_general_one_is_not_told()
    {
        string own = _scripts.Add("own", "own: $*");
        string any = _scripts.Add("any", "any: $*");
        Router router = RouterWith($"notify_master_rx_lower_pri {own}\n notify {any}");

        await RunAll(scripts => scripts.RunInstance(router.Instance, VrrpEvent.LowerPriorityHeard, 99));

        await RunAll(scripts => Tell(scripts, router, VrrpRole.Backup, 99));
        Assert.Equal(["any: INSTANCE VI_1 BACKUP 99", "own: "], (await _scripts.Lines(2)).Order(StringComparer.Ordinal)); // as keepalived 2.2.7 does
    }

    [Theory]
    [InlineData("missing", (UnixFileMode)0)]
    [InlineData("plain", UnixFileMode.UserRead | UnixFileMode.UserWrite)]
    public async Task Script_that_cannot_be_run_is_told_of_with_its_place_and_the_others_run(string name, UnixFileMode mode)
    {
        string path = mode == UnixFileMode.None ? $"{_scripts.Path}/{name}" : _scripts.Add(name, "must not run", mode);
        string any = _scripts.Add("any", "any");
        Router router = RouterWith($"notify_master {path}\n notify {any}");

        await RunAll(scripts => scripts.Examine([router.Instance]), scripts => Tell(scripts, router, VrrpRole.Master, 100));

        Assert.True(_log.Has(LogLevel.Error, "test.conf:"), string.Join('\n', _log.Lines));
        Assert.True(_log.Has(LogLevel.Error, $"{path} will not be run: there is no such executable file"));
        Assert.True(_log.Has(LogLevel.Error, $"VI_1: {path} is not run"));
        Assert.Equal(["any"], await _scripts.Lines(1));
    }

    [Fact]
    public async Task File_that_the_kernel_cannot_execute_is_told_of()
    {
        string path = $"{_scripts.Path}/garbage";
        await File.WriteAllBytesAsync(path, [0x7f, (byte)'E', (byte)'L', (byte)'F', 0, 0], TestContext.Current.CancellationToken);
        File.SetUnixFileMode(path, (UnixFileMode)0b111_101_101);
        Router router = RouterWith($"notify_master {path}");

        await RunAll(scripts => Tell(scripts, router, VrrpRole.Master, 100));

        Assert.True(_log.Has(LogLevel.Error, $"VI_1: {path} can't be run"), string.Join('\n', _log.Lines));
    }

    [Fact]
    public async Task Failure_of_a_script_is_told_of()
    {
        string path = _scripts.Add("fails", "fails", then: "exit 5");
        Router router = RouterWith($"notify_master {path}");

        await RunAll(scripts => Tell(scripts, router, VrrpRole.Master, 100));

        Assert.True(_log.Has(LogLevel.Warning, "ended with status 5"), string.Join('\n', _log.Lines));
    }

    [Theory]
    [InlineData(true, "DELETED", "own")]
    [InlineData(false, "FAULT", "")] // recorded from keepalived 2.2.7: the script of faults does not run
    public async Task Instance_that_a_reload_removes_is_deleted_or_where_nobody_asks_for_that_in_fault(bool asks, string word, string runs)
    {
        string own = _scripts.Add("own", "own"), any = _scripts.Add("any", "any $*"), stop = _scripts.Add("stop", "stop"), fault = _scripts.Add("fault", "fault");
        Router router = RouterWith($"{(asks ? $"notify_deleted {own}" : string.Empty)}\n notify_fault {fault}\n notify {any}\n notify_stop {stop}");

        await RunAll(scripts => scripts.RunInstance(router.Instance, VrrpEvents.OfRemoval(router.Instance), 100));

        string[] expected = runs.Length > 0 ? [$"any INSTANCE VI_1 {word} 100", runs] : [$"any INSTANCE VI_1 {word} 100"];
        Assert.Equal(expected, (await _scripts.Lines(expected.Length)).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("notify_master", nameof(VrrpEvent.Master), "MASTER")]
    [InlineData("notify_backup", nameof(VrrpEvent.Backup), "BACKUP")]
    [InlineData("notify_fault", nameof(VrrpEvent.Fault), "FAULT")]
    [InlineData("notify_stop", nameof(VrrpEvent.Stop), "STOP")]
    public async Task Sync_group_has_scripts_too_and_the_priority_that_they_are_told_is_0(string keyword, string what, string word)
    {
        string own = _scripts.Add("own", "own: $*"), any = _scripts.Add("any", "any: $*");
        VrrpSyncGroup group = ConfigurationText.Read(
            $"vrrp_instance VI_1 {{\n interface near\n virtual_router_id 51\n virtual_ipaddress {{\n 192.0.2.100/32\n }}\n}}\n"
            + $"vrrp_sync_group G1 {{\n group {{\n VI_1\n }}\n {keyword} \"{own} one\"\n notify \"{any} x\"\n}}\n").SyncGroups[0];

        await RunAll(scripts => scripts.RunGroup(group, Enum.Parse<VrrpEvent>(what)));

        Assert.Equal([$"any: x GROUP G1 {word} 0", "own: one"], (await _scripts.Lines(2)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Script_of_a_group_that_cannot_be_run_is_told_of_with_its_place()
    {
        var group = new VrrpSyncGroup("G1", ["VI_1"]) { Notifications = new VrrpNotifications { Master = new NotifyScript(["/no/such"], null) } };

        await RunAll(scripts => scripts.Examine([group]), scripts => scripts.RunGroup(group, VrrpEvent.Master));

        Assert.True(_log.Has(LogLevel.Error, "/no/such will not be run"), string.Join('\n', _log.Lines));
        Assert.True(_log.Has(LogLevel.Error, "G1: /no/such is not run"));
    }

    [Fact]
    public async Task Scripts_that_still_run_are_not_waited_for_beyond_patience()
    {
        string path = _scripts.Add("slow", "$$", then: "exec sleep 60");
        Router router = RouterWith($"notify_stop {path}");
        var scripts = new NotifyScripts(new GlobalDefinitions { ScriptUser = new ScriptUser("root", null) }, new ScriptIdentity(), _log);
        Tell(scripts, router, VrrpRole.Stopped, 100);
        int pid = int.Parse((await _scripts.Lines(1))[0]);
        using var process = System.Diagnostics.Process.GetProcessById(pid);

        await scripts.WaitForEnd(TimeSpan.FromMilliseconds(100));

        Assert.False(process.HasExited);
        Assert.True(_log.Has(LogLevel.Warning, "1 notify scripts still run"));
        process.Kill();
    }

    public void Dispose()
    {
        foreach (Router router in _routers)
            router.Dispose();
        _scripts.Dispose();
    }

    private async Task RunAll(params Action<NotifyScripts>[] actions)
    {
        var scripts = new NotifyScripts(new GlobalDefinitions { ScriptUser = new ScriptUser("root", null) }, new ScriptIdentity(), _log);
        foreach (Action<NotifyScripts> action in actions)
            action(scripts);
        await scripts.WaitForEnd(Patience);
    }

    /// <summary>Tells of a role as the director does: of that before the start nobody is told.</summary>
    private static void Tell(NotifyScripts scripts, Router router, VrrpRole role, int priority)
    {
        if (VrrpEvents.Of(role) is { } what)
            scripts.RunInstance(router.Instance, what, priority);
    }

    /// <summary>A router without an interface, and so without a socket.</summary>
    private Router RouterWith(string lines)
    {
        DirectorConfiguration configuration = ConfigurationText.WithInstance(lines);
        var router = new Router(RouterDefinition.Of(configuration.VrrpInstances[0], configuration), default, TimeProvider.System, _ => { }, (_, _) => { });
        _routers.Add(router);
        return router;
    }
}
