using System.Collections.Frozen;

namespace FastLb.Configuration.Binding.Vrrp;

/// <summary>What stands behind an option of a route or rule.</summary>
internal enum RoutingValue
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>One word that only the machine can look up: a table, scope, protocol, realm, or a kind of its own.</summary>
    Word,

    /// <summary>A whole number in 32 bits.</summary>
    Number,

    /// <summary>Such a number, perhaps behind <c>lock</c>.</summary>
    Metric,

    /// <summary>A time such as <c>10</c>, <c>10ms</c> or <c>1s</c>, perhaps behind <c>lock</c>.</summary>
    Time,

    /// <summary>Two numbers joined by a dash, or one.</summary>
    Range,

    /// <summary>An address, perhaps behind <c>inet</c> or <c>inet6</c>.</summary>
    Address,

    /// <summary>An address, perhaps with a prefix length, or <c>default</c>, <c>any</c> or <c>all</c>.</summary>
    Prefix,

    /// <summary>An interface's name.</summary>
    Interface,

    /// <summary>All words up to keepalived's own or the next nexthop, in the syntax of ip-route(8).</summary>
    Rest,
}

/// <summary>The options of <c>virtual_routes</c> and <c>virtual_rules</c>: those of ip(8) in full, as keepalived 2.2.7 was seen to take them, and its own.</summary>
internal static class RoutingOption
{
    /// <summary>Kinds of routes, which stand before the destination.</summary>
    public static readonly FrozenSet<string> RouteTypes =
        new[] { "unicast", "local", "broadcast", "anycast", "multicast", "throw", "unreachable", "prohibit", "blackhole", "nat" }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>What a rule can do; each rule does one of these.</summary>
    public static readonly FrozenSet<string> RuleActions =
        new[] { "table", "lookup", "goto", "nop", "blackhole", "unreachable", "prohibit", "l3mdev", "type" }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>The options that a route has for each nexthop; the first <c>nexthop</c> ends those of the route itself.</summary>
    public static readonly FrozenSet<string> OfNexthops = new[] { "nexthop", "via", "dev", "oif", "weight", "onlink", "realms", "encap" }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>The options of a route.</summary>
    public static readonly FrozenDictionary<string, RoutingValue> OfRoutes = Table(
        (RoutingValue.Prefix, "to"),
        (RoutingValue.Address, "src via gw or"),
        (RoutingValue.Interface, "dev oif vrf"),
        (RoutingValue.Word, "scope table tos dsfield protocol realms features congctl pref ttl-propagate track_group"),
        (RoutingValue.Number, "metric preference priority weight fastopen_no_cookie quickack expires"),
        (RoutingValue.Metric, "mtu hoplimit advmss reordering window cwnd ssthresh initcwnd initrwnd"),
        (RoutingValue.Time, "rtt rttvar rto_min"),
        (RoutingValue.None, "onlink add append prepend replace inet inet6 nexthop no_track"),
        (RoutingValue.Rest, "encap"));

    /// <summary>The options of a rule.</summary>
    public static readonly FrozenDictionary<string, RoutingValue> OfRules = Table(
        (RoutingValue.Prefix, "from to"),
        (RoutingValue.Interface, "iif dev oif"),
        (RoutingValue.Word, "table lookup fwmark tos dsfield realms protocol ip_proto ipproto type track_group"),
        (RoutingValue.Number, "preference priority order goto suppress_prefixlength suppress_ifgroup tun_id"),
        (RoutingValue.Range, "uidrange sport dport"),
        (RoutingValue.None, "not inet inet6 nop blackhole unreachable prohibit l3mdev no_track"));

    private static FrozenDictionary<string, RoutingValue> Table(params (RoutingValue Value, string Names)[] rows) =>
        rows.SelectMany(row => row.Names.Split(' ').Select(name => (name, row.Value))).ToFrozenDictionary(pair => pair.name, pair => pair.Value, StringComparer.Ordinal);
}
