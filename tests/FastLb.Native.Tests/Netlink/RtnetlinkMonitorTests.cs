using System.Net;
using System.Net.NetworkInformation;
using FastLb.Native.Tests.Namespaces;
using FastLb.Netlink;

namespace FastLb.Native.Tests.Netlink;

public sealed class RtnetlinkMonitorTests : RtnetlinkFixture
{
    private static readonly IPAddress Virtual = IPAddress.Parse("192.0.2.100");

    [Fact]
    public async Task Address_added_and_removed_is_told_in_order()
    {
        using RtnetlinkMonitor monitor = Near.Invoke(() => RtnetlinkMonitor.Open(NetlinkSubjects.Addresses));
        AddressInfo address = new(NearIndex, Virtual, 32);
        Kernel.Addresses.Add(address);
        Kernel.Addresses.Remove(address);

        List<NetlinkEvent> changes = await Take(monitor, 2);

        AddressChanged added = Assert.IsType<AddressChanged>(changes[0]);
        Assert.Equal((NearIndex, Virtual, false), (added.Address.InterfaceIndex, added.Address.Address, added.Removed));
        Assert.True(Assert.IsType<AddressChanged>(changes[1]).Removed);
    }

    [Fact]
    public async Task Resolved_neighbour_and_its_new_mac_are_told()
    {
        using RtnetlinkMonitor monitor = Near.Invoke(() => RtnetlinkMonitor.Open(NetlinkSubjects.Neighbours));
        IPAddress far = IPAddress.Parse(VethPair.FarAddress);

        Kernel.Neighbours.Manage(NearIndex, far);
        NeighbourChanged resolved = await First<NeighbourChanged>(monitor, change => change.Neighbour.IsUsable);
        Pair.Far.Run("ip", $"link set {VethPair.FarName} address 02:00:00:00:00:99");
        Pair.Far.Run("ping", $"-c 1 -W 2 {VethPair.NearAddress}"); // an ARP request of the far side's tells the new address
        NeighbourChanged moved = await First<NeighbourChanged>(
            monitor, change => change.Neighbour.IsUsable && !change.Neighbour.Mac!.Equals(resolved.Neighbour.Mac));

        Assert.Equal(PhysicalAddress.Parse(VethPair.FarMac), resolved.Neighbour.Mac);
        Assert.Equal(PhysicalAddress.Parse("02:00:00:00:00:99"), moved.Neighbour.Mac);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-6 ")]
    public async Task Rule_added_and_removed_is_told_in_order(string family)
    {
        using RtnetlinkMonitor monitor = Near.Invoke(() => RtnetlinkMonitor.Open(NetlinkSubjects.Rules));

        Ip($"{family}rule add from all table 100 priority 500");
        Ip($"{family}rule delete priority 500");

        Assert.Equal([new RuleChanged(500, Removed: false), new RuleChanged(500, Removed: true)], await Take(monitor, 2));
    }

    [Fact]
    public async Task Link_going_down_and_going_away_are_told()
    {
        using RtnetlinkMonitor monitor = Near.Invoke(() => RtnetlinkMonitor.Open(NetlinkSubjects.Links));

        Ip($"link set {VethPair.NearName} down");
        LinkChanged down = await First<LinkChanged>(monitor, change => !change.Link.IsUp);
        Ip($"link delete {VethPair.NearName}");
        LinkChanged gone = await First<LinkChanged>(monitor, change => change.Removed);

        Assert.Equal(NearIndex, down.Link.Index);
        Assert.Equal(VethPair.NearName, gone.Link.Name);
    }

    [Fact]
    public async Task Port_leaving_a_bridge_is_not_told_as_a_removed_link()
    {
        Ip("link add bridge0 type bridge");
        Ip($"link set {VethPair.NearName} master bridge0");
        using RtnetlinkMonitor monitor = Near.Invoke(() => RtnetlinkMonitor.Open(NetlinkSubjects.Links));

        Ip($"link set {VethPair.NearName} nomaster");
        Ip("link add last type bridge");

        List<NetlinkEvent> changes = [];
        await foreach (NetlinkEvent change in monitor.ReadAll(Timeout()))
        {
            changes.Add(change);
            if (change is LinkChanged { Link.Name: "last" })
                break;
        }

        Assert.Contains(changes, change => change is LinkChanged { Link.Name: VethPair.NearName, Link.MasterIndex: null });
        Assert.DoesNotContain(changes, change => change is LinkChanged { Removed: true });
    }

    [Fact]
    public async Task Routes_are_told_with_their_gateway()
    {
        using RtnetlinkMonitor monitor = Near.Invoke(() => RtnetlinkMonitor.Open(NetlinkSubjects.Routes));
        Ip($"route add 198.51.100.0/24 via {VethPair.FarAddress}");
        Ip("route delete 198.51.100.0/24");

        List<NetlinkEvent> changes = await Take(monitor, 2);

        RouteChanged added = Assert.IsType<RouteChanged>(changes[0]);
        Assert.False(added.Removed);
        Assert.Equal(IPAddress.Parse(VethPair.FarAddress), added.Route.NextHop!.Gateway);
        Assert.True(Assert.IsType<RouteChanged>(changes[1]).Removed);
    }

    [Fact]
    public async Task Overrun_asks_for_a_resync_and_watching_goes_on()
    {
        using RtnetlinkMonitor monitor = Near.Invoke(() => RtnetlinkMonitor.Open(NetlinkSubjects.Addresses, receiveBuffer: 4096));
        AddressInfo address = new(NearIndex, Virtual, 32);
        for (int round = 0; round < 200; round++) // nobody reads meanwhile
        {
            Kernel.Addresses.Add(address);
            Kernel.Addresses.Remove(address);
        }

        await First<ResyncRequired>(monitor, _ => true);

        AddressInfo after = new(NearIndex, IPAddress.Parse("192.0.2.101"), 32);
        Task<AddressChanged> told = First<AddressChanged>(monitor, change => change.Address.Address.Equals(after.Address));
        Kernel.Addresses.Add(after);
        Assert.False((await told).Removed);
    }

    [Fact]
    public async Task Cancelling_ends_the_watch()
    {
        using RtnetlinkMonitor monitor = Near.Invoke(() => RtnetlinkMonitor.Open());
        using CancellationTokenSource cancellation = new();
        IAsyncEnumerator<NetlinkEvent> events = monitor.ReadAll(cancellation.Token).GetAsyncEnumerator();
        ValueTask<bool> waiting = events.MoveNextAsync();

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await waiting);
        await events.DisposeAsync();
    }

    private static CancellationToken Timeout() => new CancellationTokenSource(TimeSpan.FromSeconds(10)).Token;

    private static async Task<List<NetlinkEvent>> Take(RtnetlinkMonitor monitor, int count)
    {
        List<NetlinkEvent> changes = [];
        await foreach (NetlinkEvent change in monitor.ReadAll(Timeout()))
        {
            changes.Add(change);
            if (changes.Count == count)
                break;
        }

        return changes;
    }

    private static async Task<T> First<T>(RtnetlinkMonitor monitor, Func<T, bool> wanted)
        where T : NetlinkEvent
    {
        await foreach (NetlinkEvent change in monitor.ReadAll(Timeout()))
        {
            if (change is T candidate && wanted(candidate))
                return candidate;
        }

        throw new InvalidOperationException("the monitor ended");
    }
}
