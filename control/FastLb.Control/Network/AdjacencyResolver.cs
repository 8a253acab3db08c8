using System.Net;
using System.Net.NetworkInformation;
using FastLb.DataplaneChannel.Messages;
using FastLb.Netlink;
using FastLb.Runtime;
using NeighbourState = FastLb.DataplaneChannel.Messages.NeighbourState;

namespace FastLb.Control.Network;

/// <summary>
/// Finds the ways to real servers as the kernel would go: its routes, its neighbours, its links. Next hops become managed neighbours, which the
/// kernel resolves and keeps fresh. One thread at a time.
/// </summary>
public sealed class AdjacencyResolver(Rtnetlink kernel, KernelJournal changes)
{
    /// <summary>The way to one server, at this moment.</summary>
    public ServerAdjacency Resolve(IPAddress server)
    {
        RouteInfo route = kernel.Routes.Lookup(server);
        if (route.Type == RouteType.Local)
            return Unreachable(server, 0, "it is an address of this host, which is not supported yet as a real server");
        if (route.NextHop is not { } hop)
            return Unreachable(server, 0, "there is no route to it");
        if (kernel.Links.Find(hop.InterfaceIndex) is not { Mac: { } source } link)
            return Unreachable(server, hop.InterfaceIndex, "the route to it does not lead over Ethernet");
        EgressPath path = EgressPath.Of(link, kernel.Links.Find);
        if (path.Device is not { } device)
            return Unreachable(server, 0, path.Explanation!);
        if (!link.IsRunning)
            return Unreachable(server, device.Index, $"{link.Name} is down");

        NeighbourInfo neighbour = NeighbourOf(link.Index, hop.Gateway ?? server);
        if (!neighbour.IsUsable)
        {
            return neighbour.State.HasFlag(Netlink.NeighbourState.Failed)
                ? Unreachable(server, device.Index, $"{neighbour.Address} does not answer on {link.Name}")
                : new ServerAdjacency(server, NeighbourState.Pending, device.Index, null, null, 0, null, $"{neighbour.Address} is being resolved on {link.Name}");
        }

        return new ServerAdjacency(
            server, NeighbourState.Resolved, device.Index, Text(neighbour.Mac!), Text(source), Math.Min(link.Mtu, route.Mtu ?? int.MaxValue),
            route.PreferredSource, null)
        {
            Vlan = path.Vlan,
        };
    }

    /// <summary>Six octets as hex digits with colons.</summary>
    public static string Text(PhysicalAddress mac) => string.Join(':', mac.GetAddressBytes().Select(octet => octet.ToString("x2")));

    private NeighbourInfo NeighbourOf(int interfaceIndex, IPAddress nextHop)
    {
        NeighbourInfo? known = kernel.Neighbours.Find(interfaceIndex, nextHop);
        return known is { IsFixed: true } or { IsManaged: true } ? known : changes.ManageNeighbour(interfaceIndex, nextHop);
    }

    private static ServerAdjacency Unreachable(IPAddress server, int interfaceIndex, string explanation) =>
        new(server, NeighbourState.Unreachable, interfaceIndex, null, null, 0, null, explanation);
}
