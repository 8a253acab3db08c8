using System.Net.Sockets;

namespace FastLb.Netlink.Routing;

/// <summary>A rule that says by which table packets are routed, as its line says.</summary>
public sealed record RuleSpecification
{
    /// <summary>The line.</summary>
    public required string Line { get; init; }

    /// <summary>IPv4 or IPv6.</summary>
    public required AddressFamily Family { get; init; }

    /// <summary>What is done with packets that match.</summary>
    public required RuleAction Action { get; init; }

    /// <summary>Its place among all rules: the lowest is asked first.</summary>
    public uint Priority { get; init; }

    /// <summary>True when it means the packets that don't match (<c>not</c>).</summary>
    public bool IsInverted { get; init; }

    /// <summary>Sources; null for all.</summary>
    public RoutingPrefix? From { get; init; }

    /// <summary>Destinations; null for all.</summary>
    public RoutingPrefix? To { get; init; }

    /// <summary>The interface that packets came by, or <c>lo</c> for those of this host; null for any.</summary>
    public string? InputInterface { get; init; }

    /// <summary>The interface that the sending socket is bound to; null for any.</summary>
    public string? OutputInterface { get; init; }

    /// <summary>The packet's mark; null for any.</summary>
    public uint? FirewallMark { get; init; }

    /// <summary>The mark's bits that count; null for all.</summary>
    public uint? FirewallMask { get; init; }

    /// <summary>The service class, as the octet in the IPv4 header; 0 for all.</summary>
    public byte TypeOfService { get; init; }

    /// <summary>The table to look in, with <see cref="RuleAction.Lookup"/>; 0 where the interface's VRF decides.</summary>
    public uint Table { get; init; }

    /// <summary>The priority of the rule to go on with, with <see cref="RuleAction.GoTo"/>.</summary>
    public uint? Target { get; init; }

    /// <summary>Realms, the source's in the upper half; null for none.</summary>
    public uint? Realms { get; init; }

    /// <summary>Prefix length up to which what is found doesn't count; null for none.</summary>
    public uint? SuppressedPrefixLength { get; init; }

    /// <summary>Group of interfaces that what is found must not leave by; null for none.</summary>
    public uint? SuppressedGroup { get; init; }

    /// <summary>The tunnel's key that packets came with; null for any.</summary>
    public uint? TunnelId { get; init; }

    /// <summary>True when the table is that of the VRF that packets come by or leave by (<c>l3mdev</c>).</summary>
    public bool FollowsVrf { get; init; }

    /// <summary>Who set it, RTPROT_ values.</summary>
    public byte Protocol { get; init; } = RouteSpecification.KeepalivedProtocol;

    /// <summary>The IP protocol; null for any.</summary>
    public byte? IpProtocol { get; init; }

    /// <summary>Source ports, first and last; null for any.</summary>
    public (ushort First, ushort Last)? SourcePorts { get; init; }

    /// <summary>Destination ports, first and last; null for any.</summary>
    public (ushort First, ushort Last)? DestinationPorts { get; init; }

    /// <summary>The users whose sockets send, first and last; null for any.</summary>
    public (uint First, uint Last)? Users { get; init; }

    /// <summary>Reads a line in the syntax of ip-rule(8).</summary>
    /// <param name="words">Its words.</param>
    /// <param name="names">What the machine calls tables and so on.</param>
    /// <param name="usualPriority">The priority of a line that has none.</param>
    /// <exception cref="RoutingLineException">A word is not known, or lacks its value.</exception>
    public static RuleSpecification Parse(IReadOnlyList<string> words, RoutingNames names, uint usualPriority) => new RuleLineReader(words, names).Read(usualPriority);

    /// <inheritdoc/>
    public override string ToString() => Line;
}

/// <summary>FR_ACT_ values of <c>linux/fib_rules.h</c>.</summary>
public enum RuleAction : byte
{
    /// <summary>Looks in a table.</summary>
    Lookup = 1,

    /// <summary>Goes on with another rule.</summary>
    GoTo = 2,

    /// <summary>Does nothing.</summary>
    Nop = 3,

    /// <summary>Dropped in silence.</summary>
    Blackhole = 6,

    /// <summary>Refused with "unreachable".</summary>
    Unreachable = 7,

    /// <summary>Refused with "administratively prohibited".</summary>
    Prohibit = 8,
}
