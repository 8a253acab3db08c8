namespace FastLb.HealthChecks.Pools;

/// <summary>When a service has servers enough: its quorum, with the hysteresis that keeps it from flapping.</summary>
public static class Quorum
{
    /// <summary>Whether the quorum is there.</summary>
    /// <param name="before">Whether it was there; null for a service that starts, which must gain it.</param>
    /// <param name="weight">The total weight of live servers.</param>
    /// <param name="quorum">At least 1.</param>
    /// <param name="hysteresis">Less than <paramref name="quorum"/>.</param>
    public static bool Holds(bool? before, long weight, uint quorum, uint hysteresis) =>
        before == true
            ? weight != 0 && weight >= (long)quorum - hysteresis
            : weight >= (long)quorum + hysteresis;
}
