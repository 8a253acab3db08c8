using FastLb.Configuration.Model;
using FastLb.Events;
using FastLb.Runtime.Scripts;
using FastLb.Vrrp;
using Microsoft.Extensions.Logging;

namespace FastLb.VrrpHost.Events;

/// <summary>
/// Tells others of instances and sync groups: by scripts, event pipes and mail, in this order, as keepalived does. Nothing waits for a script, a reader or a
/// server: what is told of one instance arrives in its order. One task at a time uses it.
/// </summary>
internal sealed class StateAnnouncements : IAsyncDisposable
{
    private static readonly TimeSpan StopScriptPatience = TimeSpan.FromSeconds(1); // keepalived's

    private readonly NotifyScripts _scripts;
    private readonly EventFifos _pipes;
    private readonly StateMail _mail;
    private DirectorConfiguration _configuration;

    /// <summary>Knows whom to tell; <see cref="Start"/> opens the pipes.</summary>
    /// <param name="configuration">Who is told of what.</param>
    /// <param name="identity">As whom scripts and readers are run.</param>
    /// <param name="time">For dates and patience.</param>
    /// <param name="log">For what can't be told.</param>
    public StateAnnouncements(DirectorConfiguration configuration, ScriptIdentity identity, TimeProvider time, ILogger log)
    {
        _configuration = configuration;
        _scripts = new NotifyScripts(configuration.Global, identity, log);
        _pipes = new EventFifos(pipes => pipes.Vrrp, identity, time, log);
        _mail = new StateMail(time, log);
    }

    /// <summary>Opens the event pipes and starts their readers, and reports the scripts that can't be run.</summary>
    public Task Start() => Use(_configuration);

    /// <summary>Goes on by another configuration; pipes that are the same as before stay open, with their readers.</summary>
    public Task Reload(DirectorConfiguration configuration) => Use(configuration);

    /// <summary>Tells that an instance has taken on a role; of the role before the start nobody is told.</summary>
    /// <param name="instance">Which one.</param>
    /// <param name="to">Its role; <see cref="VrrpRole.Stopped"/> when the director stops, see also <see cref="Deleted(VrrpInstance, int)"/>.</param>
    /// <param name="priority">What it advertises with its trackers.</param>
    public void InstanceChanged(VrrpInstance instance, VrrpRole to, int priority)
    {
        if (VrrpEvents.Of(to) is { } what)
            TellInstance(instance, what, priority);
    }

    /// <summary>Tells that an instance has gone with a reload.</summary>
    public void Deleted(VrrpInstance instance, int priority) => TellInstance(instance, VrrpEvents.OfRemoval(instance), priority);

    /// <summary>
    /// Tells that a sync group has taken on a role: after its instances have, but at the start before them, as in keepalived; see also
    /// <see cref="Deleted(VrrpSyncGroup)"/>.
    /// </summary>
    public void GroupChanged(VrrpSyncGroup group, VrrpRole to)
    {
        if (VrrpEvents.Of(to) is { } what)
            TellGroup(group, what);
    }

    /// <summary>
    /// Tells that a sync group has gone with a reload, if it has a script for that; else nobody is told, as by keepalived 2.2.7, whose groups know no such
    /// script.
    /// </summary>
    public void Deleted(VrrpSyncGroup group)
    {
        if (group.Notifications.Deleted is not null)
            TellGroup(group, VrrpEvent.Deleted);
    }

    /// <summary>Tells the event pipes that the priority of an instance has changed, if they are to be told.</summary>
    public void PriorityChanged(VrrpInstance instance, VrrpRole role, int priority)
    {
        bool? ofGroup = _configuration.SyncGroups.FirstOrDefault(group => group.Instances.Contains(instance.Name))?.TellsPriorityChanges;
        if (instance.TellsPriorityChanges ?? ofGroup ?? _configuration.Global.NotifiesPriorityChanges)
            _pipes.Write(EventLines.OfInstance(instance.Name, role == VrrpRole.Master ? VrrpEvent.MasterPriority : VrrpEvent.BackupPriority, priority));
    }

    /// <summary>Tells that a master has heard a lower priority: its script, and the event pipes.</summary>
    /// <param name="instance">Which one.</param>
    /// <param name="priority">Its own.</param>
    public void LowerPriorityHeard(VrrpInstance instance, int priority)
    {
        _scripts.RunInstance(instance, VrrpEvent.LowerPriorityHeard, priority);
        _pipes.Write(EventLines.OfInstance(instance.Name, VrrpEvent.LowerPriorityHeard, priority));
    }

    /// <summary>After a reload, writes all states into the event pipes once more, if that is wanted (<c>fifo_write_vrrp_states_on_reload</c>).</summary>
    public void RepeatStates(IEnumerable<(VrrpInstance Instance, VrrpRole Role, int Priority)> instances, IEnumerable<(VrrpSyncGroup Group, VrrpRole Role)> groups)
    {
        if (!_configuration.Global.EventPipes.RepeatsStatesAtReload)
            return;
        foreach ((VrrpInstance instance, VrrpRole role, int priority) in instances)
        {
            if (VrrpEvents.Of(role) is { } what)
                _pipes.Write(EventLines.OfInstance(instance.Name, what, priority));
        }

        foreach ((VrrpSyncGroup group, VrrpRole role) in groups)
        {
            if (VrrpEvents.Of(role) is { } what)
                _pipes.Write(EventLines.OfGroup(group.Name, what));
        }
    }

    /// <summary>Waits a little for scripts and mail, ends the readers and removes the pipes.</summary>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_scripts.WaitForEnd(StopScriptPatience), _mail.DisposeAsync().AsTask());
        await _pipes.DisposeAsync();
    }

    private async Task Use(DirectorConfiguration configuration)
    {
        _configuration = configuration;
        _scripts.Use(configuration.Global);
        _scripts.Examine(configuration.VrrpInstances);
        _scripts.Examine(configuration.SyncGroups);
        _mail.Use(configuration.Global);
        await _pipes.Use(configuration.Global);
    }

    private void TellInstance(VrrpInstance instance, VrrpEvent what, int priority)
    {
        _scripts.RunInstance(instance, what, priority);
        _pipes.Write(EventLines.OfInstance(instance.Name, what, priority));
        _mail.TellInstance(instance, what);
    }

    private void TellGroup(VrrpSyncGroup group, VrrpEvent what)
    {
        _scripts.RunGroup(group, what);
        _pipes.Write(EventLines.OfGroup(group.Name, what));
        _mail.TellGroup(group, what);
    }
}
