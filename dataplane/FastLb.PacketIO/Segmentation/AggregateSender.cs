using FastLb.Dataplane.Pipeline;

namespace FastLb.PacketIO.Segmentation;

/// <summary>Puts aggregates into transmit queues as segments. Owned by a worker.</summary>
/// <param name="frames">Where frames lie.</param>
/// <param name="chains">Frames of several chunks in it.</param>
/// <param name="pool">The worker's chunks.</param>
internal sealed class AggregateSender(FrameMemory frames, FrameChains chains, FramePool pool)
{
    private readonly TcpSegmenter _segmenter = new(frames, chains, pool);

    /// <summary>Enqueues copies of an aggregate's parts, which stays the caller's. A queue without room is flushed once for each segment.</summary>
    /// <returns><see cref="VerdictReason.None"/>, or why segments are missing: all of them, or for want of room in the queue the last ones.</returns>
    public VerdictReason Send<TPort>(ref TPort port, in PacketSlot aggregate)
        where TPort : struct, IPacketPort
    {
        if (!_segmenter.TryBegin(in aggregate, aggregate.SegmentSize))
            return VerdictReason.TooBig;
        if (_segmenter.ChunksPerSegment > FrameChains.MostSentChunks)
            return VerdictReason.TooManyChunks;
        if (_segmenter.Chunks > pool.Free)
            MakeRoom(ref port);
        if (_segmenter.Chunks > pool.Free)
            return VerdictReason.OutOfChunks;
        while (_segmenter.TryNext(out PacketSlot segment))
        {
            if (TryEnqueue(ref port, in segment))
                continue;
            chains.Free(in segment, pool);
            return VerdictReason.TransmitRingFull;
        }

        return VerdictReason.None;
    }

    // One aggregate may fill a ring that takes many frames: they must not all wait for the end of the worker's round.
    private static bool TryEnqueue<TPort>(ref TPort port, in PacketSlot segment)
        where TPort : struct, IPacketPort
    {
        if (port.TryEnqueue(in segment))
            return true;
        MakeRoom(ref port);
        return port.TryEnqueue(in segment);
    }

    private static void MakeRoom<TPort>(ref TPort port)
        where TPort : struct, IPacketPort
    {
        port.Flush();
        port.Reclaim();
    }
}
