using System.CommandLine;
using System.Text.Json;
using FastLb.Bench;
using FastLb.Bench.Results;
using FastLb.Command.Reports;
using FastLb.Native;
using FastLb.Native.Bpf;

namespace FastLb.Command.Commands;

/// <summary><c>fastlb bench</c>: FastLb beside the kernel, on this machine.</summary>
internal static class BenchCommand
{
    private const int UsageFault = 1;

    public static System.CommandLine.Command Create()
    {
        var standard = new BenchOptions();
        Option<int> rounds = SharedOptions.Number("--rounds", "N", "Measurements of each path, by turns", standard.Rounds, 1, 1000);
        Option<double> seconds = SharedOptions.Number("--seconds", "S", "How long packets are counted in a round; latency and connections take half of it each", standard.Duration.TotalSeconds, 0.1, 60);
        Option<int> flows = SharedOptions.Number("--flows", "N", "Flows that the packets belong to by turns", standard.Flows, 1, BenchOptions.MostFlows);
        Option<int> size = SharedOptions.Number("--frame-size", "BYTES", "Of an Ethernet frame without its check sequence", standard.FrameLength, BenchOptions.ShortestFrame, BenchOptions.LongestFrame);
        Option<double> rate = SharedOptions.Number("--pps", "N", "Packets offered in a second; 0 for as many as can be sent", 0.0, 0, 1e8);
        Option<double> load = SharedOptions.Number("--latency-pps", "N", "Packets in a second that pass while round trips are timed", standard.LatencyLoad, 0, 1e8);
        Option<string[]> methods = Words("--methods", "How packets get to the server", "nat", "dr");
        Option<string[]> ports = Words("--ports", "FastLb's ports: how XDP is attached", "native", "generic");
        Option<bool> json = SharedOptions.Json("The report as JSON instead of the table");
        var output = new Option<string?>("--output", "-o") { Description = "Write the report there as JSON, too", HelpName = "FILE" };
        var chart = new Option<string?>("--chart") { Description = "Draw the report there as SVG", HelpName = "FILE" };
        var command = new System.CommandLine.Command("bench", "Measure FastLb beside the kernel's forwarding and load balancing on this machine, in network namespaces; as root, on an otherwise idle machine")
        {
            rounds, seconds, flows, size, rate, load, methods, ports, json, output, chart,
        };
        command.SetAction((arguments, cancellation) => Run(
            new BenchOptions
            {
                Rounds = arguments.GetValue(rounds),
                Duration = TimeSpan.FromSeconds(arguments.GetValue(seconds)),
                Flows = arguments.GetValue(flows),
                FrameLength = arguments.GetValue(size),
                Rate = arguments.GetValue(rate) is > 0 and var limit ? limit : null,
                LatencyLoad = arguments.GetValue(load),
                Methods = [.. arguments.GetRequiredValue(methods).Distinct().Select(word => word == "nat" ? BenchMethod.Nat : BenchMethod.Dr)],
                Ports = [.. arguments.GetRequiredValue(ports).Distinct().Select(word => word == "native" ? XdpAttachMode.Native : XdpAttachMode.Generic)],
            },
            arguments.GetValue(json), arguments.GetValue(output), arguments.GetValue(chart), cancellation));
        return command;
    }

    private static async Task<int> Run(BenchOptions options, bool json, string? output, string? chart, CancellationToken cancellation)
    {
        try
        {
            // Before minutes of measuring: what can't be written at the end. What is there stays until then.
            foreach (string path in new[] { output, chart }.OfType<string>())
                await new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write).DisposeAsync();
            BenchReport report = await PathComparer.Run(options, TimeProvider.System, Console.Error.WriteLine, cancellation);
            string text = JsonSerializer.Serialize(report, BenchJson.Default.BenchReport);
            if (output is not null)
                await File.WriteAllTextAsync(output, text + "\n", cancellation);
            if (chart is not null)
                ComparisonChart.Write(report, chart);
            await Console.Out.WriteLineAsync(json ? text : BenchTable.Render(report));
            return 0;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync("fastlb: stopped before the end; nothing is reported");
            return 130;
        }
        catch (Exception fault) when (fault is BenchException or SystemCallException or IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"fastlb: {fault.Message}");
            return UsageFault;
        }
    }

    private static Option<string[]> Words(string name, string description, params string[] words)
    {
        var option = new Option<string[]>(name)
        {
            Description = $"{description}, one or several",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => words,
        };
        option.AcceptOnlyFromAmong(words);
        return option;
    }
}
