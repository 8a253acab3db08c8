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
public sealed class AdjacencyResolver(Rtnetlink kernel, KernelJournal changes, TimeProvider time)
{
    private readonly ResolutionRetries _retries = new(time);
    private readonly HashSet<NeighbourKey> _unanswered = [];

    /// <summary>How soon the ways are to be looked for again, because a neighbour is to be asked anew; null when only a change is a reason to.</summary>
    public TimeSpan? UntilRetry => _retries.UntilNext();

    /// <summary>The ways to these servers, at this moment.</summary>
    /// <param name="servers">Their addresses, each once.</param>
    /// <param name="gateways">Routers that are to be kept known as well, though no server is behind them.</param>
    public AdjacencyState Resolve(IEnumerable<IPAddress> servers, IEnumerable<NeighbourKey> gateways)
    {
        _unanswered.Clear();
        var ways = new AdjacencyState([.. servers.Select(Resolve)]);
        foreach (NeighbourKey gateway in gateways.Where(gateway => kernel.Links.Find(gateway.Interface) is { IsRunning: true, Mac: not null }))
            NeighbourOf(gateway);
        _retries.Keep(_unanswered);
        return ways;
    }

    /// <summary>Six octets as hex digits with colons.</summary>
    public static string Text(PhysicalAddress mac) => string.Join(':', mac.GetAddressBytes().Select(octet => octet.ToString("x2")));

    private ServerAdjacency Resolve(IPAddress server)
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

        NeighbourInfo neighbour = NeighbourOf(new NeighbourKey(link.Index, hop.Gateway ?? server));
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

    private NeighbourInfo NeighbourOf(NeighbourKey nextHop)
    {
        NeighbourInfo? known = kernel.Neighbours.Find(nextHop.Interface, nextHop.Address);
        if (known is { IsFixed: true })
            return known;
        NeighbourInfo neighbour = known is { IsManaged: true } ? AskAnewIfDue(nextHop, known) : Ask(nextHop);
        if (!neighbour.IsUsable && !neighbour.State.HasFlag(Netlink.NeighbourState.Failed))
            _unanswered.Add(nextHop);
        return neighbour;
    }

    private NeighbourInfo Ask(NeighbourKey nextHop)
    {
        NeighbourInfo asked = changes.ManageNeighbour(nextHop.Interface, nextHop.Address);
        if (asked.IsManaged)
            _retries.Begin(nextHop);
        return asked;
    }

    /// <summary>The kernel asks at once for a neighbour that it doesn't know, which is why one without an answer is forgotten.</summary>
    private NeighbourInfo AskAnewIfDue(NeighbourKey nextHop, NeighbourInfo known)
    {
        if (known.IsUsable || known.State.HasFlag(Netlink.NeighbourState.Failed) || !_retries.TryTakeDue(nextHop))
            return known;
        kernel.Neighbours.Remove(nextHop.Interface, nextHop.Address);
        return changes.ManageNeighbour(nextHop.Interface, nextHop.Address);
    }

    private static ServerAdjacency Unreachable(IPAddress server, int interfaceIndex, string explanation) =>
        new(server, NeighbourState.Unreachable, interfaceIndex, null, null, 0, null, explanation);
}
