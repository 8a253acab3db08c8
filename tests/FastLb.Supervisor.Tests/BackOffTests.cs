namespace FastLb.Supervisor.Tests;

public sealed class BackOffTests
{
    [Fact]
    public void Pauses_grow_to_ten_seconds_while_runs_are_short()
    {
        Assert.Equal([0, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000, 10_000], PausesAfter(Enumerable.Repeat(TimeSpan.FromSeconds(9.99), 10)));
    }

    [Fact]
    public void Process_that_has_run_long_enough_is_started_again_at_once()
    {
        TimeSpan early = TimeSpan.FromSeconds(1);

        Assert.Equal([0, 200, 400, 0, 200, 400], PausesAfter([early, early, early, BackOff.LongEnough, early, early]));
    }

    [Fact]
    public void First_end_is_followed_by_a_start_at_once_however_short_the_run() => Assert.Equal([0], PausesAfter([TimeSpan.Zero]));

    private static List<double> PausesAfter(IEnumerable<TimeSpan> runs)
    {
        var pauses = new List<double>();
        BackOff backOff = BackOff.Initial;
        foreach (TimeSpan run in runs)
        {
            (TimeSpan pause, backOff) = backOff.After(run);
            pauses.Add(pause.TotalMilliseconds);
        }

        return pauses;
    }
}
