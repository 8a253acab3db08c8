using System.Text.Json.Serialization;
using FastLb.DataplaneChannel.Messages;
using FastLb.Messaging;

namespace FastLb.Replay;

/// <summary>What became of a capture's frames; names and counts as in <c>fastlb status</c>.</summary>
/// <param name="Capture">The file.</param>
/// <param name="Frames">Frames in it.</param>
/// <param name="Bytes">Their lengths on the wire.</param>
/// <param name="Seconds">From its first timestamp to its latest; gaps count as replay has counted them.</param>
/// <param name="Truncated">Frames of which it has only the beginning.</param>
/// <param name="TimestampsClamped">Timestamps that went back, and were taken for the latest before.</param>
/// <param name="DirectorMacs">The Ethernet addresses that were taken for the director's.</param>
/// <param name="OtherMacs">Others that frames to virtual services went to.</param>
/// <param name="LeftToKernel">What was not forwarded or dropped, but left to the kernel.</param>
/// <param name="Steering">Frames by outcome of the steering program.</param>
/// <param name="Verdicts">Steered frames by verdict.</param>
/// <param name="Reasons">The same with bytes; only those that occurred.</param>
/// <param name="Services">The traffic of services and servers.</param>
/// <param name="Flows">Connections that are still known at the end.</param>
public sealed record ReplayReport(
    string Capture,
    long Frames,
    long Bytes,
    double Seconds,
    long Truncated,
    long TimestampsClamped,
    IReadOnlyList<string> DirectorMacs,
    IReadOnlyList<string> OtherMacs,
    LeftToKernel LeftToKernel,
    IReadOnlyDictionary<string, long> Steering,
    IReadOnlyDictionary<string, long> Verdicts,
    IReadOnlyList<ReasonTraffic> Reasons,
    IReadOnlyList<ServiceStatus> Services,
    int Flows);

/// <summary>Frames that are the kernel's.</summary>
/// <param name="BySteering">Those that the steering program leaves to it: not for the director, ARP, ping, other services.</param>
/// <param name="ByPipeline">Those that were steered, and that the pipeline gives back.</param>
public sealed record LeftToKernel(long BySteering, long ByPipeline);

/// <summary>Frames with one verdict.</summary>
/// <param name="Reason">The verdict's reason.</param>
/// <param name="Words">The same for people.</param>
/// <param name="Frames">How many.</param>
/// <param name="Bytes">Their lengths on the wire.</param>
public sealed record ReasonTraffic(string Reason, string Words, long Frames, long Bytes);

/// <summary>What became of one frame, and why.</summary>
/// <param name="Number">From 1, in the order of the capture.</param>
/// <param name="Time">Its timestamp, seconds since the first frame's.</param>
/// <param name="Frame">What it is, for people.</param>
/// <param name="Steering">The steering program's outcome.</param>
/// <param name="LeftToKernel">Why the kernel gets it, if steering leaves it to the kernel.</param>
/// <param name="Explanation">What the pipeline decided; null if steering leaves it to the kernel.</param>
public sealed record ExplainedFrame(
    long Number,
    double Time,
    string Frame,
    string Steering,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? LeftToKernel,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] PacketExplanation? Explanation);

/// <summary>The report, for people to read.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, WriteIndented = true, Converters = [typeof(IPAddressConverter)])]
[JsonSerializable(typeof(ReplayReport))]
[JsonSerializable(typeof(Live.LiveReplayReport))]
public sealed partial class ReplayJson : JsonSerializerContext;

/// <summary>An object to a line.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, Converters = [typeof(IPAddressConverter)])]
[JsonSerializable(typeof(ReplayReport))]
[JsonSerializable(typeof(ExplainedFrame))]
public sealed partial class ReplayLineJson : JsonSerializerContext;
