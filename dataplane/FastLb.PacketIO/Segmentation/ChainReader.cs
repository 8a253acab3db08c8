using FastLb.Dataplane.Pipeline;

namespace FastLb.PacketIO.Segmentation;

/// <summary>Reads a frame from some byte in its first chunk to its end, over all its chunks.</summary>
internal struct ChainReader
{
    private readonly FrameMemory _frames;
    private readonly FrameChains _chains;
    private long _part;
    private long _at;
    private int _left;

    /// <param name="frames">Where the frame lies.</param>
    /// <param name="chains">Knows where its parts are.</param>
    /// <param name="slot">The frame.</param>
    /// <param name="skipped">Bytes of its first chunk to leave out.</param>
    public ChainReader(FrameMemory frames, FrameChains chains, in PacketSlot slot, int skipped)
    {
        _frames = frames;
        _chains = chains;
        _part = slot.Offset;
        _at = slot.Offset + skipped;
        _left = slot.Length - skipped;
    }

    /// <summary>Copies the next bytes, as many as fit; the caller knows that there are so many.</summary>
    public void Read(Span<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            if (_left == 0)
            {
                _chains.Next(_part, out _part, out _left);
                _at = _part;
            }

            int count = Math.Min(_left, destination.Length);
            _frames.Slice(_at, count).CopyTo(destination);
            destination = destination[count..];
            _at += count;
            _left -= count;
        }
    }
}
