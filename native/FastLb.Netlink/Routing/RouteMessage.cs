using System.Net;
using System.Net.Sockets;
using FastLb.Native;
using FastLb.Netlink.Protocol;
using static FastLb.Netlink.Protocol.RtnetlinkConstants;

namespace FastLb.Netlink.Routing;

/// <summary>Puts a route into a request of rtnetlink(7).</summary>
internal static class RouteMessage
{
    /// <summary>Builds RTM_NEWROUTE or RTM_DELROUTE.</summary>
    /// <param name="type">The message's type.</param>
    /// <param name="route">The route.</param>
    /// <param name="indexOf">Finds an interface's index; null for none of that name.</param>
    /// <exception cref="SystemCallException">There is no interface of a name (<see cref="Errno.ENODEV"/>).</exception>
    public static NetlinkRequest Build(ushort type, RouteSpecification route, Func<string, int?> indexOf)
    {
        RouteMessageBody body = new()
        {
            Family = AddressFamilies.ToKernel(route.Family),
            DestinationLength = route.Destination.Length,
            SourceLength = route.Source?.Length ?? 0,
            TypeOfService = route.TypeOfService,
            Table = route.Table <= byte.MaxValue ? (byte)route.Table : RT_TABLE_UNSPEC,
            Protocol = route.Protocol,
            Scope = (byte)route.Scope,
            Type = (byte)route.Type,
            Flags = route is { IsMultipath: false, Hops: [{ IsOnLink: true }] } ? (uint)NextHopFlags.OnLink : 0,
        };
        NetlinkRequest request = NetlinkRequest.Do(type, body, type == RTM_NEWROUTE ? FlagsOf(route.Operation) : (ushort)0).Attribute(RTA_TABLE, route.Table);
        if (route.Destination.Length > 0)
            request.Attribute(RTA_DST, route.Destination.Address);
        if (route.Source is { } source)
            request.Attribute(RTA_SRC, source.Address);
        if (route.PreferredSource is not null)
            request.Attribute(RTA_PREFSRC, route.PreferredSource);
        if (route.Metric is { } metric)
            request.Attribute(RTA_PRIORITY, metric);
        if (route.Realms is { } realms)
            request.Attribute(RTA_FLOW, realms);
        if (route.RouterPreference is { } preference)
            request.Attribute(RTA_PREF, preference);
        if (route.PropagatesTimeToLive is { } propagates)
            request.Attribute(RTA_TTL_PROPAGATE, propagates ? (byte)1 : (byte)0);
        if (route.Expires is { } expires)
            request.Attribute(RTA_EXPIRES, expires);
        if (!route.Metrics.IsEmpty)
            request.Nested(RTA_METRICS, metrics => AddMetrics(metrics, route.Metrics));
        if (route.IsMultipath)
            request.Nested(RTA_MULTIPATH, ways => AddHops(ways, route, indexOf));
        else if (route.Hops is [{ } hop])
            AddHop(request, route, hop, indexOf);
        return request;
    }

    private static ushort FlagsOf(RouteOperation operation) => (ushort)(NetlinkConstants.NLM_F_CREATE | operation switch
    {
        RouteOperation.Add => NetlinkConstants.NLM_F_EXCL,
        RouteOperation.Replace => NetlinkConstants.NLM_F_REPLACE,
        RouteOperation.Append => NetlinkConstants.NLM_F_APPEND,
        _ => 0,
    });

    private static void AddMetrics(NetlinkRequest request, RouteMetrics metrics)
    {
        if (metrics.Locked != 0)
            request.Attribute(RTAX_LOCK, metrics.Locked);
        foreach ((ushort number, uint value) in metrics.Values)
            request.Attribute(number, value);
        if (metrics.CongestionControl is not null)
            request.Attribute(RTAX_CC_ALGO, metrics.CongestionControl);
    }

    private static void AddHop(NetlinkRequest request, RouteSpecification route, RouteHop hop, Func<string, int?> indexOf)
    {
        if (hop.Device is not null)
            request.Attribute(RTA_OIF, (uint)Index(route, hop.Device, indexOf));
        AddGateway(request, route.Family, hop.Gateway);
    }

    private static void AddHops(NetlinkRequest request, RouteSpecification route, Func<string, int?> indexOf)
    {
        foreach (RouteHop hop in route.Hops)
        {
            NextHopHeader header = new()
            {
                Flags = hop.IsOnLink ? (byte)NextHopFlags.OnLink : (byte)0,
                Hops = (byte)(hop.Weight - 1),
                Index = hop.Device is null ? 0 : Index(route, hop.Device, indexOf),
            };
            request.Hop(header, attributes =>
            {
                AddGateway(attributes, route.Family, hop.Gateway);
                if (hop.Realms is { } realms)
                    attributes.Attribute(RTA_FLOW, realms);
            });
        }
    }

    /// <summary>A router of the other family stands in <c>struct rtvia</c>: family, then address (RFC 5549).</summary>
    private static void AddGateway(NetlinkRequest request, AddressFamily family, IPAddress? gateway)
    {
        if (gateway is null)
            return;
        if (gateway.AddressFamily == family)
            request.Attribute(RTA_GATEWAY, gateway);
        else
            request.Attribute(RTA_VIA, [.. BitConverter.GetBytes((ushort)AddressFamilies.Of(gateway)), .. gateway.GetAddressBytes()]);
    }

    private static int Index(RouteSpecification route, string device, Func<string, int?> indexOf) => indexOf(device)
        ?? throw new SystemCallException("find interface of route", $"'{route}'", Errno.ENODEV, $"there is no interface '{device}' in this network namespace");
}
