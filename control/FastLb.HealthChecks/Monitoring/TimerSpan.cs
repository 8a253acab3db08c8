namespace FastLb.HealthChecks.Monitoring;

/// <summary>Time spans as timers take them: whole milliseconds, at least one, at most 49.7 days.</summary>
internal static class TimerSpan
{
    private const double Longest = uint.MaxValue - 1;

    /// <summary>The span, rounded up to what a timer takes, so that microseconds don't become a loop without pause.</summary>
    public static TimeSpan Of(TimeSpan span) => TimeSpan.FromMilliseconds(Math.Clamp(Math.Ceiling(span.TotalMilliseconds), 1, Longest));
}
