using FastLb.Dataplane;

namespace FastLb.Replay;

/// <summary>
/// The capture's timestamps as a clock that never goes back: one that does is taken for the latest before it. A gap counts 30 days at the most, in which all
/// that a director remembers ends, so that a damaged timestamp doesn't turn time for ages.
/// </summary>
internal sealed class CaptureClock
{
    private static readonly TimeSpan LongestGap = TimeSpan.FromDays(30);
    private static readonly MonotonicTime Origin = MonotonicTime.FromSeconds(1000);

    private long? _latest;

    /// <summary>The present.</summary>
    public MonotonicTime Now { get; private set; } = Origin;

    /// <summary>Timestamps that went back.</summary>
    public long Regressions { get; private set; }

    /// <summary>Goes on to a frame's timestamp.</summary>
    /// <param name="timestamp">Nanoseconds since 1970.</param>
    public MonotonicTime Advance(long timestamp)
    {
        long latest = _latest ?? timestamp;
        if (timestamp < latest)
            Regressions++;
        else
            Now = new MonotonicTime(Now.Nanoseconds + Math.Min(timestamp - latest, LongestGap.Ticks * 100));
        _latest = Math.Max(latest, timestamp);
        return Now;
    }
}
