using System.Net;
using FastLb.Control.Network;
using FastLb.DataplaneChannel.Messages;
using FastLb.Native.Tests.Namespaces;
using FastLb.Netlink;

namespace FastLb.Control.Tests;

public sealed class NeighbourMovesTests : IDisposable
{
    private const string First = "02:00:00:00:00:01", Second = "02:00:00:00:00:02";

    private readonly NetworkNamespace _namespace = new();
    private readonly Rtnetlink _kernel;
    private readonly NeighbourMoves _moves;
    private readonly int _near;

    public NeighbourMovesTests()
    {
        _namespace.Run("ip", "link add near type veth peer name far");
        _namespace.Run("ip", "link set near up");
        _namespace.Run("ip", "link set far up");
        _kernel = _namespace.Invoke(Rtnetlink.Open);
        _moves = new NeighbourMoves(_kernel);
        _near = _kernel.Links.Find("near")!.Index;
    }

    [Fact]
    public void Neighbour_with_another_mac_has_moved_until_that_is_settled()
    {
        Neighbour("192.0.2.50", First);
        Assert.Empty(_moves.Find([]));
        Neighbour("192.0.2.50", Second);

        Assert.Equal([new NeighbourMove(_near, First, Second, null)], _moves.Find([]).Values);
        (NeighbourKey neighbour, NeighbourMove move) = Assert.Single(_moves.Find([]));
        _moves.Settle(neighbour, move);
        Assert.Empty(_moves.Find([]));
    }

    [Fact]
    public void Mac_that_others_still_have_moves_for_the_one_neighbour_alone_unless_it_is_a_gateway()
    {
        Neighbour("192.0.2.1", First);
        Neighbour("192.0.2.2", First);
        _moves.Find([]);
        Neighbour("192.0.2.1", Second);

        Assert.Equal(IPAddress.Parse("192.0.2.1"), Assert.Single(_moves.Find([])).Value.Client);
        Assert.Null(Assert.Single(_moves.Find([new NeighbourKey(_near, IPAddress.Parse("192.0.2.1"))])).Value.Client);
    }

    [Fact]
    public void Neighbour_that_the_kernel_had_forgotten_has_moved_when_it_is_back_with_another_mac()
    {
        Neighbour("192.0.2.50", First);
        _moves.Find([]);
        _namespace.Run("ip", "neighbour flush dev near nud all");
        Assert.Empty(_moves.Find([]));
        Neighbour("192.0.2.50", Second);

        Assert.Equal(Second, Assert.Single(_moves.Find([])).Value.To);
    }

    public void Dispose()
    {
        _kernel.Dispose();
        _namespace.Dispose();
    }

    private void Neighbour(string address, string mac) => _namespace.Run("ip", $"neighbour replace {address} lladdr {mac} dev near nud reachable");
}
