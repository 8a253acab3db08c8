using System.Diagnostics;
using FastLb.Configuration.Model;
using FastLb.Runtime.Scripts;
using FastLb.Runtime.Tests;
using Microsoft.Extensions.Logging;

namespace FastLb.Events.Tests;

/// <summary>Scripts that are waited for.</summary>
public sealed class BoundedScriptTests : IDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(60), Short = TimeSpan.FromMilliseconds(300);
    private static readonly GlobalDefinitions Root = new() { ScriptUser = new ScriptUser("root", null) };

    private readonly ScriptFolder _scripts = new();
    private readonly RecordingLog _log = new();

    [Fact]
    public async Task Script_has_ended_when_the_wait_is_over_and_its_user_and_parameters_are_heeded()
    {
        string path = _scripts.Add("slow", "begins", then: $"sleep 0.3\necho \"$(id -un) $*\" >> {_scripts.Path}/record");

        await Run(ScriptFolder.Script(path, new ScriptUser("nobody", null), "a", "b c"), Long);

        Assert.Equal(["begins", "nobody a b c"], await _scripts.Lines(2));
        Assert.DoesNotContain(_log.Lines, line => !line.StartsWith("Information", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Script_that_hangs_is_ended_with_what_it_has_started()
    {
        string path = _scripts.Add("hangs", "$$", then: $"trap '' TERM\nsleep 300 &\necho $! >> {_scripts.Path}/record\nwhile :; do sleep 1; done");
        long began = Stopwatch.GetTimestamp();

        await Run(ScriptFolder.Script(path), Short);

        Assert.True(Stopwatch.GetElapsedTime(began) < Long);
        Assert.True(_log.Has(LogLevel.Error, "the startup script: not done within"), string.Join('\n', _log.Lines));
        foreach (string pid in await _scripts.Lines(2))
            Assert.False(IsAlive(pid), pid);
    }

    [Fact]
    public async Task Script_is_ended_when_the_wait_is_given_up()
    {
        string path = _scripts.Add("hangs", "$$", then: "exec sleep 300");
        using var giveUp = new CancellationTokenSource();
        Task running = new BoundedScript(new ScriptIdentity(), TimeProvider.System, _log).Run("startup script", ScriptFolder.Script(path), Long, Root, giveUp.Token);
        string pid = (await _scripts.Lines(1))[0];

        await giveUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.False(IsAlive(pid));
    }

    [Theory]
    [InlineData("exit 3", "the startup script: ended with status 3")]
    [InlineData("kill -9 $$", "the startup script: ended with status 137")]
    public async Task Failure_is_told_of_and_nothing_else(string then, string told)
    {
        await Run(ScriptFolder.Script(_scripts.Add("fails", "ran", then: then)), Long);

        Assert.True(_log.Has(LogLevel.Error, told), string.Join('\n', _log.Lines));
    }

    [Fact]
    public async Task Script_that_cannot_be_run_is_told_of()
    {
        await Run(ScriptFolder.Script("/no/such/script"), Long);

        Assert.True(_log.Has(LogLevel.Error, "the startup script: /no/such/script is not run: there is no such executable file"), string.Join('\n', _log.Lines));
    }

    [Fact]
    public async Task Without_a_script_nothing_happens()
    {
        await Run(null, Long);

        Assert.Empty(_log.Lines);
    }

    public void Dispose() => _scripts.Dispose();

    private Task Run(NotifyScript? script, TimeSpan timeout) => new BoundedScript(new ScriptIdentity(), TimeProvider.System, _log)
        .Run("startup script", script, timeout, Root, TestContext.Current.CancellationToken);

    /// <summary>False for one that is only waited for by its parent.</summary>
    private static bool IsAlive(string pid)
    {
        string stat = $"/proc/{pid}/stat";
        return File.Exists(stat) && !File.ReadAllText(stat).Split(')')[^1].StartsWith(" Z", StringComparison.Ordinal);
    }
}
