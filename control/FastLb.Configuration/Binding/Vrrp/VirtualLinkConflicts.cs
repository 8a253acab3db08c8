using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Model;

namespace FastLb.Configuration.Binding.Vrrp;

/// <summary>Reports virtual links that can't be there together: keepalived leaves out the second instance.</summary>
internal static class VirtualLinkConflicts
{
    /// <summary>Looks at all instances of a file.</summary>
    public static void Report(IReadOnlyCollection<VrrpInstance> instances, DiagnosticBag diagnostics)
    {
        IReadOnlyList<VirtualLink> links = VirtualLinkPlan.Of([.. instances]).Links;
        foreach (VirtualLink[] pair in links.GroupBy(link => (link.Parent, link.Mac)).Select(group => group.ToArray()).Where(group => group.Length > 1 && !IsReported(group, instances)))
        {
            diagnostics.Add(
                DiagnosticCatalog.SharedVirtualLink, pair[1].Origin.Span, $"'{pair[1].Instance}' has the MAC address of '{pair[0].Instance}' on {pair[0].Parent}",
                "give it another virtual_router_id, or another MAC address by 'use_vmac'", pair[0].Origin.Span);
        }

        HashSet<string> interfaces = [.. instances.Select(instance => instance.Interface)];
        foreach (IGrouping<string, VirtualLink> named in links.GroupBy(link => link.Name, StringComparer.Ordinal).Where(group => group.Count() > 1 || interfaces.Contains(group.Key)))
        {
            diagnostics.Add(
                DiagnosticCatalog.SharedVirtualLink, named.Last().Origin.Span, $"the interface '{named.Key}' that 'use_vmac' of '{named.Last().Instance}' makes is another's",
                "choose another name", named.First().Origin.Span);
        }
    }

    // Two instances with one id on one interface are told of as such.
    private static bool IsReported(VirtualLink[] links, IReadOnlyCollection<VrrpInstance> instances) =>
        links.Select(link => instances.First(instance => instance.Name == link.Instance)).DistinctBy(instance => (instance.Interface, instance.VirtualRouterId, instance.AddressFamily)).Count() == 1;
}
