using System.Text.Json.Serialization;
using FastLb.Messaging;

namespace FastLb.VrrpChannel;

/// <summary>What the VRRP process and control say to each other over <c>vrrp.sock</c>.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(VrrpReport), "report")]
[JsonDerivedType(typeof(VrrpReportApplied), "report-applied")]
[JsonDerivedType(typeof(VrrpStatusRequest), "status-request")]
[JsonDerivedType(typeof(VrrpStatusAnswer), "status")]
public abstract record VrrpMessage;

/// <summary>
/// The VRRP process tells how its instances stand: once at the beginning of a connection, and then at each transition. While one is about to become the master,
/// its addresses wait a moment for <see cref="VrrpReportApplied"/>, so that frames for them find the dataplane prepared.
/// </summary>
/// <param name="Sequence">Grows with each report of one process.</param>
/// <param name="Instances">All instances.</param>
/// <param name="Transition">What has just changed; null in the first report, and when it is no state.</param>
public sealed record VrrpReport(long Sequence, IReadOnlyList<VrrpInstanceStatus> Instances, VrrpTransition? Transition) : VrrpMessage
{
    /// <summary>What is held in every state.</summary>
    public VrrpStaticStatus Static { get; init; } = VrrpStaticStatus.Nothing;

    /// <summary>The BFD sessions of this process, which instances track and checks of servers follow.</summary>
    public IReadOnlyList<VrrpBfdStatus> BfdSessions { get; init; } = [];

    /// <summary>What else has just happened; null for nothing.</summary>
    public VrrpNews? News { get; init; }
}

/// <summary>Something has happened that is no transition of an instance: a sync group, a priority or something tracked has changed.</summary>
/// <param name="Subject">To what: an instance or a sync group by name, or something tracked by kind and name.</param>
/// <param name="Text">What, in words.</param>
public sealed record VrrpNews(string Subject, string Text);

/// <summary>Control tells that steering follows the report of this number, and all before it.</summary>
public sealed record VrrpReportApplied(long Sequence) : VrrpMessage;

/// <summary>Control asks for the instances with their counters.</summary>
public sealed record VrrpStatusRequest(long Request) : VrrpMessage;

/// <summary>The answer.</summary>
public sealed record VrrpStatusAnswer(long Request, IReadOnlyList<VrrpInstanceStatus> Instances) : VrrpMessage
{
    /// <summary>What is held in every state.</summary>
    public VrrpStaticStatus Static { get; init; } = VrrpStaticStatus.Nothing;

    /// <summary>The BFD sessions of this process, which instances track and checks of servers follow.</summary>
    public IReadOnlyList<VrrpBfdStatus> BfdSessions { get; init; } = [];
}

/// <summary>How messages look as JSON.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    Converters = [typeof(IPAddressConverter)])]
[JsonSerializable(typeof(VrrpMessage))]
public sealed partial class VrrpJson : JsonSerializerContext;
