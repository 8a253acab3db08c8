using System.Collections.Concurrent;
using FastLb.Configuration.Model;
using FastLb.Native.Interfaces;
using FastLb.Netlink;
using FastLb.VrrpHost.Tracking;
using FastLb.Wire;
using Microsoft.Extensions.Logging;

namespace FastLb.VrrpHost.Interfaces;

/// <summary>Tells the routers when their interfaces go up or down, come or go, or change their address.</summary>
internal sealed class InterfaceWatch : IDisposable
{
    private readonly RtnetlinkMonitor _monitor = RtnetlinkMonitor.Open(NetlinkSubjects.Links | NetlinkSubjects.Addresses | NetlinkSubjects.Routes | NetlinkSubjects.Rules);
    private readonly Rtnetlink _kernel;
    private readonly LinkProbe _probe = new();
    private readonly PolledLinks _polled;
    private readonly SettledLinks _links;
    private readonly Lock _looking = new();
    private bool _isOver; // under the lock
    private readonly ConcurrentDictionary<string, InterfaceState> _known = new(StringComparer.Ordinal); // by the instance's name
    private volatile HashSet<IpAddress> _virtualAddresses = [];
    private volatile VirtualLinkPlan _plan;

    /// <summary>Begins to watch.</summary>
    /// <param name="configuration">Whose interfaces.</param>
    /// <param name="plan">The links that advertisements travel on.</param>
    /// <param name="kernel">Of the director's network namespace.</param>
    /// <param name="time">For changes that count later.</param>
    /// <param name="log">For those.</param>
    public InterfaceWatch(DirectorConfiguration configuration, VirtualLinkPlan plan, Rtnetlink kernel, TimeProvider time, ILogger log)
    {
        _kernel = kernel;
        _plan = plan;
        _polled = new PolledLinks(kernel.Links.Find, (name, method) => method == LinkbeatMethod.Mii ? _probe.ReadMii(name) : _probe.ReadEthtool(name), time, log);
        _links = new SettledLinks(_polled.Find, time, log);
        Use(configuration, plan);
    }

    /// <summary>From now on these are the addresses that are no interface's own, the links that advertisements travel on, those that are asked for, and the delays.</summary>
    public void Use(DirectorConfiguration configuration, VirtualLinkPlan plan)
    {
        _virtualAddresses = VirtualAddressesOf(configuration);
        _plan = plan;
        _polled.Use(configuration);
        _links.Use(configuration.InterfaceDelays);
    }

    /// <summary>The addresses that move.</summary>
    public static HashSet<IpAddress> VirtualAddressesOf(DirectorConfiguration configuration) =>
        [.. configuration.VrrpInstances.SelectMany(instance => instance.VirtualAddresses).Select(address => IpAddress.From(address.Address))];

    /// <summary>An instance's interface at this moment.</summary>
    public InterfaceState Read(VrrpInstance instance) => _known[instance.Name] = Look(instance);

    /// <summary>Reports the interfaces that are tracked.</summary>
    public void Report(TrackedObjects tracked, DirectorConfiguration configuration)
    {
        foreach (string name in TrackedObjects.InterfacesOf(configuration))
            tracked.ReportInterface(name, _links.Find(name) is { IsRunning: true });
    }

    /// <summary>Tells the routers of changes until cancelled.</summary>
    /// <param name="routers">All of them.</param>
    /// <param name="thread">Theirs.</param>
    /// <param name="changed">Told what has changed of the machine's interfaces, addresses, routes or rules; null when it is a link's change of which there is no event.</param>
    /// <param name="log">For what is seen.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task Run(RouterSet routers, RouterThread thread, Action<NetlinkEvent?> changed, ILogger log, CancellationToken cancellation)
    {
        _links.Settled = () => Look(null);
        _polled.Changed = () => Look(null);
        try
        {
            Look(null); // what has settled meanwhile has told nobody
            await foreach (NetlinkEvent what in _monitor.ReadAll(cancellation))
                Look(what);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            log.LogDebug("interfaces are not watched any more");
        }
        finally
        {
            lock (_looking)
                _isOver = true;
        }

        void Look(NetlinkEvent? what)
        {
            lock (_looking)
            {
                if (!_isOver)
                    LookAround(routers, thread, what, changed, log);
            }
        }
    }

    public void Dispose()
    {
        _polled.Dispose();
        _links.Dispose();
        _probe.Dispose();
        _monitor.Dispose();
    }

    private void LookAround(RouterSet routers, RouterThread thread, NetlinkEvent? what, Action<NetlinkEvent?> changed, ILogger log)
    {
        changed(what);
        if (what is RouteChanged or RuleChanged)
            return;
        foreach (Router router in routers.All)
        {
            InterfaceState now = Look(router.Instance);
            if (_known.TryGetValue(router.Instance.Name, out InterfaceState known) && now == known)
                continue;
            _known[router.Instance.Name] = now;
            log.LogInformation("{Interface} of {Instance}: {State}", router.Instance.Interface, router.Instance.Name, Describe(now));
            thread.Tell(() => router.Take(now));
        }
    }

    private static string Describe(InterfaceState state)
    {
        if (state is { Index: 0, Obstacle: not null })
            return "gone";
        string address = state.PrimaryAddress is { } primary ? $"primary address {primary}" : "no address";
        return state.Obstacle is { } obstacle ? $"down, {address} ({obstacle})" : $"up, {address}";
    }

    private InterfaceState Look(VrrpInstance instance) => InterfaceState.Read(_kernel, _links.Find, instance, _plan.TransportOf(instance), _virtualAddresses);
}
