using CsCheck;
using FastLb.Dataplane.Flows;
using FastLb.Dataplane.Services;
using FastLb.Wire;

namespace FastLb.Dataplane.Tests.Flows;

/// <summary>Who gives way in a full table, against a plain model.</summary>
public sealed class HalfOpenFlowsTests
{
    private const uint HalfOpenTicks = 480;
    private const uint EstablishedTicks = 7200;
    private const ushort Slot = 7;

    private static readonly MonotonicTime Start = MonotonicTime.FromSeconds(50);
    private static readonly ServerIdentity Server = new(new ServiceKey(IpAddress.Parse("192.0.2.100"), IpProtocol.Tcp, 80), IpAddress.Parse("192.0.2.132"), 80);

    private enum Operation
    {
        Insert,
        InsertPair,
        RepeatSyn,
        Establish,
        Close,
        Remove,
        Wait,
        Restart,
    }

    /// <summary>Flows of both kinds in any state, with time passing and processes killed: a small table is full most of the time.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(6)]
    [InlineData(16)]
    [InlineData(200)]
    public void Table_evicts_what_the_model_evicts(int capacity) =>
        Gen.Select(Gen.Enum<Operation>(), Gen.Int[1, 2 * capacity], Gen.Int[0, 300]).Array[0, 1200].Sample(
            operations =>
            {
                using var memory = new FlowTableMemory(capacity, Start);
                var run = new ModelRun(memory, capacity);
                foreach ((Operation operation, int number, int ticks) in operations)
                    run.Apply(operation, number, (uint)ticks);
                run.AssertSame();
            },
            iter: 60);

    /// <summary>A flood fills a small table many times over within one tick.</summary>
    [Fact]
    public void Oldest_of_a_tick_gives_way_first()
    {
        using var memory = new FlowTableMemory(10, Start);
        FlowTable table = memory.Table;
        for (int number = 1; number <= 1000; number++)
        {
            InsertHalfOpen(table, number);
            for (int young = Math.Max(1, number - 9); young <= number; young++)
                Assert.NotEqual(0u, Find(table, young));
            Assert.Equal(0u, Find(table, number - 10));
        }

        Assert.Equal((10, 10, 990), (table.Count, table.HalfOpen, table.EvictedHalfOpen));
        Assert.Equal(10, table.Expire(Start + TimeSpan.FromSeconds(61), 1000));
        Assert.Equal(0, table.HalfOpen);
    }

    [Fact]
    public void Limit_holds_in_a_table_with_room_and_concerns_tcp_alone()
    {
        using var memory = new FlowTableMemory(100, Start);
        FlowTable table = memory.Table;
        table.HalfOpenLimit = 10;
        for (int number = 1; number <= 30; number++)
            InsertHalfOpen(table, number);
        Assert.Equal((10, 20), (table.HalfOpen, table.EvictedHalfOpen));

        FlowKey udp = FlowTableMemory.Key(31) with { Protocol = IpProtocol.Udp };
        uint index = table.Insert(udp, table.HashOf(udp), Slot, 1000);
        table.Advance(index, ref table.Entry(index), FlowState.Udp, 1000);
        Assert.Equal((10, 20, 11), (table.HalfOpen, table.EvictedHalfOpen, table.Count));
    }

    [Fact]
    public void Flow_that_was_to_end_gives_way_before_half_open_ones_do()
    {
        using var memory = new FlowTableMemory(2, Start);
        FlowTable table = memory.Table;
        Establish(table, InsertHalfOpen(table, 1), TimingWheel.TickOf(Start) + 1);
        InsertHalfOpen(table, 2);
        table.Expire(Start + TimeSpan.FromSeconds(1), budget: 0);

        InsertHalfOpen(table, 3);

        Assert.Equal((0u, 0), (Find(table, 1), table.EvictedHalfOpen));
    }

    /// <summary>Repeated SYNs put off the deadlines of more flows than are looked at for one new flow: it is made all the same, in the place of one of them.</summary>
    [Fact]
    public void Insert_takes_a_bounded_number_of_steps_however_many_deadlines_were_put_off()
    {
        using var memory = new FlowTableMemory(1000, Start);
        FlowTable table = memory.Table;
        for (int number = 1; number <= 1000; number++)
            InsertHalfOpen(table, number);
        for (int number = 1; number <= 1000; number++)
        {
            uint index = Find(table, number);
            table.Advance(index, ref table.Entry(index), FlowState.SynReceived, TimingWheel.TickOf(Start) + HalfOpenTicks + 8);
        }

        ushort[] slots = [.. Enumerable.Range(1, 1000).Select(number => SlotOf(table, number))];
        InsertHalfOpen(table, 1001);

        Assert.Equal((1000, 1000, 1), (table.Count, table.HalfOpen, table.EvictedHalfOpen));
        Assert.Equal(16 + 1, Enumerable.Range(1, 1000).Count(number => Find(table, number) == 0 || SlotOf(table, number) != slots[number - 1]));
    }

    /// <summary>All flows end in one tick: no call looks at more than its budget, and those that are left can be found and new ones made meanwhile.</summary>
    [Fact]
    public void Flows_that_end_all_at_once_hold_nothing_up()
    {
        const int flows = 100_000, budget = 64;
        using var memory = new FlowTableMemory(flows, Start);
        FlowTable table = memory.Table;
        for (int number = 1; number <= flows; number++)
            Establish(table, InsertHalfOpen(table, number), TimingWheel.TickOf(Start) + EstablishedTicks);
        MonotonicTime later = Start + TimeSpan.FromSeconds(901);
        while (table.Expire(later, 1000) == 0)
            Assert.Equal(flows, table.Count); // 7200 slots without flows come first

        int left = table.Count;
        for (int number = flows + 1; left > 0; number++)
        {
            int ended = table.Expire(later, budget);
            Assert.Equal(Math.Min(budget, left), ended);
            left -= ended;
            uint index = InsertHalfOpen(table, number);
            Assert.Equal(index, Find(table, number));
            table.Remove(index);
        }
    }

    private static uint Find(FlowTable table, int number) => table.Find(FlowTableMemory.Key(number), table.HashOf(FlowTableMemory.Key(number)));

    private static ushort SlotOf(FlowTable table, int number) => table.Entry(Find(table, number)).WheelSlot;

    private static uint InsertHalfOpen(FlowTable table, int number)
    {
        FlowKey key = FlowTableMemory.Key(number);
        uint tick = TimingWheel.TickOf(Start);
        uint index = table.Insert(key, table.HashOf(key), Slot, tick + 16);
        Assert.NotEqual(0u, index);
        table.Advance(index, ref table.Entry(index), FlowState.SynReceived, tick + HalfOpenTicks);
        return index;
    }

    private static void Establish(FlowTable table, uint index, uint expires) => table.Advance(index, ref table.Entry(index), FlowState.Established, expires);

    /// <summary>The same operations done to a table and to a dictionary.</summary>
    private sealed class ModelRun
    {
        private readonly FlowTableMemory _memory;
        private readonly int _capacity;
        private readonly Dictionary<int, Modelled> _model = [];
        private FlowTable _table;
        private MonotonicTime _now = Start;
        private long _evicted;
        private long _evictedBefore;

        public ModelRun(FlowTableMemory memory, int capacity)
        {
            _memory = memory;
            _capacity = capacity;
            _table = memory.Table;
            _table.Servers.Assign(Slot, Server);
        }

        private uint Tick => TimingWheel.TickOf(_now);

        private int Entries => _model.Values.Sum(flow => flow.IsPair ? 2 : 1);

        public void Apply(Operation operation, int number, uint ticks)
        {
            uint index = Find(_table, number);
            bool isThere = _model.TryGetValue(number, out Modelled? flow);
            Assert.Equal(isThere, index != 0);
            switch (operation)
            {
                case Operation.Insert or Operation.InsertPair when !isThere:
                    Insert(number, operation == Operation.InsertPair);
                    break;
                case Operation.RepeatSyn when isThere && flow!.IsHalfOpen:
                    Advance(index, flow, FlowState.SynReceived, HalfOpenTicks);
                    break;
                case Operation.Establish when isThere:
                    Advance(index, flow!, FlowState.Established, EstablishedTicks);
                    break;
                case Operation.Close when isThere:
                    Advance(index, flow!, FlowState.Close, 80);
                    break;
                case Operation.Remove when isThere:
                    _table.Remove(index);
                    _model.Remove(number);
                    break;
                case Operation.Wait:
                    Wait(ticks);
                    break;
                case Operation.Restart when ticks < 10:
                    Restart();
                    break;
            }

            Assert.Equal(_model.Values.Count(other => other.IsHalfOpen), _table.HalfOpen);
        }

        public void AssertSame()
        {
            Assert.Equal((_model.Count, _evicted), (_table.Count, _table.EvictedHalfOpen + _evictedBefore));
            foreach ((int number, Modelled flow) in _model)
            {
                uint index = Find(_table, number);
                Assert.Equal((flow.IsPair, flow.Expires), (_table.Entry(index).HasReturnHalf, _table.Entry(index).Expires));
            }
        }

        private void Advance(uint index, Modelled flow, FlowState state, uint ticks)
        {
            _table.Advance(index, ref _table.Entry(index), state, Tick + ticks);
            flow.IsHalfOpen = FlowStates.IsHalfOpen(state);
            flow.Expires = Tick + ticks;
        }

        private void Insert(int number, bool isPair)
        {
            FlowKey key = FlowTableMemory.Key(number);
            FlowKey back = key with { PeerAddress = Server.Address.V4, PeerPort = Server.Port, IsReturn = true };
            bool hadRoom = Entries + (isPair ? 2 : 1) <= _capacity;
            int halfOpen = _table.HalfOpen;
            uint index = isPair
                ? _table.InsertPair(key, _table.HashOf(key), back, _table.HashOf(back), Slot, Tick + 16)
                : _table.Insert(key, _table.HashOf(key), Slot, Tick + 16);
            int gone = RemoveEvicted();
            Assert.Equal(halfOpen - gone, _table.HalfOpen);
            if (!isPair)
            {
                Assert.Equal(hadRoom || halfOpen > 0, index != 0);
                Assert.Equal(hadRoom ? 0 : Math.Min(1, halfOpen), gone);
            }
            else if (index == 0)
            {
                Assert.Equal(Math.Min(FlowTable.EvictionsPerPair, halfOpen), gone);
            }

            if (index == 0)
                return;
            var flow = new Modelled { IsPair = isPair };
            _model.Add(number, flow);
            Advance(index, flow, FlowState.SynReceived, HalfOpenTicks);
        }

        // Who is gone was half-open, and no older one has stayed, as far as deadlines that were put off are looked through.
        private int RemoveEvicted()
        {
            KeyValuePair<int, Modelled>[] gone = [.. _model.Where(flow => Find(_table, flow.Key) == 0)];
            foreach ((int number, Modelled flow) in gone)
            {
                Assert.True(flow.IsHalfOpen);
                _model.Remove(number);
            }

            if (gone.Length > 0 && _capacity <= 16)
                Assert.True(gone.Max(flow => flow.Value.Expires) <= _model.Values.Where(flow => flow.IsHalfOpen).Select(flow => flow.Expires).DefaultIfEmpty(uint.MaxValue).Min());
            _evicted += gone.Length;
            return gone.Length;
        }

        private void Wait(uint ticks)
        {
            _now += TimeSpan.FromMilliseconds(125 * ticks);
            int expired = 0;
            foreach ((int number, Modelled flow) in _model.ToArray())
            {
                if (flow.Expires > Tick)
                    continue;
                _model.Remove(number);
                expired++;
            }

            Assert.Equal(expired, _table.Expire(_now, 100_000));
        }

        private void Restart()
        {
            _evictedBefore += _table.EvictedHalfOpen;
            Assert.True(FlowTable.TryAdopt(_memory.Address, _memory.Length, _now, out FlowTable? adopted, out _));
            _table = adopted!;
        }
    }

    private sealed class Modelled
    {
        public bool IsPair { get; init; }

        public bool IsHalfOpen { get; set; }

        public uint Expires { get; set; }
    }
}
