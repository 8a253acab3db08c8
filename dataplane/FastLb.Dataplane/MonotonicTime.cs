namespace FastLb.Dataplane;

/// <summary>
/// A moment on the monotonic clock, in nanoseconds since an origin that only this process knows. The packet path is given it; it never asks for it.
/// </summary>
public readonly record struct MonotonicTime(long Nanoseconds)
{
    /// <summary>The origin.</summary>
    public static MonotonicTime Zero => default;

    public static MonotonicTime FromMilliseconds(long milliseconds) => new(milliseconds * 1_000_000);

    public static MonotonicTime FromSeconds(double seconds) => new((long)(seconds * 1e9));

    /// <summary>Whole milliseconds since the origin, rounded down.</summary>
    public long Milliseconds => Nanoseconds / 1_000_000;

    public static MonotonicTime operator +(MonotonicTime time, TimeSpan span) => new(time.Nanoseconds + (span.Ticks * 100));

    public static TimeSpan operator -(MonotonicTime left, MonotonicTime right) => new((left.Nanoseconds - right.Nanoseconds) / 100);

    public static bool operator <(MonotonicTime left, MonotonicTime right) => left.Nanoseconds < right.Nanoseconds;

    public static bool operator >(MonotonicTime left, MonotonicTime right) => left.Nanoseconds > right.Nanoseconds;

    public static bool operator <=(MonotonicTime left, MonotonicTime right) => left.Nanoseconds <= right.Nanoseconds;

    public static bool operator >=(MonotonicTime left, MonotonicTime right) => left.Nanoseconds >= right.Nanoseconds;
}
