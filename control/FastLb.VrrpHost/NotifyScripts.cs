using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using FastLb.Configuration.Model;
using FastLb.Vrrp;
using Microsoft.Extensions.Logging;

namespace FastLb.VrrpHost;

/// <summary>
/// Runs the scripts that tell others of a virtual router's state, as keepalived does: that of the state first, then the general one with four more arguments; each a
/// process of its own that nobody waits for. Any thread may use it.
/// </summary>
internal sealed class NotifyScripts(GlobalDefinitions global, ScriptIdentity identity, ILogger log)
{
    private volatile GlobalDefinitions _global = global;
    private readonly ConcurrentDictionary<Process, Task> _running = new();

    /// <summary>From now on these say who runs scripts that don't. Any thread.</summary>
    public void Use(GlobalDefinitions definitions) => _global = definitions;

    /// <summary>Reports the scripts that can't be run, before one is needed. They will be left out.</summary>
    public void Examine(IEnumerable<VrrpInstance> instances)
    {
        foreach (VrrpInstance instance in instances)
        {
            VrrpNotifications all = instance.Notifications;
            foreach (NotifyScript script in new[] { all.Master, all.Backup, all.Fault, all.Stop, all.Deleted, all.Any, all.MasterHearsLowerPriority }.OfType<NotifyScript>())
            {
                if (identity.FindFault(script, _global) is { } fault)
                    log.LogError("{Place}: {Command} will not be run: {Fault}", script.Origin, script.Arguments[0], fault);
            }
        }
    }

    /// <summary>Tells of a new state.</summary>
    public void Run(Router router, VrrpRole role, byte priority)
    {
        VrrpNotifications scripts = router.Instance.Notifications;
        (NotifyScript? own, string? word) = role switch
        {
            VrrpRole.Master => (scripts.Master, "MASTER"),
            VrrpRole.Backup => (scripts.Backup, "BACKUP"),
            VrrpRole.Fault => (scripts.Fault, "FAULT"),
            VrrpRole.Stopped when router.IsRemoved => scripts.Deleted is null ? (scripts.Fault, "FAULT") : (scripts.Deleted, "DELETED"), // as keepalived
            VrrpRole.Stopped => (scripts.Stop, "STOP"),
            _ => ((NotifyScript?)null, (string?)null),
        };
        if (own is not null)
            Start(router, own, []);
        if (scripts.Any is { } any && word is not null)
            Start(router, any, ["INSTANCE", router.Instance.Name, word, $"{priority}"]);
    }

    /// <summary>Tells that a master has heard a lower priority.</summary>
    public void RunLowerPriorityHeard(Router router, byte priority)
    {
        if (router.Instance.Notifications.MasterHearsLowerPriority is { } own)
            Start(router, own, []);
        if (router.Instance.Notifications.Any is { } any)
            Start(router, any, ["INSTANCE", router.Instance.Name, "MASTER_RX_LOWER_PRI", $"{priority}"]);
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

    private void Start(Router router, NotifyScript script, IEnumerable<string> more)
    {
        if (identity.FindFault(script, _global) is { } fault)
        {
            log.LogError("{Instance}: {Command} is not run: {Fault}", router.Instance.Name, script.Arguments[0], fault);
            return;
        }

        ProcessStartInfo start = identity.CommandOf(script, _global, more);
        try
        {
            Process process = Process.Start(start) ?? throw new Win32Exception($"can't start {script.Arguments[0]}");
            log.LogDebug("{Instance}: {Command} runs as process {Pid}", router.Instance.Name, script.Arguments[0], process.Id);
            _running[process] = Watch(process, script);
        }
        catch (Win32Exception refusal)
        {
            log.LogError("{Instance}: {Command} can't be run: {Fault}", router.Instance.Name, script.Arguments[0], refusal.Message);
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
