using FastLb.Configuration.Model;
using FastLb.VrrpHost.Holding;

namespace FastLb.VrrpHost.Tracking;

/// <summary>
/// The interfaces of static addresses, routes and rules with a <c>track_group</c>: while one is down, the instances of the group are in fault, as in keepalived. What else keeps the address,
/// route or rule from being set is none. Lines with <c>no_track</c> don't count.
/// </summary>
internal static class TrackGroupInterfaces
{
    /// <summary>Those whose groups name an instance, each once.</summary>
    public static IEnumerable<string> Of(VrrpInstance instance, DirectorConfiguration configuration)
    {
        HashSet<string> groups = [.. configuration.TrackGroups.Where(group => group.Instances.Contains(instance.Name)).Select(group => group.Name)];
        return Lines(configuration).Where(line => groups.Contains(line.Group)).Select(line => line.Interface).Distinct(StringComparer.Ordinal);
    }

    private static IEnumerable<(string Group, string Interface)> Lines(DirectorConfiguration configuration)
    {
        foreach (StaticAddress address in configuration.StaticAddresses)
        {
            if (address is { TrackGroup: { } group, Address.TracksDevice: true })
                yield return (group, address.Address.Device);
        }

        foreach (RouteDefinition route in configuration.StaticRoutes)
        {
            if (route is { TrackGroup: { } group, Interface: { } device, IsTracked: true })
                yield return (group, device);
        }

        foreach (RuleDefinition rule in configuration.StaticRules)
        {
            if (rule is { TrackGroup: { } group, Interface: { } device, IsTracked: true })
                yield return (group, device);
        }
    }
}
