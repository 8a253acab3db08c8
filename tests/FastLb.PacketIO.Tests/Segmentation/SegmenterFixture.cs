using FastLb.Dataplane.Pipeline;
using FastLb.Native.Memory;
using FastLb.PacketIO.InMemory;
using FastLb.PacketIO.Segmentation;
using Xunit;

namespace FastLb.PacketIO.Tests.Segmentation;

/// <summary>A segmenter whose pool holds the aggregates too.</summary>
internal sealed class SegmenterFixture : IDisposable
{
    public const int ChunkSize = 2048, Chunks = 512;
    public const int MostInPart = ChunkSize - InMemoryLink.Headroom;

    private readonly AnonymousMemory _memory = AnonymousMemory.Allocate(ChunkSize * Chunks);
    private readonly FrameMemory _frames;
    private readonly FrameChains _chains;
    private readonly InMemoryLink _link;

    public SegmenterFixture()
    {
        _frames = new FrameMemory(_memory.Address, _memory.Length);
        _chains = new FrameChains(_frames, ChunkSize);
        _link = new InMemoryLink(0, _frames, Pool);
        Segmenter = new TcpSegmenter(_frames, _chains, Pool);
    }

    public FramePool Pool { get; } = new(ChunkSize, Chunks);

    public TcpSegmenter Segmenter { get; }

    /// <summary>Puts a frame into the memory, in parts as long as asked for; the first is longer if a frame would have too many parts else.</summary>
    public PacketSlot Place(ReadOnlySpan<byte> frame, int first = MostInPart, int part = MostInPart)
    {
        first = Math.Min(Math.Max(first, frame.Length - ((FrameChains.MostChunks - 1) * part)), frame.Length);
        Assert.True(_link.TryDeliver(frame[..first], frame[first..], part));
        PacketSlot[] slots = new PacketSlot[1];
        Assert.Equal(1, _link.Port.Receive(slots));
        return slots[0];
    }

    /// <summary>Cuts a frame; the segments are copied, checksums completed as a port does it, and every chunk is free again.</summary>
    public List<byte[]> Cut(ReadOnlySpan<byte> frame, int segmentSize, int first = MostInPart, int part = MostInPart)
    {
        PacketSlot aggregate = Place(frame, first, part);
        int free = Pool.Free;
        Assert.True(Segmenter.TryBegin(aggregate, segmentSize));
        int chunks = Segmenter.Chunks;
        List<PacketSlot> segments = [];
        while (Segmenter.TryNext(out PacketSlot segment))
            segments.Add(segment);
        Assert.Equal(chunks, free - Pool.Free);
        _chains.Free(aggregate, Pool); // segments are copies
        List<byte[]> copies = [.. segments.Select(TakeCompleted)];
        Assert.Equal(Chunks, Pool.Free);
        return copies;
    }

    public void Free(in PacketSlot slot) => _chains.Free(in slot, Pool);

    public void Dispose() => _memory.Dispose();

    private byte[] TakeCompleted(PacketSlot segment)
    {
        Assert.True(segment.Offset % ChunkSize >= TcpSegmenter.Headroom);
        Assert.True(ChecksumCompletion.TryComplete(_frames, _chains, segment));
        byte[] copy = _chains.Gather(segment, new byte[segment.Length + segment.Rest]).ToArray();
        Free(in segment);
        return copy;
    }
}
