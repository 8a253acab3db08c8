using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using FastLb.Configuration.Model;
using FastLb.Runtime.Scripts;
using FastLb.Vrrp;
using Microsoft.Extensions.Logging;

namespace FastLb.VrrpHost.Events;

/// <summary>
/// Runs the scripts that tell others of the states of instances and sync groups, as keepalived does: that of the state first, then the general one with four
/// more arguments; each a process of its own that nobody waits for. Any thread may use it.
/// </summary>
internal sealed class NotifyScripts(GlobalDefinitions global, ScriptIdentity identity, ILogger log)
{
    private const string InstanceWord = "INSTANCE", GroupWord = "GROUP";

    private volatile GlobalDefinitions _global = global;
    private readonly ConcurrentDictionary<Process, Task> _running = new();

    /// <summary>From now on these say who runs scripts that don't. Any thread.</summary>
    public void Use(GlobalDefinitions definitions) => _global = definitions;

    /// <summary>Reports the scripts that can't be run, before one is needed. They will be left out.</summary>
    public void Examine(IEnumerable<VrrpInstance> instances)
    {
        foreach (VrrpInstance instance in instances)
            Examine(instance.Notifications);
    }

    /// <summary>Reports the scripts of sync groups that can't be run, before one is needed. They will be left out.</summary>
    public void Examine(IEnumerable<VrrpSyncGroup> groups)
    {
        foreach (VrrpSyncGroup group in groups)
            Examine(group.Notifications);
    }

    /// <summary>Tells of an instance.</summary>
    public void RunInstance(VrrpInstance instance, VrrpEvent what, int priority) => Run(instance.Name, instance.Notifications, what, InstanceWord, priority);

    /// <summary>Tells of a sync group; the priority that is told is 0.</summary>
    public void RunGroup(VrrpSyncGroup group, VrrpEvent what) => Run(group.Name, group.Notifications, what, GroupWord, EventLines.GroupPriority);

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

    /// <summary>The script of an event; null when there is none, or none is meant for it.</summary>
    private static NotifyScript? Own(VrrpNotifications scripts, VrrpEvent what) => what switch
    {
        VrrpEvent.Master => scripts.Master,
        VrrpEvent.Backup => scripts.Backup,
        VrrpEvent.Fault => scripts.Fault,
        VrrpEvent.Stop => scripts.Stop,
        VrrpEvent.Deleted => scripts.Deleted,
        VrrpEvent.LowerPriorityHeard => scripts.MasterHearsLowerPriority,
        _ => null,
    };

    /// <summary>True for states; of what is heard and of priorities the general script isn't told, in keepalived 2.2.7.</summary>
    private static bool IsState(VrrpEvent what) => what <= VrrpEvent.DeletedAsFault;

    private void Examine(VrrpNotifications all)
    {
        NotifyScript?[] scripts = [all.Master, all.Backup, all.Fault, all.Stop, all.Deleted, all.Any, all.MasterHearsLowerPriority];
        foreach (NotifyScript script in scripts.OfType<NotifyScript>())
        {
            if (identity.FindFault(script, _global) is { } fault)
                log.LogError("{Place}: {Command} will not be run: {Fault}", script.Origin, script.Arguments[0], fault);
        }
    }

    private void Run(string name, VrrpNotifications scripts, VrrpEvent what, string kind, int priority)
    {
        if (Own(scripts, what) is { } own)
            Start(name, own, []);
        if (IsState(what) && scripts.Any is { } any)
            Start(name, any, [kind, name, VrrpEvents.Word(what), $"{priority}"]);
    }

    private void Start(string name, NotifyScript script, IEnumerable<string> more)
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
