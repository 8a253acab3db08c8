using FastLb.Dataplane.Flows;
using FastLb.Dataplane.Pipeline;

namespace FastLb.PacketIO.Workers;

/// <summary>
/// What joins the workers of a process: each one's share of the chunks, and between any two of them rings for frames to be decided by the owner of their flow, for
/// frames to be sent by a port that only the other has, and for chunks that go home. A single worker has no rings.
/// </summary>
public sealed class WorkerMesh
{
    /// <summary>Workers that there may be.</summary>
    public const int MostWorkers = FlowStore.MostTables;

    /// <summary>Frames that fit between two workers, unless another number is asked for: sixteen batches.</summary>
    public const int DefaultRingSize = 1024;

    private readonly WorkerLinks[] _links;
    private readonly FramePool[] _pools;

    /// <param name="chunkSize">Bytes per chunk, a power of two.</param>
    /// <param name="shares">For each worker the number of its chunks; its share of the frame memory follows that of the worker before it.</param>
    /// <param name="ringSize">Frames that fit into one ring.</param>
    public WorkerMesh(int chunkSize, ReadOnlySpan<int> shares, int ringSize = DefaultRingSize)
    {
        ArgumentOutOfRangeException.ThrowIfZero(shares.Length, nameof(shares));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(shares.Length, MostWorkers, nameof(shares));
        int count = shares.Length;
        long[] ends = new long[count];
        long end = 0;
        for (int worker = 0; worker < count; worker++)
            ends[worker] = end += (long)shares[worker] * chunkSize;

        var frames = new WorkerRing<PacketSlot>?[count, count];
        var sends = new WorkerRing<PacketSlot>?[count, count];
        var chunks = new WorkerRing<long>?[count, count];
        for (int from = 0; from < count; from++)
        {
            for (int to = 0; to < count; to++)
            {
                if (from == to)
                    continue;
                frames[from, to] = new WorkerRing<PacketSlot>(ringSize);
                sends[from, to] = new WorkerRing<PacketSlot>(ringSize);
                chunks[from, to] = shares[to] == 0 ? null : new WorkerRing<long>(shares[to]);
            }
        }

        _links = new WorkerLinks[count];
        _pools = new FramePool[count];
        for (int worker = 0; worker < count; worker++)
        {
            WorkerRing<long>?[] leaving = RowOf(chunks, worker);
            WayHome? wayHome = count == 1 ? null : new WayHome(ends, leaving);
            _pools[worker] = new FramePool(chunkSize, shares[worker], ends[worker] - ((long)shares[worker] * chunkSize), wayHome);
            _links[worker] = new WorkerLinks(
                worker,
                _links,
                new WorkerRings(RowOf(frames, worker), RowOf(sends, worker), leaving),
                new WorkerRings(ColumnOf(frames, worker), ColumnOf(sends, worker), ColumnOf(chunks, worker)));
        }
    }

    /// <summary>Number of workers.</summary>
    public int Workers => _links.Length;

    /// <summary>Each worker's chunks.</summary>
    public ReadOnlySpan<FramePool> Pools => _pools;

    /// <summary>Chunks that left a worker for another, less those that came to it. On its thread; exact whatever the others do.</summary>
    public int Departed(int worker) => -_links[worker].Surplus;

    /// <summary>Lets all chunks that are on their way home arrive. For when all threads have ended.</summary>
    public void BringChunksHome()
    {
        foreach (WorkerLinks links in _links)
            links.Publish();
        for (int worker = 0; worker < Workers; worker++)
            _links[worker].TakeChunks(_pools[worker]);
    }

    /// <summary>A worker's ends of its rings.</summary>
    internal WorkerLinks Links(int worker) => _links[worker];

    private static WorkerRing<T>?[] RowOf<T>(WorkerRing<T>?[,] rings, int from)
        where T : unmanaged => [.. Enumerable.Range(0, rings.GetLength(1)).Select(to => rings[from, to])];

    private static WorkerRing<T>?[] ColumnOf<T>(WorkerRing<T>?[,] rings, int to)
        where T : unmanaged => [.. Enumerable.Range(0, rings.GetLength(0)).Select(from => rings[from, to])];
}

/// <summary>The rings between one worker and each of the others, in one direction; at its own place there is none.</summary>
/// <param name="Frames">Frames to be decided by the worker at the far end.</param>
/// <param name="Sends">Frames to be sent by a port of the worker at the far end.</param>
/// <param name="Chunks">Chunks of the worker at the far end; none where that has no chunks.</param>
internal sealed record WorkerRings(WorkerRing<PacketSlot>?[] Frames, WorkerRing<PacketSlot>?[] Sends, WorkerRing<long>?[] Chunks);
