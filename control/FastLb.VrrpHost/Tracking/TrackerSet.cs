using FastLb.Configuration.Model;

namespace FastLb.VrrpHost.Tracking;

/// <summary>What counts for an instance.</summary>
/// <param name="Trackers">What it tracks, and its sync group with it.</param>
/// <param name="Awaited">
/// The scripts whose first result it waits for: all without weight that it or another member of its sync group tracks, because members take on their first roles together.
/// </param>
internal sealed record TrackerSet(IReadOnlyList<EffectiveTracker> Trackers, IReadOnlySet<TrackedKey> Awaited)
{
    /// <summary>True when something tracked counts for the instance.</summary>
    public bool Has(TrackedKey key) => Awaited.Contains(key) || Trackers.Any(tracker => tracker.Key == key);

    /// <summary>The sets of all instances, by their names.</summary>
    /// <param name="configuration">Who tracks what.</param>
    /// <param name="disabled">What nobody tracks although the configuration says so.</param>
    public static Dictionary<string, TrackerSet> Of(DirectorConfiguration configuration, IReadOnlySet<TrackedKey> disabled)
    {
        Dictionary<string, EffectiveTracker[]> trackers = new(StringComparer.Ordinal);
        foreach (VrrpInstance instance in configuration.VrrpInstances)
            trackers[instance.Name] = [.. EffectiveTracker.Of(instance, configuration).Where(tracker => !disabled.Contains(tracker.Key))];
        return trackers.Keys.ToDictionary(
            name => name,
            name => new TrackerSet(trackers[name], AwaitedBy([name, .. PeersOf(name, configuration)], trackers)),
            StringComparer.Ordinal);
    }

    private static ValueList<string> PeersOf(string name, DirectorConfiguration configuration) =>
        configuration.SyncGroups.FirstOrDefault(group => group.Instances.Contains(name))?.Instances ?? [];

    private static HashSet<TrackedKey> AwaitedBy(IEnumerable<string> instances, Dictionary<string, EffectiveTracker[]> trackers) =>
    [
        .. instances.SelectMany(name => trackers.GetValueOrDefault(name, []))
            .Where(tracker => tracker.Key.Kind == TrackerKind.Script && tracker.Weight.Value == 0).Select(tracker => tracker.Key),
    ];
}
