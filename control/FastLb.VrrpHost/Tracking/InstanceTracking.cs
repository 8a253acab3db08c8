using FastLb.Configuration.Model;

namespace FastLb.VrrpHost.Tracking;

/// <summary>One thing that an instance tracks, for display.</summary>
/// <param name="Kind">Of what kind it is.</param>
/// <param name="Name">Its name.</param>
/// <param name="State">How it stands with it.</param>
/// <param name="Weight">The weight that counts for the instance.</param>
/// <param name="Effect">What it does to the instance.</param>
/// <param name="IsOfGroup">True when the instance's sync group tracks it.</param>
internal sealed record TrackerReport(TrackerKind Kind, string Name, TrackedState State, TrackerWeight Weight, TrackerEffect Effect, bool IsOfGroup);

/// <summary>What all trackers together do to an instance.</summary>
/// <param name="PriorityChange">What they add to its configured priority; <see cref="TrackedPriority.Of"/> makes one of both.</param>
/// <param name="IsFaulty">True when one of them is a fault.</param>
/// <param name="IsAwaited">
/// True while a script whose failure would be a fault of the instance, or of another member of its sync group, has not had a result yet: until then keepalived's instances
/// take on no role, not even that of fault.
/// </param>
/// <param name="Trackers">One by one.</param>
internal sealed record InstanceTracking(int PriorityChange, bool IsFaulty, bool IsAwaited, ValueList<TrackerReport> Trackers)
{
    /// <summary>An instance that tracks nothing.</summary>
    public static readonly InstanceTracking Nothing = new(0, IsFaulty: false, IsAwaited: false, []);

    /// <summary>Names the first fault; null without one.</summary>
    public string? Fault => Trackers.FirstOrDefault(tracker => tracker.Effect.IsFaulty) is { } tracker ? Describe(tracker) : null;

    /// <summary>What trackers do together while the things that they track stand so.</summary>
    public static InstanceTracking Of(TrackerSet trackers, Func<TrackedKey, TrackedState> stateOf)
    {
        TrackerReport[] reports = [.. trackers.Trackers.Select(tracker => Report(tracker, stateOf(tracker.Key)))];
        return new InstanceTracking(
            reports.Sum(report => report.Effect.Contribution),
            reports.Any(report => report.Effect.IsFaulty),
            trackers.Awaited.Any(key => stateOf(key).IsUp is null),
            [.. reports]);
    }

    private static TrackerReport Report(EffectiveTracker tracker, TrackedState state) => new(
        tracker.Key.Kind, tracker.Key.Name, state, tracker.Weight, TrackerEffect.Of(tracker.Key.Kind, state, tracker.Weight), tracker.IsOfGroup);

    private static string Describe(TrackerReport tracker) => tracker.Kind switch
    {
        TrackerKind.File => $"the tracked file {tracker.Name} says {tracker.State.Value}",
        TrackerKind.Interface => $"the tracked interface {tracker.Name} is {Word(tracker)}",
        TrackerKind.Script => $"the script {tracker.Name} {(tracker.State.IsUp == true ? "succeeds" : "fails")}",
        TrackerKind.Process => $"the tracked process {tracker.Name} is {Word(tracker)}",
        _ => $"the BFD session {tracker.Name} is {Word(tracker)}",
    };

    private static string Word(TrackerReport tracker) => tracker.State.IsUp == true ? "up" : "down";
}
