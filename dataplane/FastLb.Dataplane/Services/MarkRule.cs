using FastLb.Wire;

namespace FastLb.Dataplane.Services;

/// <summary>
/// Which packets have a firewall mark, as a rule of a packet filter would say it; the first of several that fits counts. Addresses are numbers, ranges include both
/// ends.
/// </summary>
/// <param name="Mark">The mark; not 0.</param>
/// <param name="FirstDestination">First address that packets are sent to.</param>
/// <param name="LastDestination">Last address.</param>
public readonly record struct MarkRule(uint Mark, uint FirstDestination, uint LastDestination)
{
    /// <summary><see cref="IpProtocol.None"/> for any.</summary>
    public IpProtocol Protocol { get; init; }

    /// <summary>The client's network.</summary>
    public uint Source { get; init; }

    /// <summary>The bits of the client's address that count; 0 for any client.</summary>
    public uint SourceMask { get; init; }

    public ushort FirstDestinationPort { get; init; }

    public ushort LastDestinationPort { get; init; } = ushort.MaxValue;

    public ushort FirstSourcePort { get; init; }

    public ushort LastSourcePort { get; init; } = ushort.MaxValue;

    /// <summary>Where packets come in, as <see cref="EgressLink.Interface"/>; null for anywhere.</summary>
    public ushort? Interface { get; init; }

    /// <summary>Whether a client's packet has the mark.</summary>
    /// <param name="flow">The key of its flow.</param>
    /// <param name="interface">Where it came in.</param>
    public bool Fits(in Flows.FlowKey flow, ushort @interface) =>
        flow.PeerAddress >= FirstDestination && flow.PeerAddress <= LastDestination
        && (Protocol == IpProtocol.None || Protocol == flow.Protocol)
        && flow.PeerPort >= FirstDestinationPort && flow.PeerPort <= LastDestinationPort
        && ((flow.ClientAddress ^ Source) & SourceMask) == 0
        && flow.ClientPort >= FirstSourcePort && flow.ClientPort <= LastSourcePort
        && (Interface is not { } wanted || wanted == @interface);

    /// <summary>All addresses that it takes packets to.</summary>
    public IEnumerable<uint> Destinations()
    {
        for (ulong address = FirstDestination; address <= LastDestination; address++)
            yield return (uint)address;
    }
}
