using System.Text.Json.Serialization;
using FastLb.Bench.Measures;
using FastLb.Bench.Paths;

namespace FastLb.Bench.Results;

/// <summary>One round's figures of a path.</summary>
/// <param name="OfferedPerSecond">Packets that the generator sent.</param>
/// <param name="PerSecond">Packets that came to the server; that the director dropped where it is to.</param>
/// <param name="Lost">The share of the offered packets that didn't, 0 to 1.</param>
/// <param name="ProcessorNanoseconds">Time of all processors for each packet that came, generator and server included.</param>
public sealed record PathRound(double OfferedPerSecond, double PerSecond, double Lost, double ProcessorNanoseconds)
{
    /// <summary>Round trips of single datagrams; null where nothing is answered.</summary>
    public LatencyFigures? LatencyMicroseconds { get; init; }

    /// <summary>Connections of TCP with a byte each way, from first to last segment; null where nothing is answered.</summary>
    public double? ConnectionsPerSecond { get; init; }

    /// <summary>Connections that weren't made or broke.</summary>
    public long FailedConnections { get; init; }
}

/// <summary>Round trips in microseconds.</summary>
/// <param name="P50">No more than this for half of them.</param>
/// <param name="P90">For 90 %.</param>
/// <param name="P99">For 99 %.</param>
/// <param name="P999">For 99.9 %.</param>
/// <param name="Longest">For all.</param>
/// <param name="Count">How many there were.</param>
/// <param name="Lost">How many had no answer within 200 ms, beside those.</param>
public sealed record LatencyFigures(double P50, double P90, double P99, double P999, double Longest, int Count, int Lost);

/// <summary>A path's figures over all rounds.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Kind">What forwards.</param>
/// <param name="Method">How, where there is a choice.</param>
/// <param name="PerSecond">Packets.</param>
/// <param name="Lost">Share of the offered ones.</param>
/// <param name="ProcessorNanoseconds">All processors' time for each packet.</param>
/// <param name="MarginalNanoseconds">Of these, what the generator does not need in the same round; null for the generator alone.</param>
/// <param name="Rounds">Each round.</param>
public sealed record PathReport(
    string Name, PathKind Kind, BenchMethod? Method, Spread PerSecond, Spread Lost, Spread ProcessorNanoseconds, Spread? MarginalNanoseconds, IReadOnlyList<PathRound> Rounds)
{
    /// <summary>Round trips' median, 99th and 99.9th percentile, microseconds; null where nothing is answered.</summary>
    public Spread? LatencyP50 { get; init; }

    /// <inheritdoc cref="LatencyP50"/>
    public Spread? LatencyP99 { get; init; }

    /// <inheritdoc cref="LatencyP50"/>
    public Spread? LatencyP999 { get; init; }

    /// <summary>Connections; null where nothing is answered.</summary>
    public Spread? ConnectionsPerSecond { get; init; }

    /// <summary>What the path is compared with, for a path of FastLb.</summary>
    public PathComparison? Comparison { get; init; }
}

/// <summary>A path of FastLb against the kernel's: medians of each round's ratio.</summary>
/// <param name="Reference">The kernel's path.</param>
/// <param name="PerSecond">FastLb's packets divided by the kernel's: more is better.</param>
/// <param name="MarginalNanoseconds">FastLb's marginal time divided by the kernel's: less is better.</param>
public sealed record PathComparison(string Reference, double PerSecond, double MarginalNanoseconds);

/// <summary>Where it was measured.</summary>
/// <param name="Kernel">Its release.</param>
/// <param name="Processor">Its model.</param>
/// <param name="Processors">How many.</param>
/// <param name="Runtime">The .NET runtime.</param>
/// <param name="Version">FastLb's.</param>
public sealed record BenchMachine(string Kernel, string Processor, int Processors, string Runtime, string Version);

/// <summary>All that was measured.</summary>
/// <param name="Machine">Where.</param>
/// <param name="Started">When.</param>
/// <param name="Rounds">How often.</param>
/// <param name="Seconds">How long packets were counted in each round.</param>
/// <param name="Flows">How many flows they belonged to.</param>
/// <param name="FrameLength">Bytes of each frame.</param>
/// <param name="OfferedPerSecond">Packets offered; null for as many as could be sent.</param>
/// <param name="LatencyLoad">Packets a second that passed while round trips were measured.</param>
/// <param name="KernelReference">What the kernel balances with here, and why.</param>
/// <param name="Paths">In the order of measurement.</param>
public sealed record BenchReport(
    BenchMachine Machine, DateTimeOffset Started, int Rounds, double Seconds, int Flows, int FrameLength, double? OfferedPerSecond, double LatencyLoad, string KernelReference, IReadOnlyList<PathReport> Paths);

/// <summary>How the report looks as JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, WriteIndented = true)]
[JsonSerializable(typeof(BenchReport))]
public sealed partial class BenchJson : JsonSerializerContext;
