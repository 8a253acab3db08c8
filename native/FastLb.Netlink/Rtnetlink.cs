using FastLb.Native;

namespace FastLb.Netlink;

/// <summary>
/// Links, addresses, routes, rules, neighbours and filters of the network namespace that the opening thread is in, read and changed through rtnetlink. Calls
/// block for as long as the kernel works on them, microseconds to milliseconds. Any thread may use it.
/// </summary>
public sealed class Rtnetlink : IDisposable
{
    private readonly NetlinkSocket _socket;

    private Rtnetlink(NetlinkSocket socket)
    {
        _socket = socket;
        Links = new LinkTable(socket);
        Addresses = new AddressTable(socket, Links);
        Routes = new RouteTable(socket, Links);
        Rules = new RuleTable(socket);
        Neighbours = new NeighbourTable(socket);
        VirtualLinks = new VirtualLinkTable(socket, Links, Addresses);
        Filters = new FilterTable(socket, Links);
    }

    public LinkTable Links { get; }

    public AddressTable Addresses { get; }

    public RouteTable Routes { get; }

    public RuleTable Rules { get; }

    public NeighbourTable Neighbours { get; }

    public VirtualLinkTable VirtualLinks { get; }

    public FilterTable Filters { get; }

    /// <summary>Opens a connection to the kernel.</summary>
    /// <exception cref="SystemCallException">No socket could be had.</exception>
    public static Rtnetlink Open() => new(NetlinkSocket.Open());

    public void Dispose() => _socket.Dispose();
}
