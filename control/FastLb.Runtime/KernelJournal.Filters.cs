using FastLb.Native;
using FastLb.Native.Firewall;

namespace FastLb.Runtime;

/// <summary>The journal's packet filters.</summary>
public sealed partial class KernelJournal
{
    /// <summary>Makes the filter of the virtual routers, in place of one that a killed process left. The caller disposes it, which removes it.</summary>
    /// <inheritdoc cref="VirtualRouterFilter.Open"/>
    public VirtualRouterFilter OpenFilter(string tableName, IReadOnlyCollection<RefusedAddress> addresses, IReadOnlyCollection<FilteredLink> links)
    {
        if (!_filters.Contains(tableName))
            Note(_filters, tableName);
        return VirtualRouterFilter.Open(tableName, addresses, links);
    }

    private void UndoFilters()
    {
        foreach (string table in _filters)
            Undo(() => VirtualRouterFilter.Remove(table), $"packet filter {table}");
        _filters.Clear();
    }
}
