using FastLb.Dataplane.Pipeline;
using FastLb.Native.Memory;
using FastLb.PacketIO.InMemory;
using Xunit;

namespace FastLb.PacketIO.Tests.InMemory;

public sealed class InMemoryPortTests : IDisposable
{
    private const int ChunkSize = 2048, Chunks = 8;

    private readonly AnonymousMemory _memory = AnonymousMemory.Allocate(ChunkSize * Chunks);
    private readonly FramePool _pool = new(ChunkSize, Chunks);
    private readonly FrameMemory _frames;

    public InMemoryPortTests() => _frames = new FrameMemory(_memory.Address, _memory.Length);

    public void Dispose() => _memory.Dispose();

    [Fact]
    public void A_frame_goes_from_one_link_to_the_other_in_the_same_chunk()
    {
        InMemoryLink left = new(0, _frames, _pool);
        InMemoryLink right = new(1, _frames, _pool);
        Assert.True(left.TryDeliver([1, 2, 3]));
        PacketSlot[] slots = new PacketSlot[4];
        Assert.Equal(1, left.Port.Receive(slots));
        Assert.Equal((3, 256, 0), (slots[0].Length, slots[0].Headroom, slots[0].IngressPort));
        Assert.True(right.Port.TryEnqueue(in slots[0]));
        Assert.Null(right.TakeSent());
        Assert.True(right.Port.HasWaitingTransmits);
        Assert.Equal(FlushOutcome.Drained, right.Port.Flush());
        Assert.Equal([1, 2, 3], right.TakeSent());
        Assert.Equal(Chunks - 1, _pool.Free);
        Assert.Equal(1, right.Port.Reclaim());
        Assert.Equal(Chunks, _pool.Free);
    }

    [Fact]
    public void Chunks_are_in_the_pool_or_in_a_link_or_held()
    {
        InMemoryLink link = new(0, _frames, _pool);
        while (link.TryDeliver([1]))
        {
        }

        Assert.Equal((0, Chunks), (_pool.Free, link.HeldChunks));
        PacketSlot[] slots = new PacketSlot[3];
        Assert.Equal(3, link.Port.Receive(slots));
        Assert.Equal(Chunks - 3, link.HeldChunks);
        link.Port.TryEnqueue(in slots[0]);
        link.Port.Flush();
        Assert.Equal(Chunks - 2, link.HeldChunks);
        Assert.Equal(1, link.DiscardSent());
        Assert.Equal(1, link.Port.Reclaim());
        Assert.Equal(1, _pool.Free);
    }

    [Fact]
    public void Room_is_limited_as_in_a_ring_until_completions_are_reclaimed()
    {
        InMemoryLink link = new(0, _frames, _pool, capacity: 2);
        Assert.True(link.TryDeliver([1]) && link.TryDeliver([2]));
        Assert.False(link.TryDeliver([3]));
        PacketSlot[] slots = new PacketSlot[3];
        Assert.Equal(2, link.Port.Receive(slots));
        Assert.True(link.Port.TryEnqueue(in slots[0]) && link.Port.TryEnqueue(in slots[1]));
        Assert.True(link.TryDeliver([3]));
        Assert.Equal(1, link.Port.Receive(slots));
        link.Port.Flush();
        link.DiscardSent();
        Assert.False(link.Port.TryEnqueue(in slots[0]));
        link.Port.Reclaim();
        Assert.True(link.Port.TryEnqueue(in slots[0]));
    }

    [Fact]
    public void A_link_that_is_down_keeps_frames_and_one_that_is_gone_refuses_them()
    {
        InMemoryLink link = new(0, _frames, _pool);
        link.TryDeliver([1]);
        link.TryDeliver([2]);
        PacketSlot[] slots = new PacketSlot[2];
        link.Port.Receive(slots);
        link.Condition = PortCondition.LinkDown;
        Assert.True(link.Port.TryEnqueue(in slots[0]));
        Assert.Equal(FlushOutcome.LinkDown, link.Port.Flush());
        Assert.Null(link.TakeSent());
        link.Condition = PortCondition.Gone;
        Assert.False(link.Port.TryEnqueue(in slots[1]));
        Assert.Equal(FlushOutcome.Gone, link.Port.Flush());
    }

    [Fact]
    public void A_partial_checksum_is_completed_on_the_way_out()
    {
        InMemoryLink link = new(0, _frames, _pool);
        link.TryDeliver([9, 9, 0x12, 0x34, 0, 1]);
        PacketSlot[] slots = new PacketSlot[1];
        link.Port.Receive(slots);
        slots[0].ChecksumStart = 2;
        slots[0].ChecksumOffset = 2;
        link.Port.TryEnqueue(in slots[0]);
        link.Port.Flush();
        Assert.Equal([9, 9, 0x12, 0x34, 0xED, 0xCA], link.TakeSent()); // ~(0x1234 + 0x0001)
    }
}
