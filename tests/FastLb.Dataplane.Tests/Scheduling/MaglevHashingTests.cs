using FastLb.Dataplane.Scheduling;
using FastLb.Dataplane.Tests.Flows;
using FastLb.Wire;

namespace FastLb.Dataplane.Tests.Scheduling;

public sealed class MaglevHashingTests : IDisposable
{
    private const int LargeSize = 65521;

    private readonly FlowTableMemory _memory = new(10, MonotonicTime.Zero);

    public void Dispose() => _memory.Dispose();

    /// <summary>Of the average of all servers that may leave: how many places of the others move for one of them follows from the addresses, as with IPVS.</summary>
    [Theory]
    [InlineData(MaglevHashing.DefaultSize, 0.04)]
    [InlineData(LargeSize, 0.005)]
    public void Few_places_of_the_other_servers_move_when_one_leaves(int size, double most)
    {
        MaglevHashing scheduler = Create(size);
        for (int count = 2; count <= 20; count++)
        {
            SchedulableServer[] servers = Servers(count);
            ServerList before = scheduler.Arrange(servers);
            double moved = Enumerable.Range(0, count)
                .Average(leaving => ShareOfMoved(before, scheduler.Arrange([.. servers.Where((_, position) => position != leaving)]), leaving));
            Assert.True(moved <= most, $"{moved:P2} of the places move when one of {count} servers leaves");
        }
    }

    [Theory]
    [InlineData(MaglevHashing.DefaultSize)]
    [InlineData(LargeSize)]
    public void Servers_of_the_same_weight_share_the_places_evenly(int size)
    {
        ServerList list = Create(size).Arrange(Servers(7));
        foreach (IGrouping<ushort, ushort> places in list.Places.ToArray().GroupBy(position => position))
            Assert.InRange(places.Count(), size / 7, (size / 7) + 1);
    }

    [Fact]
    public void Server_that_is_taken_out_by_weight_zero_keeps_its_places()
    {
        MaglevHashing scheduler = Create(MaglevHashing.DefaultSize);
        SchedulableServer[] servers = Servers(5);
        ServerList before = scheduler.Arrange(servers);
        servers[2] = servers[2] with { Weight = 0 };

        Assert.Equal(before.Places, scheduler.Arrange(servers).Places);
    }

    private MaglevHashing Create(int size) => new(_memory.Table.Servers, default(SchedulerOptions) with { TableSize = size });

    private static SchedulableServer[] Servers(int count) =>
        [.. Enumerable.Range(0, count).Select(number => new SchedulableServer((ushort)number, 1, IpAddress.Parse($"192.0.2.{number + 1}"), 80, 1))];

    // Of the places that the others had.
    private static double ShareOfMoved(ServerList before, ServerList after, int leaving)
    {
        int others = 0;
        int moved = 0;
        for (int place = 0; place < before.Places.Length; place++)
        {
            ushort slot = before.Servers[before.Places[place]].Slot;
            if (slot == leaving)
                continue;
            others++;
            if (after.Servers[after.Places[place]].Slot != slot)
                moved++;
        }

        return (double)moved / others;
    }
}
