using System.Diagnostics;
using FastLb.Configuration.Model;
using FastLb.Runtime.Scripts;
using FastLb.Runtime.Tests;

namespace FastLb.Events.Tests;

/// <summary>Scripts that nobody waits for.</summary>
public sealed class ScriptRunnerTests : IDisposable
{
    private readonly ScriptFolder _scripts = new();
    private readonly RecordingLog _log = new();

    [Fact]
    public async Task Script_that_hangs_delays_no_other()
    {
        string hangs = _scripts.Add("hangs", "hangs $$", then: "exec sleep 300"), quick = _scripts.Add("quick", "quick $*");
        var runner = new ScriptRunner(new GlobalDefinitions { ScriptUser = new ScriptUser("root", null) }, new ScriptIdentity(), _log);

        runner.Start("first", ScriptFolder.Script(hangs));
        runner.Start("second", ScriptFolder.Script(quick, null, "own"), "more", "a b");

        string[] lines = await _scripts.Lines(2);
        Assert.Contains("quick own more a b", lines);
        using var process = Process.GetProcessById(int.Parse(lines.Single(line => line.StartsWith("hangs", StringComparison.Ordinal)).Split(' ')[1]));
        await runner.WaitForEnd(TimeSpan.FromMilliseconds(50));
        Assert.False(process.HasExited);
        process.Kill();
    }

    [Fact]
    public async Task Scripts_are_started_in_the_order_asked_for()
    {
        var runner = new ScriptRunner(new GlobalDefinitions { ScriptUser = new ScriptUser("root", null) }, new ScriptIdentity(), _log);
        string[] paths = [.. Enumerable.Range(0, 5).Select(number => _scripts.Add($"script{number}", $"{number}"))];
        foreach (string path in paths)
            runner.Start("all", ScriptFolder.Script(path));
        await runner.WaitForEnd(TimeSpan.FromSeconds(30));

        Assert.Equal(paths, _log.Lines.Where(line => line.Contains("runs as process", StringComparison.Ordinal)).Select(line => line.Split(' ')[2]));
        Assert.Equal(5, (await _scripts.Lines(5)).Length);
    }

    public void Dispose() => _scripts.Dispose();
}
