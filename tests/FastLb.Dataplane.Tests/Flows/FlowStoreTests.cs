using System.Runtime.InteropServices;
using FastLb.Dataplane.Flows;
using FastLb.Dataplane.Services;
using FastLb.Wire;

namespace FastLb.Dataplane.Tests.Flows;

public sealed unsafe class FlowStoreTests : IDisposable
{
    private const int Capacity = 1000;

    private static readonly FlowHash Hash = new(0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x27D4EB2F165667C5);
    private static readonly ServerIdentity Server = new(new ServiceKey(IpAddress.Parse("192.0.2.100"), IpProtocol.Tcp, 80), IpAddress.Parse("192.0.2.132"), 80);

    private readonly long _length = FlowStore.RequiredBytes(Capacity);
    private readonly void* _memory;

    public FlowStoreTests()
    {
        _memory = NativeMemory.AlignedAlloc((nuint)_length, 4096);
        NativeMemory.Clear(_memory, (nuint)_length);
    }

    public void Dispose() => NativeMemory.AlignedFree(_memory);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(FlowStore.MostTables)]
    public void Tables_take_all_flows_between_them_and_a_successor_finds_each_where_it_was(int workers)
    {
        FlowStore store = Open("the memory holds no flow tables");
        store.MakeTables(workers, Capacity, Hash, MonotonicTime.Zero);
        store.Servers.Assign(5, Server);
        for (int number = 0; number < Capacity; number++)
        {
            FlowTable table = Owner(store, number);
            FlowKey key = FlowTableMemory.Key(number);
            uint index = table.Insert(key, table.HashOf(key), 5, 1000);
            Assert.NotEqual(0u, index);
            if (number % 4 == 0)
                table.Advance(index, ref table.Entry(index), FlowState.Established, 1000);
        }

        Assert.Equal((Capacity, 250, 750), (store.Count, store.Servers.ActiveFlows(5), store.Servers.InactiveFlows(5)));
        Assert.True(store.Capacity >= Capacity);

        FlowStore successor = Open(string.Empty);
        Assert.Equal((workers, Capacity), (successor.Tables.Count, successor.Count));
        Assert.Equal((250, 750), (successor.Servers.ActiveFlows(5), successor.Servers.InactiveFlows(5)));
        Assert.Equal(Server, successor.Servers.Find(5));
        for (int number = 0; number < Capacity; number++)
        {
            FlowTable table = Owner(successor, number);
            FlowKey key = FlowTableMemory.Key(number);
            Assert.NotEqual(0u, table.Find(key, table.HashOf(key)));
        }
    }

    /// <summary>The share of each table is what its hash gives it; together they never have more than the limit.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Half_open_limit_is_that_of_all_tables_together(int workers)
    {
        const int limit = 100;
        FlowStore store = Open("the memory holds no flow tables");
        store.MakeTables(workers, Capacity, Hash, MonotonicTime.Zero);
        store.LimitHalfOpen(limit);
        for (int number = 0; number < 500; number++)
        {
            FlowTable table = Owner(store, number);
            FlowKey key = FlowTableMemory.Key(number);
            uint index = table.Insert(key, table.HashOf(key), 5, 1000);
            table.Advance(index, ref table.Entry(index), FlowState.SynReceived, 1000);
            Assert.True(store.HalfOpen <= limit);
        }

        Assert.Equal((limit, 500 - limit, limit), (store.HalfOpen, store.EvictedHalfOpen, store.Count));
        store.LimitHalfOpen(null);
        Assert.All(store.Tables, table => Assert.Equal(int.MaxValue, table.HalfOpenLimit));
    }

    /// <summary>Many flows take a second, in which the supervisor must hear that the process is alive.</summary>
    [Fact]
    public void Who_takes_tables_over_hears_of_its_progress()
    {
        Open("the memory holds no flow tables").MakeTables(2, Capacity, Hash, MonotonicTime.Zero);
        FlowTable first = Open(string.Empty).Tables[0];
        first.Insert(FlowTableMemory.Key(1), first.HashOf(FlowTableMemory.Key(1)), 5, 1000);
        int reports = 0;

        FlowStore.Open((nint)_memory, _length, MonotonicTime.Zero, out _, () => Interlocked.Increment(ref reports));

        Assert.Equal(1, reports);
    }

    /// <summary>Whatever the number of flows and workers, the server slots apart, which are there once.</summary>
    [Theory]
    [InlineData(1 << 20)]
    [InlineData((1 << 20) + 1)]
    [InlineData(10_000_000)]
    [InlineData(1 << 27)]
    public void Flow_costs_no_more_than_64_bytes_and_a_translated_one_no_more_than_128(int flows)
    {
        long empty = FlowTableLayout.RequiredBytes(1);
        Assert.InRange(FlowTableLayout.RequiredBytes(flows) - empty, (flows - 1) * 32L, flows * 64L);
        Assert.InRange(FlowTableLayout.RequiredBytes(flows * 2) - empty, (flows - 1) * 64L, flows * 128L);
    }

    [Fact]
    public void Slots_are_there_before_the_tables_and_mean_nothing_without_them()
    {
        FlowStore store = Open("the memory holds no flow tables");
        Assert.Empty(store.Tables);
        Assert.Equal((0, 0), (store.Count, store.Capacity));
        store.Servers.Assign(0, Server);
        Assert.Equal(Server, store.Servers.Find(0));
        Assert.Null(Open("no flow tables had been made").Servers.Find(0));
    }

    [Fact]
    public void Tables_of_another_layout_are_given_up_with_everything_that_belongs_to_them()
    {
        FlowStore store = Open("the memory holds no flow tables");
        store.MakeTables(2, Capacity, Hash, MonotonicTime.Zero);
        store.Servers.Assign(0, Server);
        FlowKey key = FlowTableMemory.Key(1);
        store.Tables[1].Insert(key, store.Tables[1].HashOf(key), 0, 1000);
        int version = new Span<byte>(_memory, (int)_length).LastIndexOf("FLBFLOW1"u8) + sizeof(ulong);
        ((byte*)_memory)[version] ^= 0x80;

        FlowStore begun = FlowStore.Open((nint)_memory, _length, MonotonicTime.Zero, out string refusal);
        Assert.Contains("layout version", refusal, StringComparison.Ordinal);
        Assert.Empty(begun.Tables);
        Assert.Null(begun.Servers.Find(0));
        begun.MakeTables(3, Capacity, Hash, MonotonicTime.Zero);
        Assert.Equal((3, 0), (begun.Tables.Count, begun.Count));
    }

    [Theory]
    [InlineData(8, 0xFF)] // version of the layout
    [InlineData(12, 65)] // more tables than there may be
    [InlineData(19, 0x7F)] // capacity beyond the memory
    public void Damaged_header_is_given_up(int offset, byte value)
    {
        Open("the memory holds no flow tables").MakeTables(2, Capacity, Hash, MonotonicTime.Zero);
        ((byte*)_memory)[offset] = value;
        FlowStore begun = FlowStore.Open((nint)_memory, _length, MonotonicTime.Zero, out string refusal);
        Assert.NotEmpty(refusal);
        Assert.Empty(begun.Tables);
    }

    [Fact]
    public void Tables_are_made_once_and_only_where_they_fit()
    {
        FlowStore store = Open("the memory holds no flow tables");
        Assert.Throws<InvalidOperationException>(() => store.MakeTables(2, 10_000 * Capacity, Hash, MonotonicTime.Zero));
        Assert.Empty(store.Tables);
        store.MakeTables(1, Capacity, Hash, MonotonicTime.Zero);
        Assert.Throws<InvalidOperationException>(() => store.MakeTables(1, Capacity, Hash, MonotonicTime.Zero));
    }

    private static FlowTable Owner(FlowStore store, int number)
    {
        FlowKey key = FlowTableMemory.Key(number);
        return store.Tables[Hash.Choose(key.ClientAddress, key.ClientPort, store.Tables.Count)];
    }

    private FlowStore Open(string expectedRefusal)
    {
        FlowStore store = FlowStore.Open((nint)_memory, _length, MonotonicTime.Zero, out string refusal);
        Assert.Equal(expectedRefusal, refusal);
        return store;
    }
}
