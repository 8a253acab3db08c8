using FastLb.Dataplane.Flows;
using FastLb.Dataplane.Pipeline;
using FastLb.Dataplane.Services;

namespace FastLb.Dataplane.Explanations;

/// <summary>What the pipeline decided about a frame, and by what. What does not apply is null.</summary>
public sealed record FrameExplanation
{
    /// <summary>The flow that the packet belongs to or would belong to; for an ICMP error, that of the packet that it quotes. Null for what has no ports.</summary>
    public FlowKey? Flow { get; init; }

    /// <summary>An ICMP error about a packet of <see cref="Flow"/>.</summary>
    public bool IsIcmpError { get; init; }

    /// <summary>The service that the flow is for.</summary>
    public ServiceKey? Service { get; init; }

    /// <summary>Whether the client was kept with a server, or is from now on; null for a service without persistence, or if it wasn't asked for.</summary>
    public string? Persistence { get; init; }

    /// <summary>Why the scheduler chose the server, or none, if it was asked.</summary>
    public string? Schedule { get; init; }

    /// <summary>The flow's state before the packet; null when there was no flow.</summary>
    public FlowState? StateBefore { get; init; }

    /// <summary>The flow's state after the packet; null when there is no flow.</summary>
    public FlowState? StateAfter { get; init; }

    /// <summary>The server that the flow is bound to, as the service table has it.</summary>
    public ExplainedServer? Server { get; init; }

    /// <summary>What is done with the frame.</summary>
    public VerdictKind Kind { get; init; }

    /// <summary>Why.</summary>
    public VerdictReason Reason { get; init; }

    /// <summary>The port that the frame leaves by, if it is forwarded.</summary>
    public ushort EgressPort { get; init; }

    /// <summary>Bytes of TCP payload in each of the segments that the frame leaves as; 0 when it leaves as it is.</summary>
    public int SegmentSize { get; init; }

    /// <summary>What of the headers is not as it came. The frame that answers another one is described as such.</summary>
    public IReadOnlyList<HeaderChange> Changes { get; init; } = [];
}

/// <summary>A flow's server.</summary>
/// <param name="Identity">What names it.</param>
/// <param name="Method">How packets get to it.</param>
/// <param name="Weight">Share of new flows.</param>
/// <param name="Way">The way to it.</param>
public sealed record ExplainedServer(ServerIdentity Identity, ForwardingMethod Method, int Weight, Adjacency Way);

/// <summary>A header field that was changed, put before the packet (<paramref name="From"/> is empty) or taken out (<paramref name="To"/> is).</summary>
/// <param name="Field">Its name.</param>
/// <param name="From">As it came.</param>
/// <param name="To">As it leaves.</param>
public sealed record HeaderChange(string Field, string From, string To)
{
    public override string ToString() => From.Length == 0 ? $"{Field} {To}" : $"{Field} {From} -> {(To.Length == 0 ? "none" : To)}";
}
