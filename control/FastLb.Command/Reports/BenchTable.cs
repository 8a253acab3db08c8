using System.Globalization;
using System.Text;
using FastLb.Bench.Measures;
using FastLb.Bench.Paths;
using FastLb.Bench.Results;

namespace FastLb.Command.Reports;

/// <summary>A comparison with the kernel, as a table for people, which is Markdown, too.</summary>
internal static class BenchTable
{
    public static string Render(BenchReport report)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture,
            $"{report.Machine.Processor}, {report.Machine.Processors} processors, Linux {report.Machine.Kernel}, {report.Machine.Runtime}, FastLb {report.Machine.Version}");
        string offered = report.OfferedPerSecond is { } rate ? $"{rate:0} packets per second offered" : "as many packets offered as can be sent";
        text.AppendLine(CultureInfo.InvariantCulture,
            $"{report.FrameLength}-byte frames of {report.Flows} flows, {offered}; medians of {report.Rounds} rounds of {report.Seconds:0.##} s; {report.LatencyLoad:0} packets per second pass while round trips are timed");
        text.AppendLine(CultureInfo.InvariantCulture, $"The kernel balances with {report.KernelReference}");
        text.AppendLine();
        text.AppendLine("| path                       | kpps | x kernel | lost % | CPU ns | beyond generator | x kernel | RTT p50 µs |    p99 |  p99.9 | conn/s |");
        text.AppendLine("|----------------------------|-----:|---------:|-------:|-------:|-----------------:|---------:|-----------:|-------:|-------:|-------:|");
        foreach (PathReport path in report.Paths)
            text.AppendLine(Row(path));
        text.AppendLine();
        text.AppendLine("CPU: time of all processors for each packet that arrives, whoever spends it. Beyond generator: less what a packet costs that the director drops at once.");
        text.Append("x kernel: FastLb's figure divided by that of the kernel's load balancing with the same method, or of nftables DNAT; more is better for kpps, less for CPU.");
        return text.ToString();
    }

    private static string Row(PathReport path)
    {
        PathComparison? comparison = path.Comparison;
        bool forwards = path.Kind != PathKind.Dropped;
        return string.Create(CultureInfo.InvariantCulture,
            $"| {path.Name,-26} | {path.PerSecond.Median / 1000,4:0} | {comparison?.PerSecond,8:0.00} | {(forwards ? path.Lost.Median * 100 : null),6:0.0} | {path.ProcessorNanoseconds.Median,6:0} | {path.MarginalNanoseconds?.Median,16:0} | {comparison?.MarginalNanoseconds,8:0.00} | {Median(path.LatencyP50),10:0.0} | {Median(path.LatencyP99),6:0} | {Median(path.LatencyP999),6:0} | {Median(path.ConnectionsPerSecond),6:0} |");
    }

    private static double? Median(Spread? spread) => spread?.Median;
}
