using CsCheck;
using FastLb.Dataplane.Pipeline;
using FastLb.PacketIO.Workers;
using Xunit;

namespace FastLb.PacketIO.Tests.Workers;

public sealed class WorkerRingTests
{
    private const int Size = 8;

    /// <summary>A step's remainder chooses who acts, its quotient how much is done.</summary>
    [Fact]
    public void Entries_come_out_once_and_in_order_after_they_were_published_and_never_more_than_fit() =>
        Gen.Int[0, 1000].Array[0, 300].Sample(steps =>
        {
            WorkerRing<long> ring = new(Size);
            Queue<long> added = new();
            Queue<long> published = new();
            long[] taken = new long[12];
            long next = 1;
            foreach (int step in steps)
            {
                int amount = step / 3 % 12;
                switch (step % 3)
                {
                    case 0:
                        for (int i = 0; i < amount; i++)
                        {
                            bool fits = added.Count + published.Count < Size;
                            Assert.Equal(fits, ring.TryAdd(next));
                            if (fits)
                                added.Enqueue(next++);
                        }

                        break;
                    case 1:
                        Assert.Equal(added.Count > 0, ring.Publish());
                        while (added.TryDequeue(out long entry))
                            published.Enqueue(entry);
                        break;
                    default:
                        Assert.Equal(published.Count == 0, ring.IsEmpty);
                        int count = ring.Take(taken.AsSpan(0, amount));
                        Assert.Equal(Math.Min(amount, published.Count), count);
                        for (int i = 0; i < count; i++)
                            Assert.Equal(published.Dequeue(), taken[i]);
                        break;
                }

                Assert.Equal((uint)(added.Count + published.Count), ring.Added - ring.Taken);
            }
        });

    [Theory]
    [InlineData(1, 1)]
    [InlineData(5, 8)]
    [InlineData(1024, 1024)]
    public void Capacity_is_rounded_up_to_a_power_of_two_and_all_of_it_can_be_used(int wanted, int capacity)
    {
        WorkerRing<long> ring = new(wanted);
        Assert.Equal(capacity, ring.Capacity);
        for (int i = 0; i < capacity; i++)
            Assert.True(ring.TryAdd(i));
        Assert.False(ring.TryAdd(0));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(int.MaxValue)]
    public void Impossible_capacities_are_refused(int capacity) => Assert.Throws<ArgumentOutOfRangeException>(() => new WorkerRing<long>(capacity));

    /// <summary>Every field of an entry is derived from its number, so that a torn or stale entry shows.</summary>
    [Theory]
    [InlineData(1, 1)]
    [InlineData(64, 64)]
    [InlineData(1024, 64)]
    [InlineData(16, 3)]
    public void Two_threads_pass_every_entry_whole_and_in_order(int capacity, int batch)
    {
        int total = Math.Min(1_000_000, 50_000 * capacity);
        WorkerRing<PacketSlot> ring = new(capacity);
        Thread producer = new(() =>
        {
            SpinWait pause = default;
            for (int sent = 0; sent < total;)
            {
                int upTo = Math.Min(total, sent + batch);
                while (sent < upTo && ring.TryAdd(Entry(sent)))
                    sent++;
                if (ring.Publish())
                    pause.Reset();
                else
                    pause.SpinOnce(sleep1Threshold: -1);
            }
        });
        producer.Start();
        PacketSlot[] slots = new PacketSlot[batch];
        SpinWait idle = default;
        int expected = 0;
        int broken = 0;
        while (expected < total)
        {
            int count = ring.Take(slots);
            for (int i = 0; i < count; i++, expected++)
            {
                PacketSlot right = Entry(expected);
                if (slots[i].Offset != right.Offset || slots[i].Length != right.Length || slots[i].Adjacency != right.Adjacency)
                    broken++;
            }

            if (count == 0)
                idle.SpinOnce(sleep1Threshold: -1);
            else
                idle.Reset();
        }

        producer.Join();
        Assert.Equal(0, broken);
        Assert.True(ring.IsEmpty);
        Assert.Equal(ring.Added, ring.Taken);
    }

    private static PacketSlot Entry(int number) => new() { Offset = (long)number << 20, Length = number, Adjacency = ~number };
}
