using System.Globalization;
using System.Net;

namespace FastLb.Netlink;

/// <summary>A route, from a table or as the answer to a lookup (RTM_NEWROUTE).</summary>
/// <param name="Type">What happens to packets that it matches.</param>
/// <param name="Destination">The prefix it matches; all zero with <paramref name="PrefixLength"/> 0 for the default route.</param>
/// <param name="PrefixLength">0 to 32 or 128 bits; all of them in the answer to a lookup.</param>
public sealed record RouteInfo(RouteType Type, IPAddress Destination, byte PrefixLength)
{
    /// <summary>The routing table; 254 is main.</summary>
    public uint Table { get; init; }

    /// <summary>Metric: among routes to the same prefix the lowest wins.</summary>
    public uint Priority { get; init; }

    /// <summary>The source address that the kernel would use.</summary>
    public IPAddress? PreferredSource { get; init; }

    /// <summary>The path MTU configured or learnt for it, bytes; null for the interface's.</summary>
    public int? Mtu { get; init; }

    /// <summary>Where packets go; several for multipath routes, none for those that lead nowhere.</summary>
    public IReadOnlyList<NextHop> NextHops { get; init; } = [];

    /// <summary>The only or first way, null for routes that lead nowhere.</summary>
    public NextHop? NextHop => NextHops.Count > 0 ? NextHops[0] : null;

    /// <summary>True for a route that matches every address.</summary>
    public bool IsDefault => PrefixLength == 0;

    /// <summary>Compares by content, the ways in their order.</summary>
    public bool Equals(RouteInfo? other) =>
        other is not null
        && Type == other.Type && Destination.Equals(other.Destination) && PrefixLength == other.PrefixLength
        && Table == other.Table && Priority == other.Priority && Equals(PreferredSource, other.PreferredSource) && Mtu == other.Mtu
        && NextHops.SequenceEqual(other.NextHops);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Type, Destination, PrefixLength, Table, Priority);

    /// <inheritdoc/>
    public override string ToString() => $"{Type} {Destination}/{PrefixLength.ToString(CultureInfo.InvariantCulture)}";
}

/// <summary>One way of a route.</summary>
/// <param name="InterfaceIndex">Egress interface.</param>
/// <param name="Gateway">The router to send to; null when the destination itself is on the link. May be IPv6 for an IPv4 route (RFC 5549).</param>
/// <param name="Weight">Share among the ways of a multipath route, 1 to 256.</param>
/// <param name="Flags">Whether it can be used now.</param>
public sealed record NextHop(int InterfaceIndex, IPAddress? Gateway, int Weight, NextHopFlags Flags);

/// <summary>RTNH_F_ bits of <c>linux/rtnetlink.h</c>; the ones not named here are kept.</summary>
[Flags]
public enum NextHopFlags : uint
{
    None = 0,

    /// <summary>The interface is down or gone.</summary>
    Dead = 0x1,

    /// <summary>The gateway is on the link although no prefix says so.</summary>
    OnLink = 0x4,

    /// <summary>The interface has no carrier.</summary>
    LinkDown = 0x10,
}

/// <summary>RTN_ values of <c>linux/rtnetlink.h</c>.</summary>
public enum RouteType : byte
{
    Unspecified = 0,

    /// <summary>Forwarded to a gateway or directly.</summary>
    Unicast = 1,

    /// <summary>An address of this host.</summary>
    Local = 2,
    Broadcast = 3,
    Anycast = 4,
    Multicast = 5,

    /// <summary>Dropped in silence.</summary>
    Blackhole = 6,

    /// <summary>No route, or one that refuses with "unreachable".</summary>
    Unreachable = 7,

    /// <summary>Refused with "administratively prohibited".</summary>
    Prohibit = 8,
    Throw = 9,
    Nat = 10,
}
