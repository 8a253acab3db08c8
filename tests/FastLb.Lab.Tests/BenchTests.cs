using System.Text.Json;
using System.Xml.Linq;
using FastLb.Lab.Tests.Laboratory;
using Xunit;

namespace FastLb.Lab.Tests;

/// <summary><c>fastlb bench</c>: that it measures what it says, and leaves nothing. How fast anything is depends on the machine, and is no test's matter.</summary>
public sealed class BenchTests : IDisposable
{
    private static readonly string[] Quick = ["--rounds", "1", "--seconds", "0.2", "--latency-pps", "1000"];
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fastlb-bench-test-");

    [Fact]
    public async Task Every_path_forwards_and_is_compared_with_the_kernel()
    {
        string report = Path.Combine(_folder.FullName, "report.json"), chart = Path.Combine(_folder.FullName, "chart.svg"), temporary = _folder.CreateSubdirectory("tmp").FullName;

        string table = (await LabProcess.Run(
            "env", ["TMPDIR=" + temporary, Repository.FastLbCommand, "bench", .. Quick, "--methods", "nat", "dr", "--ports", "native", "generic", "--output", report, "--chart", chart])).Expected();

        using JsonDocument json = JsonDocument.Parse(await File.ReadAllTextAsync(report, TestContext.Current.CancellationToken));
        JsonElement[] paths = [.. json.RootElement.GetProperty("paths").EnumerateArray()];
        string[] directors = ["FastLb AF_XDP native NAT", "FastLb AF_XDP generic NAT", "FastLb AF_XDP native DR", "FastLb AF_XDP generic DR"];
        Assert.Equal(["generator alone", "kernel forwarding", "kernel nftables DNAT", .. directors], paths.Select(NameOf));
        Assert.All(paths, path => Assert.True(MedianOf(path, "perSecond") > 0, NameOf(path)));
        Assert.All(paths.Skip(1), path => Assert.True(MedianOf(path, "latencyP50") > 0 && MedianOf(path, "connectionsPerSecond") > 0, NameOf(path)));
        Assert.Equal(directors, paths.Where(path => path.GetProperty("comparison").ValueKind == JsonValueKind.Object).Select(NameOf));
        Assert.All(paths, path => Assert.Contains(table.Split('\n'), line => line.StartsWith($"| {NameOf(path)} ", StringComparison.Ordinal)));
        Assert.Contains("nftables DNAT: the kernel has no IPVS", table, StringComparison.Ordinal);
        Assert.Contains(XDocument.Load(chart).Descendants(), element => element.Value == directors[3]);
        Assert.Empty(Directory.EnumerateFileSystemEntries(temporary));
    }

    [Fact]
    public async Task Killed_bench_takes_its_directors_with_it()
    {
        await using LabProcess bench = LabProcess.Start(
            "env", ["TMPDIR=" + _folder.FullName, Repository.FastLbCommand, "bench", "--rounds", "100", "--seconds", "0.2", "--methods", "dr", "--ports", "native"]);
        await bench.Reports("warming up: FastLb");
        int[] processes = ProcessTable.TreeOf(bench.Id);
        Assert.True(processes.Length >= 4, "it has a director with its processes");

        Signal.Kill.SendTo(bench.Id);

        await Eventually.Happens(() => !processes.Any(ProcessTable.IsRunning), $"the end of {string.Join(", ", processes)}");
    }

    [Fact]
    public async Task What_it_can_not_do_is_said_before_anything_is_measured()
    {
        CommandResult unprivileged = await LabProcess.Run("setpriv", "--bounding-set", "-all", "--inh-caps", "-all", Repository.FastLbCommand, "bench");
        Assert.Equal(1, unprivileged.ExitCode);
        Assert.Contains("needs CAP_SYS_ADMIN", unprivileged.Error, StringComparison.Ordinal);

        CommandResult nowhere = await LabProcess.Run(Repository.FastLbCommand, "bench", "--chart", "/nowhere/chart.svg");
        Assert.Equal(1, nowhere.ExitCode);
        Assert.Contains("/nowhere/chart.svg", nowhere.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("setting up", nowhere.Error, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static string NameOf(JsonElement path) => path.GetProperty("name").GetString()!;

    private static double MedianOf(JsonElement path, string figure) => path.GetProperty(figure).GetProperty("median").GetDouble();
}
