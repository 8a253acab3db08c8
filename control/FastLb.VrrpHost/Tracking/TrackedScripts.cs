using FastLb.Configuration.Model;
using FastLb.Runtime.Scripts;
using Microsoft.Extensions.Logging;

namespace FastLb.VrrpHost.Tracking;

/// <summary>The loops of all tracked scripts. One task at a time begins, changes and ends them; results come from any thread.</summary>
/// <param name="identity">As whom scripts are run.</param>
/// <param name="changed">Called when a script has become up or down.</param>
/// <param name="time">For intervals and timeouts.</param>
/// <param name="log">For what happens to scripts.</param>
internal sealed class TrackedScripts(ScriptIdentity identity, Action<TrackedScript, bool> changed, TimeProvider time, ILogger log) : IAsyncDisposable
{
    private readonly Dictionary<string, Loop> _loops = new(StringComparer.Ordinal);

    /// <summary>
    /// From now on these scripts are run. One whose definition is the same goes on as it was; one that runs another command or at other times keeps its health.
    /// </summary>
    public async Task Use(IReadOnlyList<TrackedScript> scripts, GlobalDefinitions global)
    {
        Dictionary<string, TrackedScript> wanted = scripts.ToDictionary(script => script.Name, StringComparer.Ordinal);
        foreach ((string name, Loop loop) in _loops.ToArray())
        {
            if (wanted.GetValueOrDefault(name) == loop.Script && SameRules(global, loop.Global))
                continue;
            await loop.End();
            if (!wanted.ContainsKey(name))
                _loops.Remove(name);
        }

        foreach (TrackedScript script in scripts)
        {
            if (!_loops.TryGetValue(script.Name, out Loop? loop))
                _loops[script.Name] = Start(script, global, new ScriptHealth(script));
            else if (loop.HasEnded)
                _loops[script.Name] = Start(script, global, loop.Health);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_loops.Values.Select(loop => loop.End()));
        _loops.Clear();
    }

    private static bool SameRules(GlobalDefinitions one, GlobalDefinitions other) =>
        one.ScriptUser == other.ScriptUser && one.ScriptSecurity == other.ScriptSecurity && one.ScriptsHaveAllGroups == other.ScriptsHaveAllGroups;

    private Loop Start(TrackedScript script, GlobalDefinitions global, ScriptHealth health)
    {
        health.Script = script;
        var ending = new CancellationTokenSource();
        var loop = new TrackedScriptLoop(script, global, identity, Take, time, log);
        return new Loop(script, global, health, ending, Task.Run(() => loop.Run(ending.Token), CancellationToken.None));

        void Take(bool succeeds)
        {
            if (!health.Take(succeeds))
                return;
            log.Log(succeeds ? LogLevel.Information : LogLevel.Warning, "the script {Script} {Result}", script.Name, succeeds ? "succeeds" : "fails");
            changed(script, succeeds);
        }
    }

    private sealed record Loop(TrackedScript Script, GlobalDefinitions Global, ScriptHealth Health, CancellationTokenSource Ending, Task Running)
    {
        public bool HasEnded => Running.IsCompleted;

        public async Task End()
        {
            await Ending.CancelAsync();
            await Running;
        }
    }
}
