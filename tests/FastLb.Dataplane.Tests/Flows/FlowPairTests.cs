using CsCheck;
using FastLb.Dataplane.Flows;
using FastLb.Dataplane.Services;
using FastLb.Wire;

namespace FastLb.Dataplane.Tests.Flows;

/// <summary>Flows with a return half among flows without.</summary>
public sealed class FlowPairTests
{
    private const ushort Slot = 3;

    private static readonly MonotonicTime Start = MonotonicTime.FromSeconds(50);
    private static readonly ServerIdentity Server =
        new(new ServiceKey(IpAddress.Parse("192.0.2.100"), IpProtocol.Tcp, 80), IpAddress.Parse("10.0.0.11"), 8080);

    private static uint Expiry => TimingWheel.TickOf(Start) + 80;

    [Theory]
    [InlineData(2)]
    [InlineData(9)]
    [InlineData(60)]
    [InlineData(501)]
    public void Both_kinds_of_flows_are_found_until_they_are_removed(int capacity) =>
        Gen.Select(Gen.Int[0, 3], Gen.Int[1, 400]).Array[0, 1200].Sample(
            operations =>
            {
                using var memory = new FlowTableMemory(capacity, Start);
                var model = new Dictionary<int, bool>();
                foreach ((int operation, int number) in operations)
                    Apply(memory.Table, model, operation, number, capacity);
                AssertSame(memory.Table, model);
                memory.Table.Servers.Assign(Slot, Server);
                Assert.True(FlowTable.TryAdopt(memory.Address, memory.Length, Start, out FlowTable? adopted, out string refusal), refusal);
                AssertSame(adopted!, model);
                Assert.Equal(model.Count, adopted!.Expire(Start + TimeSpan.FromSeconds(11), 100000));
                AssertHoldsItsCapacity(adopted, capacity);
            },
            iter: 60);

    [Fact]
    public void Return_key_finds_no_flow_of_the_same_numbers()
    {
        using var memory = new FlowTableMemory(4, Start);
        FlowTable table = memory.Table;
        FlowKey key = FlowTableMemory.Key(1);
        table.Insert(key, table.HashOf(key), Slot, Expiry);
        FlowKey back = key with { IsReturn = true };

        Assert.Equal(0u, table.Find(back, table.HashOf(back)));
    }

    [Fact]
    public void Listing_shows_a_pair_once()
    {
        using var memory = new FlowTableMemory(10, Start);
        InsertPair(memory.Table, 1);

        memory.Table.CopyPage(0, new FlowEntry[10], out int count);

        Assert.Equal(1, count);
    }

    /// <summary>Whichever of its two entries a killed process had not written yet, or had cleared already.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Half_a_pair_is_not_adopted(int missing)
    {
        using var memory = new FlowTableMemory(4, Start);
        FlowTable table = memory.Table;
        table.Servers.Assign(Slot, Server);
        uint index = InsertPair(table, 1);
        table.Entry(index + (uint)missing).Protocol = IpProtocol.None;

        Assert.True(FlowTable.TryAdopt(memory.Address, memory.Length, Start, out FlowTable? adopted, out _));

        Assert.Equal(0, adopted!.Count);
        AssertHoldsItsCapacity(adopted, 4);
    }

    private static void Apply(FlowTable table, Dictionary<int, bool> model, int operation, int number, int capacity)
    {
        FlowKey key = FlowTableMemory.Key(number);
        uint index = table.Find(key, table.HashOf(key));
        Assert.Equal(model.ContainsKey(number), index != 0);
        if (index != 0 && operation <= 1)
        {
            table.Remove(index);
            model.Remove(number);
        }
        else if (index == 0 && operation == 2)
        {
            bool inserted = table.Insert(key, table.HashOf(key), Slot, Expiry) != 0;
            Assert.Equal(Entries(model) < capacity, inserted);
            if (inserted)
                model.Add(number, false);
        }
        else if (index == 0 && operation == 3 && InsertPair(table, number) != 0)
        {
            model.Add(number, true);
        }
    }

    private static int Entries(Dictionary<int, bool> model) => model.Values.Sum(isPair => isPair ? 2 : 1);

    private static uint InsertPair(FlowTable table, int number)
    {
        FlowKey key = FlowTableMemory.Key(number);
        FlowKey back = ReturnKey(number);
        return table.InsertPair(key, table.HashOf(key), back, table.HashOf(back), Slot, Expiry);
    }

    private static FlowKey ReturnKey(int number) => FlowTableMemory.Key(number) with { PeerAddress = Server.Address.V4, PeerPort = Server.Port, IsReturn = true };

    private static void AssertSame(FlowTable table, Dictionary<int, bool> model)
    {
        Assert.Equal(model.Count, table.Count);
        foreach ((int number, bool isPair) in model)
        {
            FlowKey key = FlowTableMemory.Key(number);
            uint index = table.Find(key, table.HashOf(key));
            Assert.Equal(isPair, table.Entry(index).HasReturnHalf);
            uint half = table.Find(ReturnKey(number), table.HashOf(ReturnKey(number)));
            Assert.Equal(isPair ? index : 0, half == 0 ? 0 : FlowTable.FlowOfReturnHalf(half));
        }
    }

    // Free entries are joined to pairs again, and pairs given out singly.
    private static void AssertHoldsItsCapacity(FlowTable table, int capacity)
    {
        for (int number = 1; number <= capacity / 2; number++)
            Assert.NotEqual(0u, InsertPair(table, number));
        Assert.Equal(0u, InsertPair(table, capacity + 1));
        table.Expire(Start + TimeSpan.FromSeconds(22), 100000);
        for (int number = 1; number <= capacity; number++)
            Assert.NotEqual(0u, table.Insert(FlowTableMemory.Key(number), table.HashOf(FlowTableMemory.Key(number)), Slot, Expiry));
        Assert.Equal(0u, table.Insert(FlowTableMemory.Key(capacity + 1), table.HashOf(FlowTableMemory.Key(capacity + 1)), Slot, Expiry));
    }
}
