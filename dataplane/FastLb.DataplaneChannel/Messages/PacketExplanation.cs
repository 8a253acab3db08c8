using System.Net;
using System.Text.Json.Serialization;

namespace FastLb.DataplaneChannel.Messages;

/// <summary>What the dataplane decides about a packet, and by what. What does not apply is null and left out of the JSON.</summary>
/// <param name="Verdict">What is done with it: <c>forward</c>, <c>answer</c> (by an ICMP error or a reset), <c>drop</c>, <c>punt</c> (given back to the kernel) or <c>hold</c> (waits for a neighbour).</param>
/// <param name="Reason">Why, as the counters of <c>fastlb status</c> are named; <c>none</c> while it waits.</param>
/// <param name="Words">The same for people.</param>
public sealed record PacketExplanation(string Verdict, string Reason, string Words)
{
    /// <summary>The connection that the packet belongs to, or would begin.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ExplainedFlow? Flow { get; init; }

    /// <summary>The service that it is for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ExplainedService? Service { get; init; }

    /// <summary>Whether the client was kept with a server, or is from now on; null for a service without persistence.</summary>
    public string? Persistence { get; init; }

    /// <summary>Why the scheduler chose the server, or none, if it was asked.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Schedule { get; init; }

    /// <summary>The connection's state before the packet, as IPVS names it; null when there was none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? StateBefore { get; init; }

    /// <summary>The connection's state after the packet; null when there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? StateAfter { get; init; }

    /// <summary>The real server that the connection goes to.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ExplainedServer? Server { get; init; }

    /// <summary>What of the packet's headers is changed.</summary>
    public IReadOnlyList<ExplainedChange> Changes { get; init; } = [];

    /// <summary>Bytes of TCP payload in each of the segments that it leaves as; 0 when it leaves as it is.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int SegmentSize { get; init; }
}

/// <summary>A connection's endpoints.</summary>
/// <param name="Protocol">Its transport protocol.</param>
/// <param name="Client">Who opened it.</param>
/// <param name="ClientPort">The port that it was opened from.</param>
/// <param name="Peer">What the packet has at the other end: the virtual address, or in a server's packet the server's own.</param>
/// <param name="PeerPort">The port there.</param>
/// <param name="IsReply">The packet is the server's.</param>
/// <param name="IsIcmpError">The packet is an ICMP error about one of the connection's.</param>
public sealed record ExplainedFlow(TransportProtocol Protocol, IPAddress Client, ushort ClientPort, IPAddress Peer, ushort PeerPort, bool IsReply, bool IsIcmpError);

/// <summary>A virtual service.</summary>
public sealed record ExplainedService(IPAddress Address, TransportProtocol Protocol, ushort Port);

/// <summary>A real server and the way to it.</summary>
/// <param name="Address">Its address.</param>
/// <param name="Port">Its port.</param>
/// <param name="Method">How packets get to it.</param>
/// <param name="Weight">Its share of new connections.</param>
/// <param name="Way">How far the way to it is known.</param>
public sealed record ExplainedServer(IPAddress Address, ushort Port, ForwardingMethod Method, int Weight, NeighbourState Way)
{
    /// <summary>The interface that frames to it leave by.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Interface { get; init; }

    /// <summary>The next hop's Ethernet address.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Mac { get; init; }

    /// <summary>The VLAN that frames to it go to.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Vlan { get; init; }

    /// <summary>Largest IP packet on the way, bytes.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Mtu { get; init; }
}

/// <summary>A header field that is changed, or put before the packet, when there is nothing that it was before.</summary>
/// <param name="Field">Its name.</param>
/// <param name="From">As it came; empty for what is new.</param>
/// <param name="To">As it leaves; empty for what is taken out.</param>
public sealed record ExplainedChange(string Field, string From, string To)
{
    /// <inheritdoc/>
    public override string ToString() => From.Length == 0 ? $"{Field} {To}" : $"{Field} {From} -> {(To.Length == 0 ? "none" : To)}";
}
