using System.Diagnostics;
using FastLb.Configuration.Model;
using FastLb.Runtime.Scripts;

namespace FastLb.Events.Tests;

public sealed class ScriptIdentityTests : IDisposable
{
    private const UnixFileMode WorldWritable = (UnixFileMode)0b111_111_111;
    private const UnixFileMode GroupWritable = (UnixFileMode)0b111_111_101;
    private const UnixFileMode Safe = (UnixFileMode)0b111_101_101;

    private static readonly GlobalDefinitions Secure = new() { ScriptSecurity = true, ScriptUser = new ScriptUser("root", null) };

    private readonly ScriptFolder _scripts = new();
    private readonly ScriptIdentity _identity = new();

    [Fact]
    public void Own_user_comes_before_that_of_all_scripts()
    {
        var own = new ScriptUser("nobody", "nogroup");
        var all = new GlobalDefinitions { ScriptUser = new ScriptUser("daemon", null) };

        Assert.Equal(own, _identity.UserOf(ScriptFolder.Script("/bin/true", own), all));
        Assert.Equal(all.ScriptUser, _identity.UserOf(ScriptFolder.Script("/bin/true"), all));
    }

    [Fact]
    public void Without_any_user_it_is_the_usual_one_if_there_is_such()
    {
        bool exists = File.ReadLines("/etc/passwd").Any(line => line.StartsWith("keepalived_script:", StringComparison.Ordinal));

        ScriptUser user = _identity.UserOf(ScriptFolder.Script("/bin/true"), new GlobalDefinitions());

        Assert.Equal(new ScriptUser(exists ? "keepalived_script" : "root", null), user);
    }

    [Theory]
    [InlineData("nobody", null)]
    [InlineData("daemon", null)]
    [InlineData("nobody", "daemon")]
    public async Task Script_runs_as_its_user_with_its_group_and_no_other(string user, string? group)
    {
        string path = _scripts.Add("whoami", "$(id -u) $(id -g) $(id -G)");
        string uid = await Ask("id", "-u", user);
        string gid = group is null ? await Ask("id", "-g", user) : (await Ask("getent", "group", group)).Split(':')[2];
        await Run(ScriptFolder.Script(path, new ScriptUser(user, group)), new GlobalDefinitions());

        Assert.Equal([$"{uid} {gid} {gid}"], await _scripts.Lines(1));
        Assert.NotEqual("0", uid);
    }

    [Theory]
    [InlineData(false, "--clear-groups")] // recorded from keepalived 2.2.7: without the group that nobody had been put into
    [InlineData(true, "--init-groups")]
    public async Task Script_has_other_groups_of_its_user_only_where_that_is_asked_for(bool asks, string argument)
    {
        string path = _scripts.Add("whoami", "$(id -G)");
        var global = new GlobalDefinitions { ScriptUser = new ScriptUser("nobody", null), ScriptsHaveAllGroups = asks };

        Assert.Contains(argument, _identity.CommandOf(ScriptFolder.Script(path), global, []).ArgumentList);
        await Run(ScriptFolder.Script(path), global);

        Assert.Equal([asks ? await Ask("id", "-G", "nobody") : await Ask("id", "-g", "nobody")], await _scripts.Lines(1));
    }

    [Fact]
    public async Task Script_user_of_all_runs_those_that_name_none()
    {
        string path = _scripts.Add("whoami", "$(id -un): $*");

        await Run(ScriptFolder.Script(path, null, "one", "two words"), new GlobalDefinitions { ScriptUser = new ScriptUser("nobody", null) }, "INSTANCE");

        Assert.Equal(["nobody: one two words INSTANCE"], await _scripts.Lines(1));
    }

    [Fact]
    public async Task Group_of_root_can_be_another()
    {
        string path = _scripts.Add("whoami", "$(id -u) $(id -gn) $(id -Gn)");

        await Run(ScriptFolder.Script(path, new ScriptUser("root", "daemon")), new GlobalDefinitions());

        Assert.Equal(["0 daemon daemon"], await _scripts.Lines(1));
    }

    [Fact]
    public async Task Script_does_not_speak_for_the_service()
    {
        string path = _scripts.Add("environment", "<$NOTIFY_SOCKET><$WATCHDOG_USEC><$WATCHDOG_PID><$PATH>");
        ProcessStartInfo start = _identity.CommandOf(ScriptFolder.Script(path), new GlobalDefinitions { ScriptUser = new ScriptUser("root", null) }, []);
        Assert.DoesNotContain(start.Environment.Keys, name => name is "NOTIFY_SOCKET" or "WATCHDOG_USEC" or "WATCHDOG_PID");

        Environment.SetEnvironmentVariable("NOTIFY_SOCKET", "/run/fastlb/vrrp.notify");
        Environment.SetEnvironmentVariable("WATCHDOG_USEC", "30000000");
        Environment.SetEnvironmentVariable("WATCHDOG_PID", "1");
        try
        {
            await Run(ScriptFolder.Script(path), new GlobalDefinitions { ScriptUser = new ScriptUser("root", null) });
        }
        finally
        {
            foreach (string name in (string[])["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"])
                Environment.SetEnvironmentVariable(name, null);
        }

        Assert.Equal([$"<><><><{Environment.GetEnvironmentVariable("PATH")}>"], await _scripts.Lines(1));
    }

    [Fact]
    public void Program_without_a_folder_is_found_on_the_path()
    {
        Assert.Null(_identity.FindFault(ScriptFolder.Script("true"), new GlobalDefinitions()));
        Assert.NotNull(_identity.FindFault(ScriptFolder.Script("no-such-program-anywhere"), new GlobalDefinitions()));
    }

    [Fact]
    public void Folder_is_no_script() => Assert.NotNull(_identity.FindFault(ScriptFolder.Script(_scripts.Path), new GlobalDefinitions()));

    [Theory]
    [InlineData(WorldWritable)]
    [InlineData(GroupWritable)]
    public async Task Script_that_others_can_write_to_is_not_run_as_root_with_script_security(UnixFileMode mode)
    {
        string path = _scripts.Add("script", "x", mode);
        await Ask("chgrp", "nogroup", path);

        Assert.Contains(path, _identity.FindFault(ScriptFolder.Script(path), Secure), StringComparison.Ordinal);
        Assert.Null(_identity.FindFault(ScriptFolder.Script(path), Secure with { ScriptSecurity = false }));
        Assert.Null(_identity.FindFault(ScriptFolder.Script(path, new ScriptUser("nobody", null)), Secure));
    }

    [Theory]
    [InlineData(WorldWritable)]
    [InlineData(GroupWritable)]
    public async Task Folder_that_others_can_write_to_is_unsafe(UnixFileMode mode)
    {
        string path = _scripts.Add("script", "x");
        await Ask("chgrp", "nogroup", _scripts.Path);
        File.SetUnixFileMode(_scripts.Path, mode);

        string? fault = _identity.FindFault(ScriptFolder.Script(path), Secure);

        Assert.Contains($"write to {_scripts.Path} (enable_script_security)", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Group_of_root_may_write() // keepalived 2.2.7 runs such scripts
    {
        string path = _scripts.Add("script", "x", GroupWritable);
        File.SetUnixFileMode(_scripts.Path, GroupWritable);

        Assert.Null(_identity.FindFault(ScriptFolder.Script(path), Secure));
    }

    [Fact]
    public void Sticky_folder_is_safe()
    {
        string path = _scripts.Add("script", "x");
        File.SetUnixFileMode(_scripts.Path, WorldWritable | UnixFileMode.StickyBit); // and /tmp above it is sticky, too

        Assert.Null(_identity.FindFault(ScriptFolder.Script(path), Secure));
    }

    [Fact]
    public void Sticky_bit_of_the_script_itself_makes_it_no_safer()
    {
        string path = _scripts.Add("script", "x", WorldWritable | UnixFileMode.StickyBit);

        Assert.NotNull(_identity.FindFault(ScriptFolder.Script(path), Secure));
    }

    [Fact]
    public void Link_to_a_script_is_as_unsafe_as_the_folder_that_the_script_is_in()
    {
        string unsafeFolder = Directory.CreateDirectory($"{_scripts.Path}/unsafe").FullName;
        File.Move(_scripts.Add("script", "x"), $"{unsafeFolder}/script");
        File.SetUnixFileMode(unsafeFolder, WorldWritable);
        string link = $"{_scripts.Path}/link";
        File.CreateSymbolicLink(link, $"{unsafeFolder}/script");

        Assert.Contains(unsafeFolder, _identity.FindFault(ScriptFolder.Script(link), Secure) ?? "no fault", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Script_that_belongs_to_another_than_root_is_unsafe()
    {
        string path = _scripts.Add("script", "x");
        await Ask("chown", "nobody", path);

        Assert.Contains(path, _identity.FindFault(ScriptFolder.Script(path), Secure) ?? "no fault", StringComparison.Ordinal);
    }

    [Fact]
    public void Safe_script_is_run_as_root()
    {
        string path = _scripts.Add("script", "x", Safe);

        Assert.Null(_identity.FindFault(ScriptFolder.Script(path), Secure));
    }

    public void Dispose() => _scripts.Dispose();

    private static async Task<string> Ask(string command, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(command, arguments) { UseShellExecute = false, RedirectStandardOutput = true })!;
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
        return output.Trim();
    }

    private async Task Run(NotifyScript script, GlobalDefinitions global, params string[] more)
    {
        using Process process = Process.Start(_identity.CommandOf(script, global, more))!;
        process.StandardInput.Close();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
    }
}
