using FastLb.Bench.Paths;
using FastLb.Bench.Results;

namespace FastLb.Bench.Tests;

public sealed class ReportComposerTests
{
    private static readonly MeasuredPath Generator = new("generator", PathKind.Dropped, null, [Round(2000, 100), Round(1000, 300), Round(2000, 110)]);
    private static readonly MeasuredPath Kernel = new("kernel", PathKind.Kernel, BenchMethod.Nat, [Round(1000, 300), Round(500, 700), Round(1000, 330)]);
    private static readonly MeasuredPath Nat = new("NAT", PathKind.FastLb, BenchMethod.Nat, [Round(1500, 400), Round(750, 1100), Round(1600, 330)]);
    private static readonly MeasuredPath Dr = new("DR", PathKind.FastLb, BenchMethod.Dr, [Round(2000, 200), Round(1000, 500), Round(2000, 220)]);

    [Fact]
    public void Differences_and_ratios_are_between_figures_of_one_round()
    {
        PathReport report = ReportComposer.Compose([Generator, Kernel, Nat])[2];

        // Marginal: 300, 800, 220, to the kernel's 200, 400, 220.
        Assert.Equal((300, 220, 800), (report.MarginalNanoseconds!.Value.Median, report.MarginalNanoseconds.Value.Least, report.MarginalNanoseconds.Value.Most));
        Assert.Equal(new PathComparison("kernel", 1.5, 1.5), report.Comparison);
    }

    [Fact]
    public void Paths_are_compared_with_the_kernels_of_the_same_method_or_with_what_there_is()
    {
        MeasuredPath kernelDr = Kernel with { Name = "kernel DR", Method = BenchMethod.Dr };

        Assert.Equal(["kernel", "kernel DR"], Comparisons([Generator, Kernel, kernelDr, Nat, Dr]));
        Assert.Equal(["kernel", "kernel"], Comparisons([Generator, Kernel, Nat, Dr]));
    }

    [Fact]
    public void Generator_and_kernel_are_compared_with_nothing()
    {
        IReadOnlyList<PathReport> reports = ReportComposer.Compose([Generator, Kernel, Nat]);

        Assert.Null(reports[0].MarginalNanoseconds);
        Assert.All(reports.Take(2), report => Assert.Null(report.Comparison));
    }

    [Fact]
    public void Figures_that_a_path_does_not_have_are_left_out()
    {
        IReadOnlyList<PathReport> reports = ReportComposer.Compose([Generator, Kernel with { Rounds = [.. Kernel.Rounds.Select(round => round with
        {
            LatencyMicroseconds = new LatencyFigures(10, 20, 30, 40, 50, 1000, 1),
            ConnectionsPerSecond = 5,
        })] }]);

        Assert.Equal((null, null), (reports[0].LatencyP99, reports[0].ConnectionsPerSecond));
        Assert.Equal((10, 30, 40, 5), (reports[1].LatencyP50!.Value.Median, reports[1].LatencyP99!.Value.Median, reports[1].LatencyP999!.Value.Median, reports[1].ConnectionsPerSecond!.Value.Median));
    }

    private static string[] Comparisons(IReadOnlyList<MeasuredPath> paths) => [.. ReportComposer.Compose(paths).Select(report => report.Comparison?.Reference).OfType<string>()];

    private static PathRound Round(double perSecond, double nanoseconds) => new(perSecond, perSecond, 0, nanoseconds);
}
