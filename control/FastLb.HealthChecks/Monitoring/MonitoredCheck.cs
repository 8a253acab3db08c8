using FastLb.HealthChecks.Checkers;

namespace FastLb.HealthChecks.Monitoring;

/// <summary>A check to be made again and again.</summary>
/// <param name="Probe">Makes it.</param>
/// <param name="Warmup">The longest random delay of the first probe; zero to probe at once.</param>
/// <param name="Report">Takes each result, on any thread, and says how long to wait before the next probe.</param>
/// <param name="Pace">Tells where the check stands, and hurries it; of this check alone.</param>
public sealed record MonitoredCheck(IHealthProbe Probe, TimeSpan Warmup, Func<ProbeResult, TimeSpan> Report, CheckPace Pace);
