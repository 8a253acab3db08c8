using FastLb.Bench.Measures;
using FastLb.Bench.Paths;

namespace FastLb.Bench.Results;

/// <summary>A path and its rounds.</summary>
internal sealed record MeasuredPath(string Name, PathKind Kind, BenchMethod? Method, IReadOnlyList<PathRound> Rounds)
{
    /// <summary>Time beyond the generator's own, of each round.</summary>
    public double[] MarginalTo(MeasuredPath generator) => [.. Rounds.Zip(generator.Rounds, (round, alone) => round.ProcessorNanoseconds - alone.ProcessorNanoseconds)];
}

/// <summary>
/// Makes a report of the rounds. What is a difference or a ratio is one between figures of the same round, of which the median is taken: the machine's speed changes
/// between rounds.
/// </summary>
internal static class ReportComposer
{
    /// <param name="paths">One of which is the generator alone, and one the kernel's load balancing; all with as many rounds.</param>
    public static IReadOnlyList<PathReport> Compose(IReadOnlyList<MeasuredPath> paths)
    {
        MeasuredPath generator = paths.Single(path => path.Kind == PathKind.Dropped);
        return [.. paths.Select(path => Compose(path, generator, ReferenceOf(path, paths)))];
    }

    // IPVS with the same method; nftables has one method only.
    private static MeasuredPath? ReferenceOf(MeasuredPath path, IReadOnlyList<MeasuredPath> paths)
    {
        if (path.Kind != PathKind.FastLb)
            return null;
        MeasuredPath[] kernel = [.. paths.Where(candidate => candidate.Kind == PathKind.Kernel)];
        return kernel.FirstOrDefault(candidate => candidate.Method == path.Method) ?? kernel[0];
    }

    private static PathReport Compose(MeasuredPath path, MeasuredPath generator, MeasuredPath? reference) => new(
        path.Name,
        path.Kind,
        path.Method,
        Over(path, round => round.PerSecond),
        Over(path, round => round.Lost),
        Over(path, round => round.ProcessorNanoseconds),
        path.Kind == PathKind.Dropped ? null : Spread.Of(path.MarginalTo(generator)),
        path.Rounds)
    {
        LatencyP50 = OverLatency(path, latency => latency.P50),
        LatencyP99 = OverLatency(path, latency => latency.P99),
        LatencyP999 = OverLatency(path, latency => latency.P999),
        ConnectionsPerSecond = path.Rounds[0].ConnectionsPerSecond is null ? null : Over(path, round => round.ConnectionsPerSecond!.Value),
        Comparison = reference is null ? null : Compare(path, generator, reference),
    };

    private static PathComparison Compare(MeasuredPath path, MeasuredPath generator, MeasuredPath reference) => new(
        reference.Name,
        Spread.Of(path.Rounds.Zip(reference.Rounds, (mine, its) => mine.PerSecond / its.PerSecond)).Median,
        Spread.Of(path.MarginalTo(generator).Zip(reference.MarginalTo(generator), (mine, its) => mine / its)).Median);

    private static Spread Over(MeasuredPath path, Func<PathRound, double> figure) => Spread.Of(path.Rounds.Select(figure));

    private static Spread? OverLatency(MeasuredPath path, Func<LatencyFigures, double> figure) =>
        path.Rounds[0].LatencyMicroseconds is null ? null : Over(path, round => figure(round.LatencyMicroseconds!));
}
