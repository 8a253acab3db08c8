namespace FastLb.PacketIO.Workers;

/// <summary>
/// Where a worker sends the chunks of others that it has done with. Every ring has room for all the chunks of the worker that it leads to, so that none can be lost
/// or refused. One thread.
/// </summary>
internal sealed class WayHome
{
    private readonly long[] _ends;
    private readonly WorkerRing<long>?[] _rings;

    /// <param name="ends">For each worker the offset after its last chunk; their shares follow one another in the frame memory.</param>
    /// <param name="rings">For each worker the ring that leads to it; null at the own place, and for one that has no chunks.</param>
    public WayHome(long[] ends, WorkerRing<long>?[] rings)
    {
        _ends = ends;
        _rings = rings;
    }

    /// <summary>Sends a chunk to its owner, who sees it after the ring's <see cref="WorkerRing{T}.Publish"/>.</summary>
    /// <param name="offset">Offset of any byte in it.</param>
    public void Send(long offset)
    {
        int owner = 0;
        while (owner < _ends.Length && offset >= _ends[owner])
            owner++;
        if (offset < 0 || owner == _ends.Length || _rings[owner] is not { } ring)
            throw new InvalidOperationException($"the chunk at {offset} is not of any other worker");
        if (!ring.TryAdd(offset))
            throw new InvalidOperationException($"all chunks of worker {owner} are on their way home already: one was given back twice");
    }
}
