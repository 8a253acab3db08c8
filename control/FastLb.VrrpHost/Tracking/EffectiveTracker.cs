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
    /// All that an instance tracks. What its sync group tracks counts for each member; where the instance tracks the same itself, the group's weight counts, unless the instance's
    /// is 0. A group with an owner, whose priority never changes, has no weights. The model has left out the weights of members that must keep step.
    /// </summary>
    public static IReadOnlyList<EffectiveTracker> Of(VrrpInstance instance, DirectorConfiguration configuration)
    {
        List<EffectiveTracker> found = [.. Own(instance.Trackers, configuration, isOfGroup: false)];
        if (configuration.SyncGroups.FirstOrDefault(group => group.Instances.Contains(instance.Name)) is not { } group)
            return found;
        bool hasOwner = configuration.VrrpInstances.Any(member => member.Priority == VrrpInstance.OwnerPriority && group.Instances.Contains(member.Name));
        foreach (EffectiveTracker tracker in Own(group.Trackers, configuration, isOfGroup: true))
        {
            EffectiveTracker shared = hasOwner ? tracker with { Weight = tracker.Weight with { Value = 0 } } : tracker;
            int own = found.FindIndex(other => other.Key == tracker.Key);
            if (own < 0)
                found.Add(shared);
            else if (found[own].Weight.Value != 0)
                found[own] = shared;
        }

        return found;
    }

    private static IEnumerable<EffectiveTracker> Own(VrrpTrackers trackers, DirectorConfiguration configuration, bool isOfGroup) =>
    [
        .. trackers.Interfaces.Select(each => Make(TrackerKind.Interface, each, null, isOfGroup)),
        .. trackers.Scripts.Select(each => Make(TrackerKind.Script, each, configuration.TrackedScripts.FirstOrDefault(script => script.Name == each.Name)?.Weight, isOfGroup)),
        .. trackers.Files.Select(each => Make(TrackerKind.File, each, configuration.TrackedFiles.FirstOrDefault(file => file.Name == each.Name)?.Weight, isOfGroup)),
        .. trackers.Processes.Select(each => Make(TrackerKind.Process, each, configuration.TrackedProcesses.FirstOrDefault(process => process.Name == each.Name)?.Weight, isOfGroup)),
        .. trackers.BfdSessions.Select(each => Make(TrackerKind.Bfd, each, configuration.BfdSessions.FirstOrDefault(session => session.Name == each.Name)?.Weight, isOfGroup)),
    ];

    private static EffectiveTracker Make(TrackerKind kind, Tracker tracker, TrackerWeight? ofDefinition, bool isOfGroup) =>
        new(new TrackedKey(kind, tracker.Name), tracker.Weight ?? ofDefinition ?? Unweighted, isOfGroup);
}
