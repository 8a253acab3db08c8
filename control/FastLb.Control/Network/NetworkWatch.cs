using FastLb.Native;
using FastLb.Netlink;
using Microsoft.Extensions.Logging;

namespace FastLb.Control.Network;

/// <summary>Tells when links, routes, addresses or neighbours have changed.</summary>
public sealed class NetworkWatch : IDisposable
{
    private readonly RtnetlinkMonitor _monitor = RtnetlinkMonitor.Open();
    private readonly ILogger _log;

    /// <summary>Begins to watch; events are kept until <see cref="Run"/> reads them.</summary>
    public NetworkWatch(ILogger log) => _log = log;

    /// <summary>Calls <paramref name="changed"/> at each change until cancelled.</summary>
    public async Task Run(Action changed, CancellationToken cancellation)
    {
        try
        {
            await foreach (NetlinkEvent _ in _monitor.ReadAll(cancellation))
                changed();
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            _log.LogDebug("no longer watching the network");
        }
        catch (SystemCallException fault)
        {
            _log.LogError("changes of the network are noticed only every {Refresh} s now: {Fault}", Reconciler.Refresh.TotalSeconds, fault.Message);
        }
    }

    public void Dispose() => _monitor.Dispose();
}
