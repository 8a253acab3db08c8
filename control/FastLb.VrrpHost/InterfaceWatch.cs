using FastLb.Configuration.Model;
using FastLb.Netlink;
using FastLb.Wire;
using Microsoft.Extensions.Logging;

namespace FastLb.VrrpHost;

/// <summary>Tells the routers when their interfaces go up or down, come or go, or change their address.</summary>
internal sealed class InterfaceWatch : IDisposable
{
    private readonly RtnetlinkMonitor _monitor = RtnetlinkMonitor.Open(NetlinkSubjects.Links | NetlinkSubjects.Addresses);
    private readonly Rtnetlink _kernel;
    private readonly HashSet<IpAddress> _virtualAddresses;
    private readonly Dictionary<VrrpInstance, InterfaceState> _known = [];

    /// <summary>Begins to watch.</summary>
    public InterfaceWatch(DirectorConfiguration configuration, Rtnetlink kernel)
    {
        _kernel = kernel;
        _virtualAddresses = [.. configuration.VrrpInstances.SelectMany(instance => instance.VirtualAddresses).Select(address => IpAddress.From(address.Address))];
    }

    /// <summary>An instance's interface at this moment.</summary>
    public InterfaceState Read(VrrpInstance instance) => _known[instance] = Look(instance);

    /// <summary>Tells the routers of changes until cancelled.</summary>
    public async Task Run(IReadOnlyList<Router> routers, RouterThread thread, ILogger log, CancellationToken cancellation)
    {
        try
        {
            await foreach (NetlinkEvent _ in _monitor.ReadAll(cancellation))
            {
                foreach (Router router in routers)
                {
                    InterfaceState now = Look(router.Instance);
                    if (now == _known[router.Instance])
                        continue;
                    _known[router.Instance] = now;
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
        if (state.Index == 0)
            return "gone";
        string address = state.PrimaryAddress is { } primary ? $"primary address {primary}" : "no address";
        return state.Obstacle is { } obstacle ? $"down, {address} ({obstacle})" : $"up, {address}";
    }

    private InterfaceState Look(VrrpInstance instance) => InterfaceState.Read(_kernel, instance, _virtualAddresses);
}
