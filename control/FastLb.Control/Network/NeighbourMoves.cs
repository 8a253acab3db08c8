using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using FastLb.DataplaneChannel.Messages;
using FastLb.Netlink;

namespace FastLb.Control.Network;

/// <summary>
/// Notices clients, and routers before them, that have another Ethernet address than before, as the kernel learns of it: by gratuitous ARP, by what they ask, or by its
/// own probes. A client that only receives would not be heard of otherwise: it gets nothing any more that it could answer. One thread at a time.
/// </summary>
public sealed class NeighbourMoves(Rtnetlink kernel)
{
    /// <summary>Neighbours remembered before those that the kernel has forgotten are forgotten here, too.</summary>
    private const int Enough = 16384;

    private readonly Dictionary<NeighbourKey, PhysicalAddress> _known = [];

    /// <summary>Those that have moved and are not <see cref="Settle">settled</see> yet; nobody has who is seen for the first time.</summary>
    /// <param name="gateways">The routers of this host's routes: all flows that came by one of them follow it.</param>
    /// <exception cref="FastLb.Native.SystemCallException">The kernel refused.</exception>
    public IReadOnlyDictionary<NeighbourKey, NeighbourMove> Find(IReadOnlyCollection<NeighbourKey> gateways)
    {
        Dictionary<NeighbourKey, PhysicalAddress> present = kernel.Neighbours.List(AddressFamily.InterNetwork)
            .Where(neighbour => neighbour.IsUsable).ToDictionary(neighbour => new NeighbourKey(neighbour.InterfaceIndex, neighbour.Address), neighbour => neighbour.Mac!);
        if (_known.Count > Enough)
            Forget(neighbour => !present.ContainsKey(neighbour));

        var moves = new Dictionary<NeighbourKey, NeighbourMove>();
        foreach ((NeighbourKey neighbour, PhysicalAddress mac) in present)
        {
            if (_known.TryAdd(neighbour, mac) || _known[neighbour].Equals(mac))
                continue;
            PhysicalAddress former = _known[neighbour];
            bool standsForAll = gateways.Contains(neighbour) || !present.Any(other => other.Key.Interface == neighbour.Interface && other.Value.Equals(former));
            moves.Add(neighbour, new NeighbourMove(
                neighbour.Interface, AdjacencyResolver.Text(former), AdjacencyResolver.Text(mac), standsForAll ? null : neighbour.Address));
        }

        return moves;
    }

    /// <summary>The dataplane knows of a move.</summary>
    public void Settle(NeighbourKey neighbour, NeighbourMove move) => _known[neighbour] = PhysicalAddress.Parse(move.To);

    private void Forget(Predicate<NeighbourKey> isForgotten)
    {
        foreach (NeighbourKey neighbour in _known.Keys.Where(neighbour => isForgotten(neighbour)).ToArray())
            _known.Remove(neighbour);
    }
}
