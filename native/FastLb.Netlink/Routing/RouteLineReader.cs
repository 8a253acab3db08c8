using System.Globalization;
using System.Net;
using System.Net.Sockets;
using static FastLb.Netlink.Protocol.RtnetlinkConstants;

namespace FastLb.Netlink.Routing;

/// <summary>Reads one line in the syntax of ip-route(8), as keepalived's virtual_routes have it.</summary>
internal sealed class RouteLineReader(IReadOnlyList<string> words, RoutingNames names)
{
    private readonly RoutingLine _line = new(words);
    private readonly RouteMetricReader _metrics = new();
    private readonly List<RouteHop> _nexthops = [];
    private RouteHop _hop = new(null, null);
    private RouteType _type = RouteType.Unicast;
    private RoutingPrefix? _destination, _source;
    private bool _hasDestination, _isMultipath;
    private IPAddress? _preferredSource;
    private byte? _scope, _routerPreference;
    private byte _typeOfService;
    private byte _protocol = RouteSpecification.KeepalivedProtocol;
    private uint? _table, _metric, _realms, _expires;
    private bool? _propagates;
    private RouteOperation _operation;

    public RouteSpecification Read()
    {
        while (!_line.IsAtEnd)
            ReadWord(_line.Take());
        if (!_hasDestination)
            throw new RoutingLineException(_line.ToString(), "has no destination", "begin with a prefix, or 'default'");

        if (_isMultipath)
            _nexthops.Add(_hop);
        RouteHop[] hops = _isMultipath ? [.. _nexthops] : _hop.Device is null && _hop.Gateway is null ? [] : [_hop];
        AddressFamily family = _line.Family ?? AddressFamily.InterNetwork;
        CheckHops(family, hops);
        return new RouteSpecification
        {
            Line = _line.ToString(),
            Family = family,
            Type = _type,
            Destination = _destination ?? RoutingPrefix.All(family),
            Source = _source,
            PreferredSource = _preferredSource,
            TypeOfService = _typeOfService,
            Table = _table ?? (_type is RouteType.Local or RouteType.Broadcast or RouteType.Nat or RouteType.Anycast ? RT_TABLE_LOCAL : RT_TABLE_MAIN),
            Protocol = _protocol,
            Scope = (AddressScope?)_scope ?? UsualScope(family, hops),
            Metric = _metric,
            Realms = _realms,
            RouterPreference = _routerPreference,
            PropagatesTimeToLive = _propagates,
            Expires = _expires,
            Metrics = _metrics.Take(),
            Hops = hops,
            IsMultipath = _isMultipath,
            Operation = _operation,
        };
    }

    private void ReadWord(string word)
    {
        switch (word)
        {
            case "nexthop":
                BeginNexthop();
                break;
            case "or": // keepalived's former way to write another router
                BeginNexthop();
                _hop = _hop with { Gateway = _line.Address(word) };
                break;
            case "via" or "gw":
                _hop = _hop with { Gateway = _line.Address(word) };
                break;
            case "dev" or "oif":
                _hop = _hop with { Device = _line.Interface(word) };
                break;
            case "onlink":
                _hop = _hop with { IsOnLink = true };
                break;
            case "weight" when _isMultipath:
                int weight = (int)_line.Number(word, 256);
                _hop = _hop with { Weight = weight > 0 ? weight : throw RoutingLine.Unfit(word, "0", "a whole number from 1 to 256") };
                break;
            case "realm" or "realms" when _isMultipath:
                _hop = _hop with { Realms = names.Realms(word, _line.Value(word, "a realm")) };
                break;
            case "encap":
                throw new RoutingLineException(word, "can't be set by FastLb", "set the route by ip-route(8) in a notify script, or route through a tunnel interface");
            case "vrf":
                throw new RoutingLineException($"vrf {_line.Value(word, "a VRF's name")}", "can't be set by FastLb", "name the VRF's table by 'table'");
            case "weight":
                throw new RoutingLineException(word, "belongs to a nexthop", "write it behind 'nexthop'");
            default:
                if (_isMultipath)
                    throw new RoutingLineException(word, "stands behind the nexthops of a route", "write it before them");
                ReadRouteWord(word);
                break;
        }
    }

    private void ReadRouteWord(string word)
    {
        switch (word)
        {
            case "to":
                SetDestination(word, _line.Value(word, "a prefix, an address or 'default'"));
                break;
            case "from":
                _source = _line.Prefix(word);
                break;
            case "src":
                _preferredSource = _line.Address(word);
                break;
            case "inet" or "inet6":
                _line.SetFamily(word == "inet6" ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork, word);
                break;
            case "table":
                _table = names.Table(word, _line.Value(word, "a table"));
                break;
            case "tos" or "dsfield":
                _typeOfService = names.ServiceClass(word, _line.Value(word, "a service class"));
                break;
            case "metric" or "preference" or "priority":
                _metric = _line.Number(word);
                break;
            case "scope":
                _scope = names.Scope(word, _line.Value(word, "a scope"));
                break;
            case "proto" or "protocol":
                _protocol = names.Protocol(word, _line.Value(word, "a protocol"));
                break;
            case "realm" or "realms":
                _realms = names.Realms(word, _line.Value(word, "a realm"));
                break;
            case "pref":
                _routerPreference = ReadRouterPreference(word);
                break;
            case "ttl-propagate":
                _propagates = _line.Value(word, "enabled or disabled") switch
                {
                    "enabled" => true,
                    "disabled" => false,
                    var value => throw RoutingLine.Unfit(word, value, "enabled or disabled"),
                };
                break;
            case "expires":
                _expires = _line.Number(word);
                break;
            case "add" or "append" or "prepend" or "replace":
                _operation = Enum.Parse<RouteOperation>(word, ignoreCase: true);
                break;
            case var type when !_hasDestination && TypeOf(type) is { } found:
                _type = found;
                break;
            case var _ when _metrics.TryRead(word, _line):
                break;
            case var _ when !_hasDestination:
                SetDestination("the destination", word);
                break;
            default:
                throw new RoutingLineException(word, "is no option of a route that FastLb knows", "see ip-route(8), and write options in full");
        }
    }

    private void SetDestination(string option, string word)
    {
        _destination = _line.ToPrefix(option, word);
        _hasDestination = true;
    }

    private void BeginNexthop()
    {
        if (_isMultipath || _hop != new RouteHop(null, null))
            _nexthops.Add(_hop);
        _hop = new RouteHop(null, null);
        _isMultipath = true;
    }

    private static RouteType? TypeOf(string word) => word switch
    {
        "unicast" => RouteType.Unicast,
        "local" => RouteType.Local,
        "broadcast" => RouteType.Broadcast,
        "anycast" => RouteType.Anycast,
        "multicast" => RouteType.Multicast,
        "throw" => RouteType.Throw,
        "unreachable" => RouteType.Unreachable,
        "prohibit" => RouteType.Prohibit,
        "blackhole" => RouteType.Blackhole,
        "nat" => RouteType.Nat,
        _ => null,
    };

    private byte ReadRouterPreference(string option) => _line.Value(option, "low, medium or high") switch
    {
        "low" => ICMPV6_ROUTER_PREF_LOW,
        "medium" => ICMPV6_ROUTER_PREF_MEDIUM,
        "high" => ICMPV6_ROUTER_PREF_HIGH,
        var word when byte.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out byte value) => value,
        var word => throw RoutingLine.Unfit(option, word, "low, medium or high"),
    };

    private void CheckHops(AddressFamily family, RouteHop[] hops)
    {
        if (_type is RouteType.Unreachable or RouteType.Prohibit or RouteType.Blackhole or RouteType.Throw && hops.Any(hop => hop.Gateway is not null))
            throw new RoutingLineException("via", $"stands in a route of type {_type.ToString().ToLowerInvariant()}, which leads nowhere", "remove it");
        if (_type == RouteType.Unicast && hops.Length == 0)
            throw new RoutingLineException(_line.ToString(), "doesn't say where packets go", "add 'via' and a router, or 'dev' and an interface");
        if (family == AddressFamily.InterNetworkV6 && hops.FirstOrDefault(hop => hop.Gateway?.AddressFamily == AddressFamily.InterNetwork) is { } hop)
            throw new RoutingLineException($"via inet {hop.Gateway}", "is no router for IPv6 routes", "write an IPv6 address");
    }

    /// <summary>As ip-route(8) has it: what is on the link is nearer than what is behind a router. IPv6 knows no scopes of routes.</summary>
    private AddressScope UsualScope(AddressFamily family, RouteHop[] hops) => (family, _type) switch
    {
        (AddressFamily.InterNetworkV6, _) => AddressScope.Global,
        (_, RouteType.Local or RouteType.Nat) => AddressScope.Host,
        (_, RouteType.Broadcast or RouteType.Multicast or RouteType.Anycast) => AddressScope.Link,
        (_, RouteType.Unicast) when !_isMultipath && hops.All(hop => hop.Gateway is null) => AddressScope.Link,
        _ => AddressScope.Global,
    };
}
