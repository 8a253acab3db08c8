using FastLb.Native;
using FastLb.Native.Firewall;
using FastLb.Runtime;
using Microsoft.Extensions.Logging;

namespace FastLb.VrrpHost.Holding;

/// <summary>The packet filter of the virtual routers, which is made when the first of them needs it. Used by one task.</summary>
internal sealed class VrrpFilter(KernelJournal journal, ILogger log) : IDisposable
{
    private const string TableName = "fastlb_vrrp";

    /// <summary>The filter; null until something needs it.</summary>
    public VirtualRouterFilter? Opened { get; private set; }

    /// <summary>Has a filter.</summary>
    /// <inheritdoc cref="KernelJournal.OpenFilter"/>
    public VirtualRouterFilter Open() => Opened ??= journal.OpenFilter(TableName, [], []);

    /// <summary>Keeps reports of group membership from leaving by a MACVLAN. Where there is no filter, they do, and switches hear of a backup's MAC address.</summary>
    public void AddLink(FilteredLink link)
    {
        try
        {
            Open().AddLink(link);
        }
        catch (Exception fault) when (fault is SystemCallException or KernelFeatureException)
        {
            log.LogWarning("membership reports leave by the virtual MAC addresses: {Fault}", fault.Message);
        }
    }

    /// <summary>A MACVLAN has gone, or goes.</summary>
    public void RemoveLink(int index)
    {
        try
        {
            Opened?.RemoveLink(index);
        }
        catch (SystemCallException fault)
        {
            log.LogError("{Fault}", fault.Message);
        }
    }

    public void Dispose() => Opened?.Dispose();
}
