using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastLb.Native;
using FastLb.Netlink.Protocol;
using FastLb.Netlink.Routing;
using static FastLb.Netlink.Protocol.RtnetlinkConstants;

namespace FastLb.Netlink;

/// <summary>The routes of a network namespace. Any thread may use it.</summary>
public sealed class RouteTable
{
    private readonly NetlinkSocket _socket;
    private readonly LinkTable _links;

    internal RouteTable(NetlinkSocket socket, LinkTable links)
    {
        _socket = socket;
        _links = links;
    }

    /// <summary>All routes of a family, of all tables, the kernel's local ones included.</summary>
    /// <exception cref="SystemCallException">The kernel refused.</exception>
    public IReadOnlyList<RouteInfo> List(AddressFamily family)
    {
        RouteMessageBody body = new() { Family = AddressFamilies.ToKernel(family) };
        return _socket.Dump(NetlinkRequest.Dump(RTM_GETROUTE, body), "routes", Parse);
    }

    /// <summary>The interfaces that the main table's default routes of a family leave by, each once, the best metric's first.</summary>
    /// <exception cref="SystemCallException">The kernel refused.</exception>
    public IReadOnlyList<int> ListDefaultInterfaces(AddressFamily family) =>
    [
        .. List(family)
            .Where(route => route is { IsDefault: true, Type: RouteType.Unicast, Table: RT_TABLE_MAIN })
            .OrderBy(route => route.Priority)
            .SelectMany(route => route.NextHops)
            .Select(hop => hop.InterfaceIndex)
            .Distinct(),
    ];

    /// <summary>The next hops of the main table's unicast routes of a family that are routers, each once.</summary>
    /// <exception cref="SystemCallException">The kernel refused.</exception>
    public IReadOnlyList<NextHop> ListGateways(AddressFamily family) =>
    [
        .. List(family)
            .Where(route => route is { Type: RouteType.Unicast, Table: RT_TABLE_MAIN })
            .SelectMany(route => route.NextHops)
            .Where(hop => hop.Gateway is not null)
            .DistinctBy(hop => (hop.InterfaceIndex, hop.Gateway)),
    ];

    /// <summary>
    /// Asks the kernel where it would send a packet of this host's to <paramref name="destination"/>. No route at all is answered as
    /// <see cref="RouteType.Unreachable"/>, not as an error.
    /// </summary>
    /// <exception cref="SystemCallException">The kernel refused for another reason.</exception>
    public RouteInfo Lookup(IPAddress destination)
    {
        byte bits = AddressFamilies.AddressBits(destination);
        RouteMessageBody body = new() { Family = AddressFamilies.Of(destination), DestinationLength = bits, Flags = RTM_F_LOOKUP_TABLE };
        List<RouteInfo> found = [];
        NetlinkResult result = _socket.Execute(NetlinkRequest.Do(RTM_GETROUTE, body).Attribute(RTA_DST, destination), Parse, found);
        // For IPv4 the types that lead nowhere come as the error that a sender would get (fib_props in net/ipv4/fib_semantics.c).
        return result.Errno switch
        {
            Errno.None => found[0],
            Errno.ENETUNREACH or Errno.EHOSTUNREACH => new RouteInfo(RouteType.Unreachable, destination, bits),
            Errno.EACCES => new RouteInfo(RouteType.Prohibit, destination, bits),
            Errno.EINVAL => new RouteInfo(RouteType.Blackhole, destination, bits),
            _ => throw result.Failure("look up route to", destination.ToString()),
        };
    }

    /// <summary>
    /// Sets a route. False when the very same is there already, or with <see cref="RouteOperation.Add"/> any to the same prefix with the same metric.
    /// </summary>
    /// <exception cref="SystemCallException">The kernel refused, or there is no such interface (<see cref="Errno.ENODEV"/>).</exception>
    public bool Add(RouteSpecification route)
    {
        NetlinkResult result = _socket.Execute(RouteMessage.Build(RTM_NEWROUTE, route, IndexOf));
        return result.Errno switch
        {
            Errno.None => true,
            Errno.EEXIST => false,
            _ => throw result.Failure("set route", $"'{route}'"),
        };
    }

    /// <summary>Takes a route away, found by all that its line says. False when it isn't there, or its interface isn't.</summary>
    /// <exception cref="SystemCallException">The kernel refused.</exception>
    public bool Remove(RouteSpecification route)
    {
        if (route.Hops.Any(hop => hop.Device is not null && IndexOf(hop.Device) is null))
            return false;
        NetlinkResult result = _socket.Execute(RouteMessage.Build(RTM_DELROUTE, route, IndexOf));
        return result.Errno switch
        {
            Errno.None => true,
            Errno.ESRCH or Errno.ENODEV => false,
            _ => throw result.Failure("remove route", $"'{route}'"),
        };
    }

    /// <summary>Reads RTM_NEWROUTE and RTM_DELROUTE; null for others.</summary>
    internal static RouteInfo? Parse(NetlinkMessage message)
    {
        if (message.Type is not (RTM_NEWROUTE or RTM_DELROUTE)
            || !message.TryReadBody(out RouteMessageBody body, out NetlinkAttributeReader attributes) || !AddressFamilies.IsInternet(body.Family))
            return null;

        int? output = null;
        IPAddress? gateway = null;
        List<NextHop> hops = [];
        RouteInfo route = new((RouteType)body.Type, AddressFamilies.AnyAddress(body.Family), body.DestinationLength) { Table = body.Table };
        while (attributes.Read())
        {
            switch (attributes.Type)
            {
                case RTA_DST:
                    route = route with { Destination = attributes.ReadAddress() ?? route.Destination };
                    break;
                case RTA_TABLE: // all 32 bits, of which the body has the lowest 8
                    route = route with { Table = attributes.ReadUInt32() };
                    break;
                case RTA_PRIORITY:
                    route = route with { Priority = attributes.ReadUInt32() };
                    break;
                case RTA_PREFSRC:
                    route = route with { PreferredSource = attributes.ReadAddress() };
                    break;
                case RTA_METRICS:
                    route = route with { Mtu = ReadMtu(attributes.Nested()) };
                    break;
                case RTA_OIF:
                    output = attributes.ReadInt32();
                    break;
                case RTA_GATEWAY:
                    gateway = attributes.ReadAddress();
                    break;
                case RTA_VIA:
                    gateway = ReadVia(attributes.Value);
                    break;
                case RTA_MULTIPATH:
                    hops = ReadNextHops(attributes.Value);
                    break;
            }
        }

        if (hops.Count == 0 && output is { } index)
            hops = [new NextHop(index, gateway, 1, (NextHopFlags)(body.Flags & 0xFF))];
        return route with { NextHops = hops };
    }

    private int? IndexOf(string device) => _links.Find(device)?.Index;

    private static int? ReadMtu(NetlinkAttributeReader metrics)
    {
        while (metrics.Read())
        {
            if (metrics.Type == RTAX_MTU)
                return metrics.ReadInt32();
        }

        return null;
    }

    /// <summary><c>struct rtvia</c>: family, then the address of a gateway of the other family.</summary>
    private static IPAddress? ReadVia(ReadOnlySpan<byte> via)
    {
        const int FamilySize = sizeof(ushort);
        return via.Length is FamilySize + 4 or FamilySize + 16 ? new IPAddress(via[FamilySize..]) : null;
    }

    private static List<NextHop> ReadNextHops(ReadOnlySpan<byte> rest)
    {
        int headerSize = Unsafe.SizeOf<NextHopHeader>();
        List<NextHop> hops = [];
        while (MemoryMarshal.TryRead(rest, out NextHopHeader header) && header.Length >= headerSize && header.Length <= rest.Length)
        {
            IPAddress? gateway = null;
            NetlinkAttributeReader attributes = new(rest[headerSize..header.Length]);
            while (attributes.Read())
            {
                gateway = attributes.Type switch
                {
                    RTA_GATEWAY => attributes.ReadAddress(),
                    RTA_VIA => ReadVia(attributes.Value),
                    _ => gateway,
                };
            }

            hops.Add(new NextHop(header.Index, gateway, header.Hops + 1, (NextHopFlags)header.Flags));
            rest = rest[Math.Min((header.Length + 3) & ~3, rest.Length)..];
        }

        return hops;
    }
}
