namespace FastLb.Configuration.Model;

/// <summary>Which schedulers share connections in proportion to the servers' weights, and to nothing but their proportion.</summary>
public static class SchedulerWeights
{
    /// <summary>
    /// Those that do. The others know only whether a weight is zero (rr, lc, dh), take the greatest (fo), count connections against it (ovf, lblc, lblcr), or lay out a
    /// table that greater weights lay out otherwise even in the same proportion (sh).
    /// </summary>
    public static IReadOnlyList<Scheduler> Sharing { get; } =
    [
        Scheduler.WeightedLeastConnection, Scheduler.WeightedRoundRobin, Scheduler.ShortestExpectedDelay, Scheduler.NeverQueue, Scheduler.MaglevHashing, Scheduler.PowerOfTwoChoices,
    ];

    /// <summary>Whether <paramref name="scheduler"/> is one of them.</summary>
    public static bool SpreadsByWeight(this Scheduler scheduler) => Sharing.Contains(scheduler);
}
