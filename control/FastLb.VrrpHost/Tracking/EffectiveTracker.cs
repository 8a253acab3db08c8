using FastLb.Configuration.Model;

namespace FastLb.VrrpHost.Tracking;

/// <summary>Something that an instance tracks, with the weight that counts for it.</summary>
/// <param name="Key">What is tracked.</param>
/// <param name="Weight">By how much.</param>
/// <param name="IsOfGroup">True when it is its sync group that says so.</param>
internal sealed record EffectiveTracker(TrackedKey Key, TrackerWeight Weight, bool IsOfGroup)
{
    private static readonly TrackerWeight Unweighted = new(0, IsReversed: false);

    /// <summary>
    /// All that an instance tracks. What its sync group tracks counts for each member; where the instance tracks the same itself, the group's weight counts,
    /// unless the instance's is 0. A group with an owner, whose priority never changes, has no weights. The model has left out the weights of members that must
    /// keep step. The interfaces of static objects whose track group names the instance come last, without weights, by the same rule.
    /// </summary>
    public static IReadOnlyList<EffectiveTracker> Of(VrrpInstance instance, DirectorConfiguration configuration)
    {
        List<EffectiveTracker> found = [.. Own(instance.Trackers, configuration, isOfGroup: false)];
        if (configuration.SyncGroups.FirstOrDefault(group => group.Instances.Contains(instance.Name)) is { } group)
            AddShared(found, group, configuration);
        foreach (string name in TrackGroupInterfaces.Of(instance, configuration))
            Add(found, new EffectiveTracker(new TrackedKey(TrackerKind.Interface, name), Unweighted, IsOfGroup: false));
        return found;
    }

    private static void AddShared(List<EffectiveTracker> found, VrrpSyncGroup group, DirectorConfiguration configuration)
    {
        bool hasOwner = configuration.VrrpInstances.Any(member => member.Priority == VrrpInstance.OwnerPriority && group.Instances.Contains(member.Name));
        foreach (EffectiveTracker tracker in Own(group.Trackers, configuration, isOfGroup: true))
            Add(found, hasOwner ? tracker with { Weight = tracker.Weight with { Value = 0 } } : tracker);
    }

    private static void Add(List<EffectiveTracker> found, EffectiveTracker tracker)
    {
        int own = found.FindIndex(other => other.Key == tracker.Key);
        if (own < 0)
            found.Add(tracker);
        else if (found[own].Weight.Value != 0)
            found[own] = tracker;
    }

    private static IEnumerable<EffectiveTracker> Own(VrrpTrackers trackers, DirectorConfiguration configuration, bool isOfGroup) =>
    [
        .. Make(TrackerKind.Interface, trackers.Interfaces, _ => null, isOfGroup),
        .. Make(TrackerKind.Script, trackers.Scripts, name => configuration.TrackedScripts.FirstOrDefault(script => script.Name == name)?.Weight, isOfGroup),
        .. Make(TrackerKind.File, trackers.Files, name => configuration.TrackedFiles.FirstOrDefault(file => file.Name == name)?.Weight, isOfGroup),
        .. Make(TrackerKind.Process, trackers.Processes, name => configuration.TrackedProcesses.FirstOrDefault(process => process.Name == name)?.Weight, isOfGroup),
        .. Make(TrackerKind.Bfd, trackers.BfdSessions, name => configuration.BfdSessions.FirstOrDefault(session => session.Name == name)?.Weight, isOfGroup),
    ];

    private static IEnumerable<EffectiveTracker> Make(TrackerKind kind, ValueList<Tracker> trackers, Func<string, TrackerWeight?> ofDefinition, bool isOfGroup) =>
        trackers.Select(each => new EffectiveTracker(new TrackedKey(kind, each.Name), each.Weight ?? ofDefinition(each.Name) ?? Unweighted, isOfGroup));
}
