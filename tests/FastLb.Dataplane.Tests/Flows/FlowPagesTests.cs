using FastLb.Dataplane.Flows;
using FastLb.Testing;

namespace FastLb.Dataplane.Tests.Flows;

/// <summary>Reading a flow table in pages while it changes.</summary>
public sealed class FlowPagesTests
{
    private const int Capacity = 1000;
    private static readonly MonotonicTime Start = MonotonicTime.FromSeconds(50);

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(64)]
    [InlineData(Capacity + 1)]
    public void Flows_that_stay_are_read_exactly_once_whatever_comes_and_goes_meanwhile(int pageSize)
    {
        using var memory = new FlowTableMemory(Capacity, Start);
        FlowTable table = memory.Table;
        var random = new Random(pageSize);
        HashSet<FlowKey> staying = [], passing = [];
        for (int number = 1; number <= Capacity - 100; number++)
            (random.Next(3) == 0 ? passing : staying).Add(Insert(table, number));

        List<FlowKey> read = [];
        var page = new FlowEntry[pageSize];
        uint position = 0;
        do
        {
            position = table.CopyPage(position, page, out int count);
            Assert.InRange(count, 0, pageSize);
            read.AddRange(page[..count].Select(entry => entry.Key));
            if (passing.Count > 0)
            {
                FlowKey gone = passing.First();
                passing.Remove(gone);
                table.Remove(table.Find(gone, table.HashOf(gone)));
            }
            passing.Add(Insert(table, Capacity + random.Next(10_000)));
        }
        while (position != 0);

        Assert.Equal(staying.OrderBy(key => key.ClientAddress), read.Where(staying.Contains).OrderBy(key => key.ClientAddress));
    }

    [Fact]
    public void Empty_table_has_one_empty_page()
    {
        using var memory = new FlowTableMemory(Capacity, Start);

        Assert.Equal(0u, memory.Table.CopyPage(0, new FlowEntry[10], out int count));
        Assert.Equal(0, count);
    }

    [Fact]
    public void Copying_a_page_allocates_nothing()
    {
        using var memory = new FlowTableMemory(Capacity, Start);
        for (int number = 1; number < 500; number++)
            Insert(memory.Table, number);
        var page = new FlowEntry[100];
        memory.Table.CopyPage(0, page, out _);

        Assert.Equal(0, Allocations.Of(() =>
        {
            for (uint position = memory.Table.CopyPage(0, page, out _); position != 0;)
                position = memory.Table.CopyPage(position, page, out _);
        }));
    }

    [Fact]
    public void Remaining_time_is_that_to_the_deadline_and_never_negative()
    {
        using var memory = new FlowTableMemory(Capacity, Start);
        FlowKey key = Insert(memory.Table, 1);
        FlowEntry entry = memory.Table.Entry(memory.Table.Find(key, memory.Table.HashOf(key)));

        Assert.Equal(TimeSpan.FromSeconds(60), entry.Remaining(Start));
        Assert.Equal(TimeSpan.FromSeconds(45), entry.Remaining(Start + TimeSpan.FromSeconds(15)));
        Assert.Equal(TimeSpan.Zero, entry.Remaining(Start + TimeSpan.FromSeconds(61)));
    }

    private static FlowKey Insert(FlowTable table, int number)
    {
        FlowKey key = FlowTableMemory.Key(number);
        if (table.Find(key, table.HashOf(key)) == 0)
            table.Insert(key, table.HashOf(key), 0, TimingWheel.TickOf(Start) + (60 * 8));
        return key;
    }
}
