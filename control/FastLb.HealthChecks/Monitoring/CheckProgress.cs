namespace FastLb.HealthChecks.Monitoring;

/// <summary>What a check that probes is doing.</summary>
public enum CheckPhase
{
    /// <summary>Nothing: the checks have not begun, or have ended.</summary>
    Stopped,

    /// <summary>It waits for its next probe.</summary>
    Waiting,

    /// <summary>A probe is under way.</summary>
    Probing,
}

/// <summary>Where a check stands at one moment.</summary>
/// <param name="Phase">What it is doing.</param>
/// <param name="Time">While it waits, until its next probe; while it probes, since that has begun; else zero. Never negative.</param>
public readonly record struct CheckProgress(CheckPhase Phase, TimeSpan Time);
