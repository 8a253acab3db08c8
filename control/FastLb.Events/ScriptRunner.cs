using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using FastLb.Configuration.Model;
using FastLb.Runtime.Scripts;
using Microsoft.Extensions.Logging;

namespace FastLb.Events;

/// <summary>
/// Runs scripts that tell others of something: each a process of its own that nobody waits for, so that one which hangs delays neither another nor what it tells of.
/// They are started in the order asked for. Any thread may use it.
/// </summary>
public sealed class ScriptRunner(GlobalDefinitions global, ScriptIdentity identity, ILogger log)
{
    private volatile GlobalDefinitions _global = global;
    private readonly ConcurrentDictionary<Process, Task> _running = new();

    /// <summary>From now on these say who runs scripts that don't.</summary>
    public void Use(GlobalDefinitions definitions) => _global = definitions;

    /// <summary>Reports the scripts that can't be run, before one is needed. They will be left out.</summary>
    public void Examine(IEnumerable<NotifyScript?> scripts)
    {
        foreach (NotifyScript script in scripts.OfType<NotifyScript>())
        {
            if (identity.FindFault(script, _global) is { } fault)
                log.LogError("{Place}: {Command} will not be run: {Fault}", script.Origin, script.Arguments[0], fault);
        }
    }

    /// <summary>Starts a script; one that can't be run is told of.</summary>
    /// <param name="name">Whom it tells of, for the log.</param>
    /// <param name="script">Which one.</param>
    /// <param name="more">Arguments after its own.</param>
    public void Start(string name, NotifyScript script, params IEnumerable<string> more)
    {
        if (identity.FindFault(script, _global) is { } fault)
        {
            log.LogError("{Name}: {Command} is not run: {Fault}", name, script.Arguments[0], fault);
            return;
        }

        ProcessStartInfo start = identity.CommandOf(script, _global, more);
        try
        {
            Process process = Process.Start(start) ?? throw new Win32Exception($"can't start {script.Arguments[0]}");
            log.LogDebug("{Name}: {Command} runs as process {Pid}", name, script.Arguments[0], process.Id);
            _running[process] = Watch(process, script);
        }
        catch (Win32Exception refusal)
        {
            log.LogError("{Name}: {Command} can't be run: {Fault}", name, script.Arguments[0], refusal.Message);
        }
    }

    /// <summary>Waits for the scripts that still run, so long at the most; they are not ended.</summary>
    public async Task WaitForEnd(TimeSpan patience)
    {
        try
        {
            await Task.WhenAll(_running.Values).WaitAsync(patience, TimeProvider.System);
        }
        catch (TimeoutException)
        {
            log.LogWarning("{Count} notify scripts still run", _running.Count);
        }
    }

    private async Task Watch(Process process, NotifyScript script)
    {
        await Task.Yield(); // so that it is among those that run before it ends
        using (process)
        {
            process.StandardInput.Close();
            await process.WaitForExitAsync(CancellationToken.None);
            if (process.ExitCode != 0)
                log.LogWarning("{Command} (process {Pid}) ended with status {Status}", script.Arguments[0], process.Id, process.ExitCode);
            _running.TryRemove(process, out _);
        }
    }
}
