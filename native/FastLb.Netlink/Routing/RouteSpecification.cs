using System.Net;
using System.Net.Sockets;

namespace FastLb.Netlink.Routing;

/// <summary>A route to be set, as its line says.</summary>
public sealed record RouteSpecification
{
    /// <summary>RTPROT_KEEPALIVED of <c>linux/rtnetlink.h</c>, by which such routes and rules are known unless their line says otherwise.</summary>
    public const byte KeepalivedProtocol = 18;

    /// <summary>The line.</summary>
    public required string Line { get; init; }

    /// <summary>IPv4 or IPv6.</summary>
    public required AddressFamily Family { get; init; }

    /// <summary>What happens to packets that it matches.</summary>
    public RouteType Type { get; init; } = RouteType.Unicast;

    /// <summary>Whose packets it matches.</summary>
    public required RoutingPrefix Destination { get; init; }

    /// <summary>The sources that it matches, IPv6 alone; null for all (<c>from</c>).</summary>
    public RoutingPrefix? Source { get; init; }

    /// <summary>The source of packets that this host itself sends by it (<c>src</c>).</summary>
    public IPAddress? PreferredSource { get; init; }

    /// <summary>The service class that it matches, as the octet in the IPv4 header; 0 for all.</summary>
    public byte TypeOfService { get; init; }

    /// <summary>The routing table; 254 is main, 255 local.</summary>
    public uint Table { get; init; }

    /// <summary>Who set it, RTPROT_ values.</summary>
    public byte Protocol { get; init; } = KeepalivedProtocol;

    /// <summary>How far the destination is, RT_SCOPE_ values.</summary>
    public AddressScope Scope { get; init; }

    /// <summary>Among routes to the same prefix the lowest wins; null for the kernel's default.</summary>
    public uint? Metric { get; init; }

    /// <summary>Realms, the source's in the upper half; null for none.</summary>
    public uint? Realms { get; init; }

    /// <summary>ICMPV6_ROUTER_PREF_ value: 0 medium, 1 high, 3 low; IPv6 alone.</summary>
    public byte? RouterPreference { get; init; }

    /// <summary>Whether the time to live is carried into MPLS headers.</summary>
    public bool? PropagatesTimeToLive { get; init; }

    /// <summary>Seconds after which the kernel removes it; IPv6 alone.</summary>
    public uint? Expires { get; init; }

    /// <summary>What TCP and IP are told about the path.</summary>
    internal RouteMetrics Metrics { get; init; } = RouteMetrics.None;

    /// <summary>Where packets go: one way or none, or several.</summary>
    public IReadOnlyList<RouteHop> Hops { get; init; } = [];

    /// <summary>True when the ways are those of a multipath route, be it one.</summary>
    public bool IsMultipath { get; init; }

    /// <summary>What becomes of a route that is there already.</summary>
    public RouteOperation Operation { get; init; }

    /// <summary>Reads a line in the syntax of ip-route(8).</summary>
    /// <param name="words">Its words.</param>
    /// <param name="names">What the machine calls tables and so on.</param>
    /// <exception cref="RoutingLineException">A word is not known, lacks its value, or can't be set by this product.</exception>
    public static RouteSpecification Parse(IReadOnlyList<string> words, RoutingNames names) => new RouteLineReader(words, names).Read();

    /// <inheritdoc/>
    public override string ToString() => Line;
}

/// <summary>One way of a route.</summary>
/// <param name="Device">Egress interface; null where the router's address decides.</param>
/// <param name="Gateway">The router, perhaps of the other family; null when destinations are on the link.</param>
public sealed record RouteHop(string? Device, IPAddress? Gateway)
{
    /// <summary>Share among the ways, 1 to 256.</summary>
    public int Weight { get; init; } = 1;

    /// <summary>True when the router is on the link although no prefix says so.</summary>
    public bool IsOnLink { get; init; }

    /// <summary>Realms of this way alone; null for none.</summary>
    public uint? Realms { get; init; }
}

/// <summary>What becomes of a route to the same prefix with the same metric that leads elsewhere.</summary>
public enum RouteOperation
{
    /// <summary>This one comes before it and hides it until it goes itself, as keepalived has it; of IPv6 both become ways of one multipath route.</summary>
    Prepend,

    /// <summary>It stays, and this one is not set (NLM_F_EXCL).</summary>
    Add,

    /// <summary>This one takes its place for good (NLM_F_REPLACE).</summary>
    Replace,

    /// <summary>This one comes behind it (NLM_F_APPEND).</summary>
    Append,
}

/// <summary>Metrics by their RTAX_ numbers, those that are locked as a set of bits, and the congestion control by name.</summary>
internal sealed record RouteMetrics(IReadOnlyList<(ushort Number, uint Value)> Values, uint Locked, string? CongestionControl)
{
    public static readonly RouteMetrics None = new([], 0, null);

    public bool IsEmpty => Values.Count == 0 && Locked == 0 && CongestionControl is null;
}
