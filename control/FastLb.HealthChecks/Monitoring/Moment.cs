namespace FastLb.HealthChecks.Monitoring;

/// <summary>A moment by two clocks.</summary>
/// <param name="Running">By one that nobody sets, from an arbitrary beginning: for durations.</param>
/// <param name="Date">By the calendar: for what is shown, and for what outlives the process.</param>
internal readonly record struct Moment(TimeSpan Running, DateTimeOffset Date)
{
    /// <summary>This moment.</summary>
    public static Moment Of(TimeProvider clock) => new(clock.GetElapsedTime(0), clock.GetUtcNow());

    /// <summary>How long ago something was that has a date; zero for what the calendar puts into the future.</summary>
    public TimeSpan Since(DateTimeOffset date) => Date > date ? Date - date : TimeSpan.Zero;
}
