using System.Net.Sockets;
using System.Net;
using FastLb.Configuration.Model;
using FastLb.Native.Firewall;
using FastLb.Native;
using FastLb.Netlink;
using FastLb.Runtime;
using FastLb.VrrpHost.Holding;
using FastLb.Wire;
using Microsoft.Extensions.Logging;

namespace FastLb.VrrpHost.Interfaces;

/// <summary>
/// Makes the MACVLANs of virtual routers, and makes them anew when they, or the interfaces below them, have gone and come back. One that can't be made is told of
/// once; its instance is in fault until it is there. Used by one task.
/// </summary>
internal sealed class VirtualLinks(Rtnetlink kernel, KernelJournal journal, VrrpFilter filter, ILogger log)
{
    private readonly Dictionary<string, MadeLink> _made = new(StringComparer.Ordinal); // by name
    private readonly HashSet<string> _refused = new(StringComparer.Ordinal);
    private VirtualLinkPlan _plan = VirtualLinkPlan.Of([]);
    private IReadOnlySet<IpAddress> _virtualAddresses = new HashSet<IpAddress>();

    /// <summary>Whether there are none, and none are wanted.</summary>
    public bool IsIdle => _plan.Links.Count == 0 && _made.Count == 0;

    /// <summary>From now on these are wanted: makes those that are missing. Others stay until <see cref="RemoveOthers"/>.</summary>
    /// <param name="plan">The links.</param>
    /// <param name="virtualAddresses">Addresses that are no interface's own, because they move.</param>
    public void Use(VirtualLinkPlan plan, IReadOnlySet<IpAddress> virtualAddresses)
    {
        _plan = plan;
        _virtualAddresses = virtualAddresses;
        _refused.Clear();
        Restore();
    }

    /// <summary>Makes those that are missing and have an interface below, and gives them the link-local address of that.</summary>
    public void Restore()
    {
        foreach (VirtualLink wanted in _plan.Links)
        {
            if (kernel.Links.Find(wanted.Parent) is { } parent)
                Attempt(wanted, () => Restore(wanted, parent));
        }
    }

    /// <summary>Removes those that are no longer wanted.</summary>
    public void RemoveOthers()
    {
        foreach ((string name, MadeLink made) in _made.Where(entry => !_plan.Links.Any(link => link.Name == entry.Key)).ToArray())
        {
            Remove(made);
            log.LogInformation("removed the interface {Link}", name);
        }
    }

    private void Remove(MadeLink made)
    {
        filter.RemoveLink(made.Index);
        journal.RemoveLink(made.Request);
        _made.Remove(made.Request.Name);
    }

    private void Restore(VirtualLink wanted, LinkInfo parent)
    {
        VirtualLinkRequest request = RequestOf(wanted, parent);
        LinkInfo? present = kernel.Links.Find(wanted.Name);
        if (present is null || !_made.TryGetValue(wanted.Name, out MadeLink? made) || made.Index != present.Index || made.Request != request)
            made = Make(wanted, request);
        if (request.UsesIpv6)
            Follow(made, wanted.LinkLocal ?? kernel.VirtualLinks.ListLinkLocal(parent.Index).FirstOrDefault(address => !_virtualAddresses.Contains(IpAddress.From(address))));
    }

    // The interface below may have got its link-local address only now, or another one.
    private void Follow(MadeLink made, IPAddress? linkLocal)
    {
        if (Equals(linkLocal, made.LinkLocal))
            return;
        if (linkLocal is not null)
            kernel.VirtualLinks.AddLinkLocal(made.Index, linkLocal);
        if (made.LinkLocal is { } former)
            kernel.Addresses.Remove(new AddressInfo(made.Index, former, VirtualLinkTable.LinkLocalPrefix));
        _made[made.Request.Name] = made with { LinkLocal = linkLocal };
    }

    private MadeLink Make(VirtualLink wanted, VirtualLinkRequest request)
    {
        if (_made.TryGetValue(wanted.Name, out MadeLink? former) && (kernel.Links.Find(wanted.Name)?.Index != former.Index || former.Request.ParentIndex != request.ParentIndex))
            Remove(former); // it has gone, or belongs elsewhere; another MAC address it takes on as it is
        LinkInfo link = journal.AddLink(request);
        var made = new MadeLink(link.Index, request, null);
        _made[wanted.Name] = made;
        filter.AddLink(new FilteredLink(link.Index, request.ParentIndex));
        _refused.Remove(wanted.Name);
        log.LogInformation("made the interface {Link} on {Parent} with the MAC address {Mac} for {Instance}",
            wanted.Name, wanted.Parent, string.Join(':', wanted.Mac.GetAddressBytes().Select(octet => octet.ToString("x2"))), wanted.Instance);
        return made;
    }

    // What the kernel refuses once it refuses again at each change of the machine's interfaces.
    private void Attempt(VirtualLink wanted, Action action)
    {
        try
        {
            action();
        }
        catch (Exception fault) when (fault is SystemCallException or KernelFeatureException)
        {
            if (_refused.Add(wanted.Name))
                log.LogError("{Place}: {Instance} goes without its virtual MAC address: {Fault}", wanted.Origin, wanted.Instance, fault.Message);
        }
    }

    private static VirtualLinkRequest RequestOf(VirtualLink wanted, LinkInfo parent) => new(wanted.Name, parent.Index, VirtualLinkKind.Macvlan)
    {
        Mac = wanted.Mac,
        Group = wanted.Group,
        UsesIpv4 = wanted.Family == AddressFamily.InterNetwork,
        UsesIpv6 = wanted.Family == AddressFamily.InterNetworkV6,
    };

    private sealed record MadeLink(int Index, VirtualLinkRequest Request, IPAddress? LinkLocal);
}
