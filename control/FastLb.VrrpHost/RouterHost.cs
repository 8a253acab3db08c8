using System.Collections.Concurrent;
using FastLb.Bfd.Hosting;
using FastLb.Configuration.Model;
using FastLb.Netlink.Routing;
using FastLb.Netlink;
using FastLb.Runtime.Scripts;
using FastLb.Runtime;
using FastLb.Vrrp;
using FastLb.VrrpHost.Events;
using FastLb.VrrpHost.Holding;
using FastLb.VrrpHost.Interfaces;
using FastLb.VrrpHost.Tracking;
using Microsoft.Extensions.Logging;

namespace FastLb.VrrpHost;

/// <summary>
/// The virtual routers of a process and all that is around them: begun, changed and ended as the configuration says. One task at a time calls it.
/// </summary>
internal sealed class RouterHost : IAsyncDisposable
{
    private const int RestoreStatic = 1, RestoreMoving = 2; // bits

    private readonly Rtnetlink _kernel = Rtnetlink.Open();
    private readonly AddressAnnouncer _announcer = new();
    private readonly AnnouncementSpacing _spacing;
    private readonly RouterSet _routers = new();
    private readonly ConcurrentDictionary<Router, HeldThings> _held = new();
    private readonly InterfaceWatch _watch;
    private readonly KernelJournal _journal;
    private readonly KernelJournal _staticJournal; // of its own: what is static stays where it is while the supervisor takes back what moves
    private readonly StateAnnouncements _announcements;
    private readonly TrackedObjects _tracked;
    private readonly Action<Exception> _failed;
    private volatile BfdHost? _bfd;
    private readonly RouterStateFile _states;
    private readonly RouterOffice _office;
    private readonly RouterThread _thread;
    private readonly Task _working;
    private readonly ILogger _log;
    private readonly VrrpFilter _filter;
    private readonly RefusedAddresses _refused;
    private readonly VirtualLinks _links;
    private VirtualLinkPlan _plan;
    private DirectorConfiguration _configuration;
    private readonly StaticThings _static;
    private RoutingLines _routing;
    private int _restores; // what is asked for

    /// <param name="configuration">What to do.</param>
    /// <param name="directory">The director's runtime directory.</param>
    /// <param name="failed">Called when the thread that speaks VRRP can't go on.</param>
    /// <param name="log">For what happens.</param>
    public RouterHost(DirectorConfiguration configuration, RuntimeDirectory directory, Action<Exception> failed, ILogger log)
    {
        _log = log;
        _plan = VirtualLinkPlan.Of(configuration.VrrpInstances);
        configuration = Place(configuration);
        _configuration = configuration;
        _spacing = new AnnouncementSpacing(configuration, TimeProvider.System);
        _routing = RoutingLines.Of(configuration, RoutingNames.Load());
        _journal = KernelJournal.Open(directory.AddressJournal, _kernel, log);
        _filter = new VrrpFilter(_journal, log);
        _refused = new RefusedAddresses(_filter, log);
        _links = new VirtualLinks(_kernel, _journal, _filter, log);
        _links.Use(_plan, InterfaceWatch.VirtualAddressesOf(configuration));
        _watch = new InterfaceWatch(configuration, _plan, _kernel, TimeProvider.System, log);
        _staticJournal = KernelJournal.Open(directory.StaticJournal, _kernel, log);
        _static = new StaticThings(new StaticAddresses(_kernel, _staticJournal, log), new HeldRouting(_routing.Static, _staticJournal, log));
        _static.Begin(configuration); // instances may advertise from these addresses
        Reports = new ReportServer(directory.VrrpSocket, () => [.. _routers.All.Select(router => RouterStatus.Of(router, _held[router]))], () => _static.Report,
            () => [.. (_bfd?.Statuses ?? []).Select(BfdSessionStatus.Of)], log);
        var identity = new ScriptIdentity();
        _announcements = new StateAnnouncements(configuration, identity, TimeProvider.System, log);
        _failed = failed;
        _states = new RouterStateFile(directory.VrrpStateFile);
        _office = new RouterOffice(_held, Reports, _states, _announcements, TimeProvider.System, log);
        _tracked = new TrackedObjects(configuration, identity, Track, _office.Perform, TimeProvider.System, log);
        foreach (VrrpInstance instance in configuration.VrrpInstances)
            _routers.Add(Make(instance));
        Group(configuration);
        _thread = new RouterThread(_routers, failed, log);
        _working = _office.Run();
    }

    /// <summary>Tells control.</summary>
    public ReportServer Reports { get; }

    /// <summary>Grows while the thread that speaks VRRP gets round.</summary>
    public long Turns => _thread.Turns;

    /// <summary>Begins to speak VRRP.</summary>
    /// <param name="predecessorEnded">When the process before this one ended, on <see cref="Router.Now"/>'s clock; null for the first: then nobody goes on as master.</param>
    public async Task Start(TimeSpan? predecessorEnded)
    {
        await _announcements.Start();
        _watch.Report(_tracked, _configuration);
        await _tracked.Start();
        UseSessions(_configuration);
        IReadOnlySet<string> masters = _states.ReadMasters();
        foreach (Router router in _routers.All)
        {
            InstanceTracking tracking = _tracked.Of(router.Instance.Name);
            _thread.Tell(() => router.Track(tracking));
            if (predecessorEnded is { } ended && masters.Contains(router.Instance.Name))
            {
                _log.LogInformation("{Instance} was master when the process before this one ended", router.Instance.Name);
                _thread.Tell(() => router.Resume(ended));
            }
            else
            {
                _thread.Tell(router.Start);
            }
        }

        _thread.Start();
    }

    /// <summary>Has the thread get round once more.</summary>
    public void Nudge() => _thread.Tell(() => { });

    /// <summary>Follows the interfaces until cancelled.</summary>
    public Task FollowInterfaces(CancellationToken cancellation) => _watch.Run(_routers, _thread, LookAround, _log, cancellation);

    /// <summary>
    /// Goes on by another configuration. An instance that is still there on the same interface with the same number keeps its role, whatever else is different; one that is
    /// not says goodbye.
    /// </summary>
    public async Task Reload(DirectorConfiguration configuration)
    {
        DirectorConfiguration before = _configuration;
        _plan = VirtualLinkPlan.Of(configuration.VrrpInstances);
        configuration = Place(configuration);
        _configuration = configuration;
        _routing = RoutingLines.Of(configuration, RoutingNames.Load());
        _spacing.Use(configuration);
        await _office.Complete(() =>
        {
            _static.Become(configuration, _routing);
            return _announcements.Reload(configuration);
        });
        Dictionary<string, VrrpInstance> wanted = configuration.VrrpInstances.ToDictionary(instance => instance.Name, StringComparer.Ordinal);
        Dictionary<string, Router> present = _routers.All.ToDictionary(router => router.Instance.Name, StringComparer.Ordinal);
        foreach (Router router in present.Values.Where(router => !IsKept(router, wanted)))
            End(router);
        await UseLinks();
        _watch.Use(configuration, _plan);
        foreach (VrrpInstance instance in configuration.VrrpInstances)
        {
            if (!present.TryGetValue(instance.Name, out Router? router) || !IsKept(router, wanted))
                Begin(instance);
            else if (instance != router.Instance || configuration.Global != before.Global || !configuration.SyncGroups.Equals(before.SyncGroups))
                Change(router, instance);
        }

        if (configuration.SyncGroups.Count + before.SyncGroups.Count > 0)
            _thread.Tell(() => Group(configuration));
        _watch.Report(_tracked, configuration);
        await _tracked.Reload(configuration);
        UseSessions(configuration);
        await Settled();
        await _office.Complete(() =>
        {
            _links.RemoveOthers();
            foreach (VrrpSyncGroup gone in before.SyncGroups.Where(group => !configuration.SyncGroups.Any(other => other.Name == group.Name)))
                _announcements.Deleted(gone);
            _announcements.RepeatStates(
                [.. _routers.All.Select(router => (router.Instance, router.Snapshot.State.Role, (int)router.Snapshot.State.Priority))],
                [.. _routers.All.Select(router => router.Group).OfType<RouterGroup>().Distinct().Select(group => (group.Group, group.Role))]);
            return Task.CompletedTask;
        });
    }

    /// <summary>Says goodbye for all; the addresses have gone when it returns.</summary>
    public async ValueTask DisposeAsync()
    {
        await _tracked.DisposeAsync();
        foreach (Router router in _routers.All)
            _thread.Tell(router.Stop);
        _thread.End();
        _office.Close();
        await _working;
        foreach ((Router router, HeldThings held) in _held)
        {
            await held.Addresses.Finish();
            held.Addresses.Dispose();
            router.Dispose();
        }

        _filter.Dispose();
        _journal.UndoAll();
        _staticJournal.UndoAll();
        await _announcements.DisposeAsync();
        _bfd?.Dispose();
        _thread.Dispose();
        await Reports.DisposeAsync();
        _watch.Dispose();
        _announcer.Dispose();
        _kernel.Dispose();
    }

    // Something has changed of the machine's interfaces, addresses, routes or rules; or, when it is null, counts only now, or was found by asking.
    private void LookAround(NetlinkEvent? what)
    {
        if (what is not (RouteChanged or RuleChanged))
        {
            _watch.Report(_tracked, _configuration);
            if (_plan.Links.Count > 0)
                _office.Do(RestoreLinks);
        }

        if (what is AddressChanged { Removed: false } ? _static.LacksSome : what is not (RouteChanged { Removed: false } or RuleChanged { Removed: false }))
            Restore(what is LinkChanged { Removed: true } or LinkChanged { Link.IsRunning: false } ? RestoreStatic : RestoreStatic | RestoreMoving);
    }

    // Once for all that has changed until the office comes to it. What moves isn't restored by a link's loss: its master may be about to give it away.
    private void Restore(int what)
    {
        if (Interlocked.Or(ref _restores, what) != 0)
            return;
        _office.Do(() =>
        {
            int asked = Interlocked.Exchange(ref _restores, 0);
            bool isOther = _static.Restore();
            if ((asked & RestoreMoving) != 0)
            {
                foreach (HeldThings held in _held.Values)
                    isOther |= held.Routing.Restore();
            }

            if (isOther)
                _ = Reports.Publish(null);
            return Task.CompletedTask;
        });
    }

    private Task RestoreLinks()
    {
        _links.Restore();
        return Task.CompletedTask;
    }

    /// <summary>Has the links of the present configuration, once the routers that have ended hold nothing on one that may become another's.</summary>
    private async Task UseLinks()
    {
        if (_plan.Links.Count == 0 && _links.IsIdle)
            return;
        await Settled();
        await _office.Complete(() =>
        {
            _links.Use(_plan, InterfaceWatch.VirtualAddressesOf(_configuration));
            return Task.CompletedTask;
        });
    }

    private DirectorConfiguration Place(DirectorConfiguration configuration) => configuration with { VrrpInstances = [.. configuration.VrrpInstances.Select(_plan.Place)] };

    private static bool IsKept(Router router, Dictionary<string, VrrpInstance> wanted) =>
        wanted.TryGetValue(router.Instance.Name, out VrrpInstance? instance)
        && instance.Interface == router.Instance.Interface && instance.VirtualRouterId == router.Instance.VirtualRouterId;

    private Router Make(VrrpInstance instance)
    {
        var router = new Router(RouterDefinition.Of(instance, _configuration), _watch.Read(instance), TimeProvider.System, effects => _office.Perform(effects), TellAddresses);
        var addresses = new HeldAddresses(instance, _spacing, _kernel, _journal, _announcer, _refused, _log);
        _held[router] = new HeldThings(addresses, new HeldRouting(_routing.OfInstances[instance.Name], _journal, _log));
        return router;
    }

    private void UseSessions(DirectorConfiguration configuration)
    {
        ValueList<BfdSession> sessions = configuration.SessionsOfVrrp;
        if (_bfd is not null)
        {
            _bfd.Reload(sessions);
        }
        else if (sessions.Count > 0)
        {
            _bfd = new BfdHost(sessions, Take, _log, _failed);
            _bfd.Start();
        }
    }

    // The sessions' thread. Control learns of it even when no instance tracks the session.
    private void Take(BfdEvent change)
    {
        _tracked.ReportBfd(change.Session, change.IsUp);
        _office.Do(() =>
        {
            _ = Reports.Publish(null);
            return Task.CompletedTask;
        });
    }

    // Any thread; the routers are asked for on theirs, which knows those that a reload has just brought.
    private void Track(string instance, InstanceTracking tracking) => _thread.Tell(() =>
        _routers.All.FirstOrDefault(router => router.Instance.Name == instance && !router.IsRemoved)?.Track(tracking));

    /// <summary>Puts the routers into their sync groups; those that have been in one are in it anew, which changes the state of none. On the thread of the routers, once it runs.</summary>
    private void Group(DirectorConfiguration configuration)
    {
        foreach (Router router in _routers.All)
            router.Group = null;
        Dictionary<string, Router> routers = _routers.All.ToDictionary(router => router.Instance.Name, StringComparer.Ordinal);
        foreach (VrrpSyncGroup group in configuration.SyncGroups)
        {
            var together = new RouterGroup(group, change => _office.Perform(change));
            foreach (Router router in group.Instances.Select(name => routers.GetValueOrDefault(name)).OfType<Router>())
                together.Add(router);
            together.Begin();
        }
    }

    private void Begin(VrrpInstance instance)
    {
        Router router = Make(instance);
        _log.LogInformation("{Instance} is new", instance.Name);
        _thread.Tell(() =>
        {
            _routers.Add(router);
            router.Track(_tracked.Of(instance.Name));
            router.Start();
        });
    }

    private void End(Router router)
    {
        _log.LogInformation("{Instance} is gone from the configuration", router.Instance.Name);
        _thread.Tell(() =>
        {
            router.Remove();
            _routers.Remove(router);
            _office.Do(() => Forget(router)); // after what the stop has asked for
        });
    }

    private async Task Forget(Router router)
    {
        if (_held.TryRemove(router, out HeldThings? held))
        {
            await held.Addresses.Finish();
            held.Addresses.Dispose();
        }

        router.Dispose();
    }

    private void Change(Router router, VrrpInstance instance)
    {
        RouterDefinition definition = RouterDefinition.Of(instance, _configuration);
        RoutingLine[] lines = _routing.OfInstances[instance.Name];
        InterfaceState nic = _watch.Read(instance);
        _log.LogInformation("{Instance} has changed", instance.Name);
        _thread.Tell(() =>
        {
            router.Reconfigure(definition);
            router.Take(nic);
            _office.Do(() =>
            {
                HeldThings held = _held[router];
                held.Addresses.Become(instance, instance.GratuitousArp.MasterRepeat);
                held.Routing.Become(lines);
                _ = Reports.Publish(null);
                return Task.CompletedTask;
            });
        });
    }

    /// <summary>Completes when all that has been asked of the thread, and of the office by that, has been done.</summary>
    private async Task Settled()
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _thread.Tell(() => _office.Do(() =>
        {
            _ = Reports.Publish(null);
            done.SetResult();
            return Task.CompletedTask;
        }));
        await done.Task;
    }

    // keepalived 2.2.7 discards such advertisements, so that both directors hold their addresses; later versions heed them, as is done here.
    private void TellAddresses(Router router, VrrpAdvertisement heard)
    {
        if (heard.AddressesDiffer)
            _log.LogError("{Instance}: {Source} advertises other addresses than this director's: their configurations differ", router.Instance.Name, heard.Source);
        else
            _log.LogInformation("{Instance}: {Source} advertises the same addresses", router.Instance.Name, heard.Source);
    }
}
