namespace FastLb.Bench.Measures;

/// <summary>A figure over several rounds.</summary>
/// <param name="Median">The middle one.</param>
/// <param name="Least">The least one.</param>
/// <param name="Most">The greatest one.</param>
public readonly record struct Spread(double Median, double Least, double Most)
{
    /// <summary>Over at least one figure.</summary>
    public static Spread Of(IEnumerable<double> figures)
    {
        double[] sorted = [.. figures.Order()];
        return new Spread((sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2, sorted[0], sorted[^1]);
    }

    /// <summary>The figure that so many of all are not above (nearest rank).</summary>
    /// <param name="sorted">The figures, the least first; at least one.</param>
    /// <param name="share">Above 0, at most 1.</param>
    public static double Percentile(double[] sorted, double share) => sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Length), 1, sorted.Length) - 1];
}
