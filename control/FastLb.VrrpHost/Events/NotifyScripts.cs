using FastLb.Configuration.Model;
using FastLb.Events;
using FastLb.Runtime.Scripts;
using Microsoft.Extensions.Logging;

namespace FastLb.VrrpHost.Events;

/// <summary>
/// Runs the scripts that tell others of the states of instances and sync groups, as keepalived does: that of the state first, then the general one with four
/// more arguments; each a process of its own that nobody waits for. Any thread may use it.
/// </summary>
internal sealed class NotifyScripts(GlobalDefinitions global, ScriptIdentity identity, ILogger log)
{
    private const string InstanceWord = "INSTANCE", GroupWord = "GROUP";

    private readonly ScriptRunner _runner = new(global, identity, log);

    /// <summary>From now on these say who runs scripts that don't. Any thread.</summary>
    public void Use(GlobalDefinitions definitions) => _runner.Use(definitions);

    /// <summary>Reports the scripts that can't be run, before one is needed. They will be left out.</summary>
    public void Examine(IEnumerable<VrrpInstance> instances) => _runner.Examine(instances.SelectMany(instance => All(instance.Notifications)));

    /// <summary>Reports the scripts of sync groups that can't be run, before one is needed. They will be left out.</summary>
    public void Examine(IEnumerable<VrrpSyncGroup> groups) => _runner.Examine(groups.SelectMany(group => All(group.Notifications)));

    /// <summary>Tells of an instance.</summary>
    public void RunInstance(VrrpInstance instance, VrrpEvent what, int priority) => Run(instance.Name, instance.Notifications, what, InstanceWord, priority);

    /// <summary>Tells of a sync group; the priority that is told is 0.</summary>
    public void RunGroup(VrrpSyncGroup group, VrrpEvent what) => Run(group.Name, group.Notifications, what, GroupWord, EventLines.GroupPriority);

    /// <summary>Waits for the scripts that still run, so long at the most; they are not ended.</summary>
    public Task WaitForEnd(TimeSpan patience) => _runner.WaitForEnd(patience);

    private static IEnumerable<NotifyScript?> All(VrrpNotifications all) =>
        [all.Master, all.Backup, all.Fault, all.Stop, all.Deleted, all.Any, all.MasterHearsLowerPriority];

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

    private void Run(string name, VrrpNotifications scripts, VrrpEvent what, string kind, int priority)
    {
        if (Own(scripts, what) is { } own)
            _runner.Start(name, own);
        if (IsState(what) && scripts.Any is { } any)
            _runner.Start(name, any, kind, name, VrrpEvents.Word(what), $"{priority}");
    }
}
