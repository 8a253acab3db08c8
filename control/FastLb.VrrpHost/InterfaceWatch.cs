using System.Collections.Concurrent;
using FastLb.Configuration.Model;
using FastLb.Netlink;
using FastLb.VrrpHost.Tracking;
using FastLb.Wire;
using Microsoft.Extensions.Logging;

namespace FastLb.VrrpHost;

/// <summary>Tells the routers when their interfaces go up or down, come or go, or change their address.</summary>
internal sealed class InterfaceWatch : IDisposable
{
    private readonly RtnetlinkMonitor _monitor = RtnetlinkMonitor.Open(NetlinkSubjects.Links | NetlinkSubjects.Addresses | NetlinkSubjects.Routes | NetlinkSubjects.Rules);
    private readonly Rtnetlink _kernel;
    private readonly ConcurrentDictionary<string, InterfaceState> _known = new(StringComparer.Ordinal); // by the instance's name
    private volatile HashSet<IpAddress> _virtualAddresses = [];
    private volatile VirtualLinkPlan _links;

    /// <summary>Begins to watch.</summary>
    public InterfaceWatch(DirectorConfiguration configuration, VirtualLinkPlan links, Rtnetlink kernel)
    {
        _kernel = kernel;
        _links = links;
        Use(configuration, links);
    }

    /// <summary>From now on these are the addresses that are no interface's own, and the links that advertisements travel on.</summary>
    public void Use(DirectorConfiguration configuration, VirtualLinkPlan links)
    {
        _virtualAddresses = VirtualAddressesOf(configuration);
        _links = links;
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
            tracked.ReportInterface(name, _kernel.Links.Find(name) is { IsRunning: true });
    }

    /// <summary>Tells the routers of changes until cancelled.</summary>
    /// <param name="routers">All of them.</param>
    /// <param name="thread">Theirs.</param>
    /// <param name="changed">Told what has changed of the machine's interfaces, addresses, routes or rules.</param>
    /// <param name="log">For what is seen.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task Run(RouterSet routers, RouterThread thread, Action<NetlinkEvent> changed, ILogger log, CancellationToken cancellation)
    {
        try
        {
            await foreach (NetlinkEvent what in _monitor.ReadAll(cancellation))
            {
                changed(what);
                if (what is RouteChanged or RuleChanged)
                    continue;
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
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            log.LogDebug("interfaces are not watched any more");
        }
    }

    public void Dispose() => _monitor.Dispose();

    private static string Describe(InterfaceState state)
    {
        if (state is { Index: 0, Obstacle: not null })
            return "gone";
        string address = state.PrimaryAddress is { } primary ? $"primary address {primary}" : "no address";
        return state.Obstacle is { } obstacle ? $"down, {address} ({obstacle})" : $"up, {address}";
    }

    private InterfaceState Look(VrrpInstance instance) => InterfaceState.Read(_kernel, instance, _links.TransportOf(instance), _virtualAddresses);
}
