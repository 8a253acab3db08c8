using FastLb.HealthChecks.Checkers;

namespace FastLb.HealthChecks.Monitoring;

/// <summary>A probe that has been made.</summary>
/// <param name="Result">What it found.</param>
/// <param name="Took">From its begin to its end.</param>
public readonly record struct ProbeAttempt(ProbeResult Result, TimeSpan Took);
