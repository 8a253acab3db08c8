using System.Globalization;
using System.Xml.Linq;
using FastLb.Bench.Paths;
using FastLb.Bench.Results;

namespace FastLb.Bench.Tests;

public sealed class ComparisonChartTests : IDisposable
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";
    private readonly string _path = Path.GetTempFileName();

    [Fact]
    public void Each_path_has_a_bar_as_long_as_its_median_is_great()
    {
        XDocument chart = Draw(
            new MeasuredPath("generator", PathKind.Dropped, null, [new PathRound(9e6, 9e6, 0, 100)]),
            new MeasuredPath("kernel <a & b>", PathKind.Kernel, BenchMethod.Nat, [new PathRound(1e6, 1e6, 0, 300)]),
            new MeasuredPath("FastLb", PathKind.FastLb, BenchMethod.Nat, [new PathRound(2e6, 2e6, 0, 200)]));

        // Packets per second of the two that forward, and their marginal time: 200 and 100 ns. Nobody has latencies. The first rectangle is the background.
        Assert.Equal([260, 520, 520, 260], chart.Descendants(Svg + "rect").Skip(1).Select(bar => double.Parse(bar.Attribute("width")!.Value, CultureInfo.InvariantCulture)));
        Assert.Equal(2, chart.Descendants(Svg + "text").Count(text => text.Value == "kernel <a & b>"));
        Assert.Contains("2000", chart.Descendants(Svg + "text").Select(text => text.Value));
    }

    [Fact]
    public void Marginal_time_below_nothing_has_no_bar()
    {
        XDocument chart = Draw(
            new MeasuredPath("generator", PathKind.Dropped, null, [new PathRound(9e6, 9e6, 0, 100)]),
            new MeasuredPath("kernel", PathKind.Kernel, BenchMethod.Nat, [new PathRound(1e6, 1e6, 0, 90)]));

        Assert.Equal("0", chart.Descendants(Svg + "rect").Last().Attribute("width")!.Value);
    }

    public void Dispose() => File.Delete(_path);

    private XDocument Draw(params MeasuredPath[] paths)
    {
        var machine = new BenchMachine("6.1", "a processor", 2, ".NET", "1");
        ComparisonChart.Write(new BenchReport(machine, DateTimeOffset.UnixEpoch, 1, 1, 10, 60, null, 0, "nftables", ReportComposer.Compose(paths)), _path);
        return XDocument.Load(_path);
    }
}
