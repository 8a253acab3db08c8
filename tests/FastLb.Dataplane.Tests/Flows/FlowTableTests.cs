using CsCheck;
using FastLb.Dataplane.Flows;
using FastLb.Dataplane.Services;
using FastLb.Wire;

namespace FastLb.Dataplane.Tests.Flows;

public sealed class FlowTableTests
{
    private static readonly MonotonicTime Start = MonotonicTime.FromSeconds(50);

    /// <summary>Twelve and more flows of a small table share few buckets, and a hash that knows nothing of ports makes equal fingerprints.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(40)]
    [InlineData(500)]
    public void Table_does_what_a_dictionary_does(int capacity) =>
        Gen.Select(Gen.Int[0, 2], Gen.Int[1, 600]).Array[0, 1500].Sample(
            operations =>
            {
                using var memory = new FlowTableMemory(capacity, Start);
                var model = new Dictionary<FlowKey, ushort>();
                foreach ((int operation, int number) in operations)
                    Apply(memory.Table, model, operation, FlowTableMemory.Key(number), (ushort)(number % 5), capacity);
                AssertSame(memory.Table, model);
            },
            iter: 60);

    [Fact]
    public void Flow_ends_when_no_packet_came_for_its_time()
    {
        using var memory = new FlowTableMemory(10, Start);
        FlowTable table = memory.Table;
        FlowKey key = FlowTableMemory.Key(1);
        uint index = table.Insert(key, table.HashOf(key), 0, TimingWheel.TickOf(Start) + 16);

        Assert.Equal(0, table.Expire(Start + TimeSpan.FromSeconds(1.9), 1000));
        Assert.Equal(index, table.Find(key, table.HashOf(key)));
        Assert.Equal(1, table.Expire(Start + TimeSpan.FromSeconds(2.1), 1000));
        Assert.Equal(0u, table.Find(key, table.HashOf(key)));
    }

    [Theory]
    [InlineData(20)] // nearer than before
    [InlineData(900)]
    [InlineData(5000)] // several turns of the wheel
    public void Deadline_that_moves_is_kept_to_the_tick(int seconds)
    {
        using var memory = new FlowTableMemory(10, Start);
        FlowTable table = memory.Table;
        FlowKey key = FlowTableMemory.Key(1);
        uint tick = TimingWheel.TickOf(Start);
        uint index = table.Insert(key, table.HashOf(key), 0, tick + (60 * 8));
        table.Advance(index, ref table.Entry(index), FlowState.Established, tick + ((uint)seconds * 8));

        for (int second = 1; second < seconds; second++)
            Assert.Equal(0, table.Expire(Start + TimeSpan.FromSeconds(second), 1000));
        Assert.Equal(1, table.Expire(Start + TimeSpan.FromSeconds(seconds), 1000));
    }

    [Fact]
    public void Expiry_looks_at_no_more_than_its_budget_and_goes_on_where_it_stopped()
    {
        using var memory = new FlowTableMemory(100, Start);
        FlowTable table = memory.Table;
        for (int number = 1; number <= 100; number++)
            table.Insert(FlowTableMemory.Key(number), table.HashOf(FlowTableMemory.Key(number)), 0, TimingWheel.TickOf(Start) + 1);
        MonotonicTime later = Start + TimeSpan.FromSeconds(10);

        Assert.Equal(30, table.Expire(later, 30));
        Assert.Equal(70, table.Expire(later, 1000));
        Assert.Equal(0, table.Count);
    }

    [Fact]
    public void Counts_of_a_server_follow_the_states_of_its_flows()
    {
        using var memory = new FlowTableMemory(10, Start);
        FlowTable table = memory.Table;
        FlowKey key = FlowTableMemory.Key(1);
        uint index = table.Insert(key, table.HashOf(key), 4, 1);
        Assert.Equal((0, 1), (table.Servers.ActiveFlows(4), table.Servers.InactiveFlows(4)));
        table.Advance(index, ref table.Entry(index), FlowState.SynReceived, 1);
        Assert.Equal((1, 0), (table.Servers.ActiveFlows(4), table.Servers.InactiveFlows(4)));
        table.Advance(index, ref table.Entry(index), FlowState.FinWait, 1);
        Assert.Equal((0, 1), (table.Servers.ActiveFlows(4), table.Servers.InactiveFlows(4)));
        table.Remove(index);
        Assert.Equal((0, 0), (table.Servers.ActiveFlows(4), table.Servers.InactiveFlows(4)));
    }

    [Fact]
    public void Adopted_table_has_the_flows_and_the_counts()
    {
        using var memory = new FlowTableMemory(200, Start);
        FlowTable before = memory.Table;
        before.Servers.Assign(3, new ServerIdentity(new ServiceKey(IpAddress.Parse("192.0.2.100"), IpProtocol.Tcp, 80), IpAddress.Parse("192.0.2.132"), 80));
        for (int number = 1; number <= 150; number++)
        {
            FlowKey key = FlowTableMemory.Key(number);
            uint index = before.Insert(key, before.HashOf(key), 3, TimingWheel.TickOf(Start) + 8);
            if (number % 3 == 0)
                before.Remove(index);
            else if (number % 3 == 1)
                before.Advance(index, ref before.Entry(index), FlowState.Established, TimingWheel.TickOf(Start) + 80);
        }

        Assert.True(FlowTable.TryAdopt(memory.Address, memory.Length, Start, out FlowTable? adopted, out string refusal), refusal);

        Assert.Equal(100, adopted!.Count);
        Assert.Equal((50, 50), (adopted.Servers.ActiveFlows(3), adopted.Servers.InactiveFlows(3)));
        for (int number = 1; number <= 150; number++)
            Assert.Equal(number % 3 != 0, adopted.Find(FlowTableMemory.Key(number), adopted.HashOf(FlowTableMemory.Key(number))) != 0);
        Assert.Equal(50, adopted.Expire(Start + TimeSpan.FromSeconds(2), 1000));
    }

    [Fact]
    public void Flow_of_a_server_slot_without_meaning_is_not_adopted()
    {
        using var memory = new FlowTableMemory(10, Start);
        FlowKey key = FlowTableMemory.Key(1);
        memory.Table.Insert(key, memory.Table.HashOf(key), 3, 1000);

        Assert.True(FlowTable.TryAdopt(memory.Address, memory.Length, Start, out FlowTable? adopted, out _));
        Assert.Equal(0, adopted!.Count);
    }

    [Theory]
    [InlineData(0)] // magic
    [InlineData(8)] // version
    [InlineData(12)] // size of an entry
    [InlineData(19)] // capacity
    public void Memory_that_is_no_such_table_is_refused(int place)
    {
        using var memory = new FlowTableMemory(10, Start);
        memory.Bytes[place] ^= 0x40;

        Assert.False(FlowTable.TryAdopt(memory.Address, memory.Length, Start, out _, out string refusal));
        Assert.NotEmpty(refusal);
    }

    [Fact]
    public void Table_whose_index_was_left_half_written_is_adopted_whole()
    {
        using var memory = new FlowTableMemory(50, Start);
        FlowTable before = memory.Table;
        before.Servers.Assign(0, new ServerIdentity(new ServiceKey(IpAddress.Parse("192.0.2.100"), IpProtocol.Tcp, 80), IpAddress.Parse("192.0.2.132"), 80));
        for (int number = 1; number <= 50; number++)
            before.Insert(FlowTableMemory.Key(number), before.HashOf(FlowTableMemory.Key(number)), 0, TimingWheel.TickOf(Start) + 800);
        var random = new Random(5);
        Span<byte> index = memory.Bytes[(int)FlowTableLayout.WheelOffset..(int)FlowTableLayout.EntriesOffset(50)];
        for (int i = 0; i < 5000; i++)
            index[random.Next(index.Length)] = (byte)random.Next();

        Assert.True(FlowTable.TryAdopt(memory.Address, memory.Length, Start, out FlowTable? adopted, out _));
        Assert.All(Enumerable.Range(1, 50), number => Assert.NotEqual(0u, adopted!.Find(FlowTableMemory.Key(number), adopted.HashOf(FlowTableMemory.Key(number)))));
        Assert.Equal(50, adopted!.Expire(Start + TimeSpan.FromSeconds(101), 10000));
    }

    private static void Apply(FlowTable table, Dictionary<FlowKey, ushort> model, int operation, FlowKey key, ushort server, int capacity)
    {
        ulong hash = table.HashOf(key);
        uint index = table.Find(key, hash);
        Assert.Equal(model.ContainsKey(key), index != 0);
        if (operation == 0 && index != 0)
        {
            table.Remove(index);
            model.Remove(key);
        }
        else if (operation != 0 && index == 0)
        {
            bool inserted = table.Insert(key, hash, server, TimingWheel.TickOf(Start) + 80) != 0;
            Assert.Equal(model.Count < capacity, inserted);
            if (inserted)
                model.Add(key, server);
        }
    }

    private static void AssertSame(FlowTable table, Dictionary<FlowKey, ushort> model)
    {
        Assert.Equal(model.Count, table.Count);
        foreach ((FlowKey key, ushort server) in model)
            Assert.Equal(server, table.Entry(table.Find(key, table.HashOf(key))).Server);
        Assert.Equal(model.Count, table.Expire(Start + TimeSpan.FromSeconds(11), 100000));
    }
}
