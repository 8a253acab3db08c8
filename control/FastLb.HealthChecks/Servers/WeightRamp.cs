using FastLb.Configuration.Model;

namespace FastLb.HealthChecks.Servers;

/// <summary>
/// The share of its weight that a server has which has come up a while ago: a tenth at first, and another tenth each tenth of the time. A server that starts with empty caches isn't
/// given all at once what it can bear when warm.
/// </summary>
internal static class WeightRamp
{
    /// <summary>How many steps lead to the full weight.</summary>
    public const int Steps = 10;

    /// <summary>The share in tenths, from 1 to <see cref="Steps"/>.</summary>
    /// <param name="elapsed">Since the server came up.</param>
    /// <param name="length">The time to the full weight; more than zero.</param>
    public static int ShareAfter(TimeSpan elapsed, TimeSpan length) =>
        elapsed >= length ? Steps : elapsed <= TimeSpan.Zero ? 1 : (int)(elapsed.Ticks * (Int128)Steps / length.Ticks) + 1;

    /// <summary>When the share that is reached then ends, from the server's coming up; null for the full one, which stays.</summary>
    public static TimeSpan? EndOf(int share, TimeSpan length) => share >= Steps ? null : new TimeSpan((long)(((Int128)length.Ticks * share + Steps - 1) / Steps));

    /// <summary>By what all weights of a pool are multiplied while some are reduced, so that a tenth of the least of those is still a whole number.</summary>
    /// <param name="weights">The weights of the servers in the pool.</param>
    /// <param name="shares">The share of each.</param>
    /// <param name="scheduler">The pool's; 1 for those to which the proportion of weights says nothing.</param>
    public static int ScaleOf(IReadOnlyList<int> weights, IReadOnlyList<int> shares, Scheduler scheduler)
    {
        int[] reduced = [.. weights.Where((weight, i) => weight > 0 && shares[i] < Steps)];
        if (reduced.Length == 0 || !scheduler.SpreadsByWeight())
            return 1;
        int wanted = (Steps + reduced.Min() - 1) / reduced.Min();
        return Math.Max(1, Math.Min(wanted, int.MaxValue / weights.Max()));
    }

    /// <summary>A weight in a pool.</summary>
    /// <param name="weight">The full one.</param>
    /// <param name="share">Of it, in tenths.</param>
    /// <param name="scale">As of <see cref="ScaleOf"/>.</param>
    public static int Reduce(int weight, int share, int scale) => weight == 0 ? 0 : (int)Math.Max(1, (long)weight * scale * share / Steps);
}
