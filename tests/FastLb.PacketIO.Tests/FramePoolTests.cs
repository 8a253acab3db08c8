using CsCheck;
using Xunit;

namespace FastLb.PacketIO.Tests;

public sealed class FramePoolTests
{
    private const int ChunkSize = 2048;

    [Fact]
    public void Every_chunk_is_given_out_once_and_then_none()
    {
        FramePool pool = new(ChunkSize, chunkCount: 5, start: 3 * ChunkSize);
        List<long> taken = [];
        while (pool.TryTake(out long chunk))
            taken.Add(chunk);
        Assert.Equal([3 * ChunkSize, 4 * ChunkSize, 5 * ChunkSize, 6 * ChunkSize, 7 * ChunkSize], taken.Order());
        Assert.Equal(0, pool.Free);
    }

    [Fact]
    public void Any_offset_in_a_chunk_returns_its_start() =>
        Gen.Select(Gen.Int[0, 15], Gen.Int[0, ChunkSize - 1]).Sample((chunk, within) =>
        {
            FramePool pool = new(ChunkSize, chunkCount: 16);
            while (pool.TryTake(out _))
            {
            }

            pool.Return(((long)chunk * ChunkSize) + within);
            Assert.True(pool.TryTake(out long start));
            Assert.Equal((long)chunk * ChunkSize, start);
        });

    [Fact]
    public void No_chunk_is_out_twice_whatever_the_order_of_takes_and_returns() =>
        Gen.Bool.Array[0, 200].Sample(takes =>
        {
            FramePool pool = new(ChunkSize, chunkCount: 8);
            HashSet<long> held = [];
            foreach (bool take in takes)
            {
                if (take)
                {
                    Assert.Equal(held.Count < 8, pool.TryTake(out long chunk));
                    if (held.Count < 8)
                        Assert.True(held.Add(chunk));
                }
                else if (held.Count > 0)
                {
                    long chunk = held.First();
                    held.Remove(chunk);
                    pool.Return(chunk + 300);
                }

                Assert.Equal(8, pool.Free + held.Count);
            }
        });

    [Fact]
    public void Returning_more_than_was_taken_is_a_fault()
    {
        FramePool pool = new(ChunkSize, chunkCount: 2);
        Assert.Throws<InvalidOperationException>(() => pool.Return(0));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(2 * ChunkSize)]
    [InlineData(5 * ChunkSize)]
    public void A_chunk_of_nobody_is_a_fault(long offset)
    {
        FramePool pool = new(ChunkSize, chunkCount: 3, start: 2 * ChunkSize);
        pool.TryTake(out _);
        Assert.Throws<InvalidOperationException>(() => pool.Return(offset == 2 * ChunkSize ? offset - 1 : offset));
    }

    [Theory]
    [InlineData(1500, 1, 0)]
    [InlineData(2048, -1, 0)]
    [InlineData(2048, 1, 100)]
    [InlineData(2048, 1, -2048)]
    public void Geometry_that_masks_cannot_serve_is_refused(int chunkSize, int chunkCount, long start) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new FramePool(chunkSize, chunkCount, start));
}
