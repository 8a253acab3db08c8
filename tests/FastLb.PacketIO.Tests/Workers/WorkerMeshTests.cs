using FastLb.Dataplane.Pipeline;
using FastLb.PacketIO.InMemory;
using FastLb.PacketIO.Workers;
using Xunit;

namespace FastLb.PacketIO.Tests.Workers;

/// <summary>The rings between workers, each worker's end used by hand.</summary>
public sealed class WorkerMeshTests
{
    private const int Chunk = 2048;

    [Fact]
    public void Shares_follow_one_another_in_the_memory()
    {
        WorkerMesh mesh = new(Chunk, [3, 0, 2]);
        Assert.Equal([3, 0, 2], mesh.Pools.ToArray().Select(pool => pool.Capacity));
        Assert.Equal([0L, 1L, 2L], TakeAll(mesh.Pools[0]).Order().Select(chunk => chunk / Chunk));
        Assert.Empty(TakeAll(mesh.Pools[1]));
        Assert.Equal([3L, 4L], TakeAll(mesh.Pools[2]).Order().Select(chunk => chunk / Chunk));
    }

    [Fact]
    public void Chunk_given_back_to_another_workers_pool_goes_home()
    {
        WorkerMesh mesh = new(Chunk, [2, 2]);
        Assert.True(mesh.Pools[0].TryTake(out long chunk));

        mesh.Pools[1].Return(chunk + 300);
        Assert.Equal((1, 2), (mesh.Pools[0].Free, mesh.Pools[1].Free));
        Assert.Equal((0, 1), (mesh.Departed(0), mesh.Departed(1)));

        mesh.BringChunksHome();
        Assert.Equal((2, 2), (mesh.Pools[0].Free, mesh.Pools[1].Free));
        Assert.Equal((-1, 1), (mesh.Departed(0), mesh.Departed(1)));
    }

    [Fact]
    public void All_chunks_of_a_worker_can_be_on_their_way_home_but_none_twice()
    {
        WorkerMesh mesh = new(Chunk, [4, 1]);
        foreach (long chunk in TakeAll(mesh.Pools[0]))
            mesh.Pools[1].Return(chunk);
        Assert.Throws<InvalidOperationException>(() => mesh.Pools[1].Return(0));
        mesh.BringChunksHome();
        Assert.Equal(4, mesh.Pools[0].Free);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(3 * Chunk)]
    public void Chunk_of_nobody_is_a_fault(long offset)
    {
        WorkerMesh mesh = new(Chunk, [2, 1]);
        Assert.Throws<InvalidOperationException>(() => mesh.Pools[0].Return(offset));
    }

    [Fact]
    public void Full_ring_refuses_frames_until_the_other_worker_has_taken_some()
    {
        WorkerMesh mesh = new(Chunk, [8, 8], ringSize: 2);
        PacketSlot slot = new() { Worker = 1 };
        Assert.True(mesh.Links(0).TryHandOver(slot) && mesh.Links(0).TryHandOver(slot));
        Assert.False(mesh.Links(0).TryHandOver(slot));
        PacketSlot[] taken = new PacketSlot[4];
        Assert.Equal(0, mesh.Links(1).TakeFrames(0, taken));
        mesh.Links(0).Publish();
        Assert.Equal(2, mesh.Links(1).TakeFrames(0, taken));
        Assert.True(mesh.Links(0).TryHandOver(slot));
    }

    [Fact]
    public void Sleeper_is_woken_once_by_a_frame_and_not_by_a_chunk_unless_it_is_hungry()
    {
        WorkerMesh mesh = new(Chunk, [8, 8]);
        using PortPoller poller = PortPoller.For<InMemoryPort>([]);
        mesh.Links(1).Join(poller);
        PacketSlot slot = new() { Worker = 1 };
        mesh.Pools[1].TryTake(out long first);
        mesh.Pools[1].TryTake(out long second);

        Assert.True(mesh.Links(1).TryFallAsleep(hungry: false));
        mesh.Pools[0].Return(first);
        mesh.Links(0).Publish();
        Assert.Equal(WaitOutcome.TimedOut, poller.Wait(0));
        mesh.Links(0).TryHandOver(slot);
        Assert.Equal(WaitOutcome.TimedOut, poller.Wait(0));
        mesh.Links(0).Publish();
        Assert.Equal(WaitOutcome.Woken, poller.Wait(0));
        mesh.Links(0).TryHandOver(slot);
        mesh.Links(0).Publish();
        Assert.Equal(WaitOutcome.TimedOut, poller.Wait(0)); // it is awake as far as the others know

        mesh.Links(1).WakeUp();
        Assert.False(mesh.Links(1).TryFallAsleep(hungry: false)); // there are frames to take
        Assert.Equal(2, mesh.Links(1).TakeFrames(0, new PacketSlot[4]));
        Assert.False(mesh.Links(1).TryFallAsleep(hungry: true)); // there is a chunk to take
        mesh.Links(1).TakeChunks(mesh.Pools[1]);
        Assert.True(mesh.Links(1).TryFallAsleep(hungry: true));
        mesh.Pools[0].Return(second);
        mesh.Links(0).Publish();
        Assert.Equal(WaitOutcome.Woken, poller.Wait(0));
    }

    [Fact]
    public void Awake_worker_costs_no_system_call()
    {
        WorkerMesh mesh = new(Chunk, [8, 8]);
        using PortPoller poller = PortPoller.For<InMemoryPort>([]);
        mesh.Links(1).Join(poller);
        mesh.Links(0).TryHandOver(new PacketSlot { Worker = 1 });
        mesh.Links(0).Publish();
        Assert.Equal(WaitOutcome.TimedOut, poller.Wait(0));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(WorkerMesh.MostWorkers + 1)]
    public void Impossible_numbers_of_workers_are_refused(int workers) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new WorkerMesh(Chunk, new int[workers]));

    private static List<long> TakeAll(FramePool pool)
    {
        List<long> chunks = [];
        while (pool.TryTake(out long chunk))
            chunks.Add(chunk);
        return chunks;
    }
}
