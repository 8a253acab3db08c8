using System.Collections.Concurrent;
using System.Threading.Channels;
using FastLb.Vrrp;
using FastLb.VrrpChannel;
using FastLb.VrrpHost.Events;
using FastLb.VrrpHost.Holding;
using FastLb.VrrpHost.Tracking;
using Microsoft.Extensions.Logging;

namespace FastLb.VrrpHost;

/// <summary>
/// Does what virtual routers ask for beside advertisements, one thing after another and in the order in which it was asked: addresses, gratuitous ARP, reports to
/// control, scripts. What takes long here holds up no advertisement.
/// </summary>
internal sealed class RouterOffice(
    ConcurrentDictionary<Router, HeldThings> held, ReportServer reports, RouterStateFile states, StateAnnouncements announcements, TimeProvider time, ILogger log)
{
    /// <summary>
    /// How long the addresses of a new master wait for control to have their services steered. Far less than the segment needs to learn of them, and far more
    /// than control needs, if it is there.
    /// </summary>
    private static readonly TimeSpan SteeringPatience = TimeSpan.FromMilliseconds(100);

    private readonly Channel<OfficeWork> _asked = Channel.CreateUnbounded<OfficeWork>(new UnboundedChannelOptions { SingleReader = true });

    /// <summary>Takes effects. Any thread; never blocks.</summary>
    public void Perform(RouterEffects effects) => _asked.Writer.TryWrite(new OfficeWork(effects, null));

    /// <summary>Takes the change of a sync group, after the effects of its members. Any thread; never blocks.</summary>
    public void Perform(RouterGroupChange change) => Do(() =>
    {
        log.Log(change.To == VrrpRole.Fault ? LogLevel.Warning : LogLevel.Information, "sync group {Group}: {From} -> {To}",
            change.Group.Name, RouterStatus.Word(change.From), RouterStatus.Word(change.To));
        announcements.GroupChanged(change.Group, change.To);
        _ = reports.Publish(null, new VrrpNews($"sync group {change.Group.Name}", $"{RouterStatus.Word(change.From)} -> {RouterStatus.Word(change.To)}"));
        return Task.CompletedTask;
    });

    /// <summary>Takes the change of something that is tracked. Any thread; never blocks.</summary>
    public void Perform(TrackedStatus tracked) => Do(() =>
    {
        string subject = RouterStatus.NameOf(tracked.Kind, tracked.Name), state = RouterStatus.Word(tracked.Kind, tracked.State);
        if (tracked.Kind is TrackerKind.File or TrackerKind.Process) // of the others something is in the log already
            log.LogInformation("the tracked {Subject} {State}", subject, tracked.Kind == TrackerKind.File ? $"says {state}" : $"is {state}");
        _ = reports.Publish(null, new VrrpNews(subject, state));
        return Task.CompletedTask;
    });

    /// <summary>Takes something else to do, after all that has been asked. Any thread; never blocks.</summary>
    public void Do(Func<Task> work) => _asked.Writer.TryWrite(new OfficeWork(null, work));

    /// <summary>The same, and completes with it. Any thread but the one that <see cref="Run"/> works on.</summary>
    public async Task Complete(Func<Task> work)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Do(async () =>
        {
            try
            {
                await work();
            }
            finally
            {
                done.SetResult();
            }
        });
        await done.Task;
    }

    /// <summary>Nothing more will be asked; <see cref="Run"/> returns when all has been done.</summary>
    public void Close() => _asked.Writer.TryComplete();

    /// <summary>Works until <see cref="Close"/>.</summary>
    public async Task Run()
    {
        List<RouterEffects> masters = [];
        while (await _asked.Reader.WaitToReadAsync(CancellationToken.None))
        {
            await Prepare(masters);
            foreach (RouterEffects effects in masters)
                Carry(effects);
            if (masters.Count == 0 && _asked.Reader.TryRead(out OfficeWork? work))
                await Do(work);
            masters.Clear();
        }
    }

    private Task Do(OfficeWork work)
    {
        if (work.Effects is not { } effects)
            return work.Other!();
        Carry(effects);
        return Task.CompletedTask;
    }

    private void Carry(RouterEffects effects)
    {
        VrrpEffect? change = ChangeOf(effects);
        foreach (VrrpEffect effect in effects.Effects)
            Do(effects.Router, effect);
        if (change is { } changed)
            Complete(effects.Router, changed);
        else if (effects.PriorityChanged)
            TellPriority(effects.Router);
        else if (effects.Effects.Count == 0 || effects.Effects.Any(effect => effect.Kind == VrrpEffectKind.AcquireAddresses))
            _ = reports.Publish(null); // addresses may have come, or a fault be another one
    }

    /// <summary>
    /// Takes the routers that become master next, one after another without anything between, and tells control of all of them before their addresses draw frames here; it is waited
    /// for once. It is written down before as well: a process that dies after this goes on as master.
    /// </summary>
    private async Task Prepare(List<RouterEffects> masters)
    {
        Task applied = Task.CompletedTask;
        while (_asked.Reader.TryPeek(out OfficeWork? next) && next.Effects is { } effects && ChangeOf(effects) is { To: VrrpRole.Master } change
            && !masters.Any(other => other.Router == effects.Router) && _asked.Reader.TryRead(out _))
        {
            masters.Add(effects);
            states.Write(effects.Router.Instance.Name, VrrpState.Master);
            applied = reports.Publish(TransitionOf(effects.Router, change));
        }

        if (masters.Count > 0 && await Task.WhenAny(applied, Task.Delay(SteeringPatience, time)) != applied)
        {
            log.LogWarning("{Instances}: control has not answered within {Patience} ms; the addresses are taken all the same",
                string.Join(", ", masters.Select(effects => effects.Router.Instance.Name)), SteeringPatience.TotalMilliseconds);
        }
    }

    private static VrrpEffect? ChangeOf(RouterEffects effects) =>
        effects.Effects.Where(effect => effect.Kind == VrrpEffectKind.RoleChanged).Select(effect => (VrrpEffect?)effect).LastOrDefault();

    private void Complete(Router router, VrrpEffect change)
    {
        log.Log(change.To == VrrpRole.Fault ? LogLevel.Warning : LogLevel.Information, "{Instance}: {From} -> {To}: {Cause}",
            router.Instance.Name, RouterStatus.Word(change.From), RouterStatus.Word(change.To), RouterStatus.CauseOf(router, change.Reason));
        if (change.To != VrrpRole.Master)
        {
            states.Write(router.Instance.Name, RouterStatus.StateOf(change.To));
            _ = reports.Publish(TransitionOf(router, change)); // what goes waits for nobody
        }
        else
        {
            _ = reports.Publish(null); // the addresses are there now
        }

        int priority = router.Snapshot.State.Priority;
        if (router.IsRemoved && change.To == VrrpRole.Stopped)
            announcements.Deleted(router.Instance, priority);
        else
            announcements.InstanceChanged(router.Instance, change.To, priority);
    }

    private void TellPriority(Router router)
    {
        VirtualRouterState state = router.Snapshot.State;
        log.LogInformation("{Instance}: its priority is {Priority} now, {Configured} by configuration", router.Instance.Name, state.Priority, router.Instance.Priority);
        announcements.PriorityChanged(router.Instance, state.Role, state.Priority);
        _ = reports.Publish(null, new VrrpNews(router.Instance.Name, $"its priority is {state.Priority} now, {router.Instance.Priority} by configuration"));
    }

    private void Do(Router router, VrrpEffect effect)
    {
        switch (effect.Kind)
        {
            case VrrpEffectKind.AcquireAddresses:
                held[router].Acquire();
                break;
            case VrrpEffectKind.ReleaseAddresses:
                held[router].Release();
                break;
            case VrrpEffectKind.SendGratuitousArp:
                held[router].Addresses.Announce(effect.Repeat);
                break;
            case VrrpEffectKind.AnnounceFurtherInterfaces:
                held[router].Addresses.AnnounceFurther();
                break;
            case VrrpEffectKind.LowerPriorityHeard:
                log.LogWarning("{Instance}: heard another master, {Source}, with priority {Priority}; this one stays", router.Instance.Name, effect.Source, effect.Priority);
                announcements.LowerPriorityHeard(router.Instance, router.Snapshot.State.Priority);
                break;
            case VrrpEffectKind.LowerPriorityDiscarded:
                log.LogDebug("{Instance}: {Source} advertises the lower priority {Priority}; taking over when the timer runs out", router.Instance.Name, effect.Source, effect.Priority);
                break;
            case VrrpEffectKind.StopHeard:
                log.LogInformation("{Instance}: the other master {Source} stops", router.Instance.Name, effect.Source);
                break;
            case VrrpEffectKind.PreemptDelayStarted:
                log.LogInformation("{Instance}: the delay before taking over from a lower priority begins", router.Instance.Name);
                break;
            case VrrpEffectKind.WaitsForSyncGroup:
                log.LogInformation("{Instance} could be master, and waits for the other instances of its sync group", router.Instance.Name);
                break;
            case VrrpEffectKind.AddressConflict:
                log.LogError("{Instance}: {Source} advertises with this director's own address and priority: two directors have one address", router.Instance.Name, effect.Source);
                break;
            case VrrpEffectKind.OwnerConflict:
                log.LogError("{Instance}: {Source} claims to own the addresses, too; going on with priority {Priority}", router.Instance.Name, effect.Source, effect.Priority);
                break;
            default:
                break; // a change of role is dealt with as a whole
        }
    }

    private static VrrpTransition TransitionOf(Router router, VrrpEffect change) =>
        new(router.Instance.Name, RouterStatus.StateOf(change.From), RouterStatus.StateOf(change.To), RouterStatus.CauseOf(router, change.Reason));
}

/// <summary>One thing to do: effects, or something else.</summary>
internal sealed record OfficeWork(RouterEffects? Effects, Func<Task>? Other);
