using FastLb.Dataplane.Pipeline;
using FastLb.Native.Memory;
using FastLb.Native.Xdp;
using FastLb.PacketIO.AfXdp;
using Xunit;

namespace FastLb.PacketIO.Tests.AfXdp;

/// <summary>Frames of several descriptors in the receive and transmit rings, the kernel's end played by the test.</summary>
public sealed class ChainRingTests : IDisposable
{
    private const int ChunkSize = 2048, Chunks = 64, Headroom = 256, Metadata = 24;
    private const ushort Port = 3;

    private readonly AnonymousMemory _memory = AnonymousMemory.Allocate(ChunkSize * Chunks);
    private readonly FakeRing<xdp_desc> _kernel = new(Chunks, uint.MaxValue - 20);
    private readonly FramePool _pool = new(ChunkSize, Chunks);
    private readonly FrameChains _chains;
    private readonly ReceiveRing _ring;
    private readonly ChainReceiver _receiver;
    private readonly PacketSlot[] _slots = new PacketSlot[4];

    public ChainRingTests()
    {
        _chains = new FrameChains(new FrameMemory(_memory.Address, _memory.Length), ChunkSize);
        _ring = new ReceiveRing(_kernel.Memory);
        _receiver = new ChainReceiver(_ring, _chains, _pool, ChunkSize, Metadata, Port);
    }

    public void Dispose()
    {
        _kernel.Dispose();
        _memory.Dispose();
    }

    [Fact]
    public void Large_frames_are_joined_and_small_ones_between_them_stay_as_they_are()
    {
        Put(100);
        Put(1792, 1792, 5);
        Put(200);
        Put(1792, 1);
        Assert.Equal(4, _receiver.Receive(_slots));
        Assert.Equal([(100, 0, 0, 232), (1792, 1797, 2, 216), (200, 0, 0, 232), (1792, 1, 1, 216)], _slots.Select(Describe));
        Assert.All(_slots, slot => Assert.Equal(Port, slot.IngressPort));
        _chains.Next(_slots[1].Offset, out long second, out int length);
        _chains.Next(second, out _, out int last);
        Assert.Equal((1792, 5), (length, last));
        AssertFree(4);
    }

    [Fact]
    public void Frames_that_find_no_slot_stay_in_the_ring()
    {
        for (int i = 0; i < 6; i++)
            Put(1792, 1792, 5);
        Assert.Equal(4, _receiver.Receive(_slots));
        Assert.Equal(6u, _ring.Count);
        AssertFree(4);
        Assert.Equal(2, _receiver.Receive(_slots));
        AssertFree(2);
    }

    [Fact]
    public void Frame_whose_end_has_not_come_yet_waits_in_the_ring()
    {
        Put(60);
        PutPart(1792, goesOn: true);
        PutPart(1792, goesOn: true);
        Assert.Equal(1, _receiver.Receive(_slots));
        AssertFree(1);
        Assert.Equal(0, _receiver.Receive(_slots));
        Assert.Equal(2u, _ring.Count);
        PutPart(9, goesOn: false);
        Assert.Equal(1, _receiver.Receive(_slots));
        Assert.Equal((1792, 1801, 2, 216), Describe(_slots[0]));
        AssertFree(1);
    }

    [Theory]
    [InlineData(37, true)]
    [InlineData(38, false)]
    [InlineData(39, false)]
    [InlineData(60, false)]
    public void Frame_of_more_chunks_than_the_largest_packet_needs_is_refused_whole_and_counted(int parts, bool accepted)
    {
        Put([.. Enumerable.Repeat(1000, parts)]);
        Put(70);
        int frames = 0;
        for (int i = 0; i < 3; i++)
        {
            int count = _receiver.Receive(_slots.AsSpan(frames));
            frames += count;
        }

        Assert.Equal(accepted ? 2 : 1, frames);
        Assert.Equal(70, _slots[frames - 1].Length);
        Assert.Equal((accepted ? 0 : 1, false), (_receiver.Refused, _receiver.IsInRefusedFrame));
        AssertFree(frames);
    }

    [Fact]
    public void Refused_frame_whose_end_comes_later_takes_no_other_with_it()
    {
        for (int i = 0; i < 45; i++)
            PutPart(1000, goesOn: true);
        Assert.Equal(0, _receiver.Receive(_slots));
        Assert.True(_receiver.IsInRefusedFrame);
        PutPart(1000, goesOn: true);
        Assert.Equal(0, _receiver.Receive(_slots));
        PutPart(1000, goesOn: false);
        Put(70);
        Assert.Equal(1, _receiver.Receive(_slots));
        Assert.Equal((1, 70), (_receiver.Refused, _slots[0].Length));
        AssertFree(1);
    }

    [Theory]
    [InlineData(39, 100)]
    [InlineData(256, 0)]
    public void Frame_with_a_part_that_leaves_no_room_for_a_link_or_is_empty_is_refused(int start, int length)
    {
        PutPart(100, goesOn: true);
        PutPart(length, goesOn: false, start);
        Put(70);
        Assert.Equal(1, _receiver.Receive(_slots));
        Assert.Equal((1, 70), (_receiver.Refused, _slots[0].Length));
        AssertFree(1);
    }

    [Fact]
    public void Transmit_ring_gets_all_descriptors_of_a_frame_or_none()
    {
        Put(1792, 1792, 5);
        Assert.Equal(1, _receiver.Receive(_slots));
        using FakeRing<xdp_desc> kernel = new(8, uint.MaxValue - 2);
        TransmitRing ring = new(kernel.Memory);
        for (int i = 0; i < 2; i++)
        {
            Assert.True(ChainTransmitter.TryReserve(ring, _slots[0], out uint index));
            ChainTransmitter.Write(ring, _chains, _slots[0], index, XdpUapi.XDP_TX_METADATA);
        }

        Assert.False(ChainTransmitter.TryReserve(ring, _slots[0], out _));
        Assert.Equal(6u, ring.Count);
        ring.Submit();
        for (int i = 0; i < 2; i++)
        {
            Assert.Equal((1792u, XdpUapi.XDP_PKT_CONTD | XdpUapi.XDP_TX_METADATA), (kernel.Take() is var first ? first.len : 0, first.options));
            Assert.Equal((1792u, XdpUapi.XDP_PKT_CONTD), (kernel.Take() is var second ? second.len : 0, second.options));
            Assert.Equal((5u, 0u), (kernel.Take() is var last ? last.len : 0, last.options));
        }

        Assert.True(ChainTransmitter.TryReserve(ring, _slots[0], out _));
        AssertFree(1);
    }

    private static (int First, int Further, int Chunks, int Headroom) Describe(PacketSlot slot) =>
        (slot.Length, slot.Rest, slot.Continuations, slot.Headroom);

    private void Put(params int[] lengths)
    {
        for (int i = 0; i < lengths.Length; i++)
            PutPart(lengths[i], goesOn: i < lengths.Length - 1);
    }

    private void PutPart(int length, bool goesOn, int start = Headroom)
    {
        Assert.True(_pool.TryTake(out long chunk));
        _kernel.Put(new xdp_desc { addr = (ulong)(chunk + start), len = (uint)length, options = goesOn ? XdpUapi.XDP_PKT_CONTD : 0 });
    }

    private void AssertFree(int frames)
    {
        foreach (PacketSlot slot in _slots.AsSpan(0, frames))
            _chains.Free(slot, _pool);
        Assert.Equal(Chunks, _pool.Free + (int)_ring.Count);
    }
}
