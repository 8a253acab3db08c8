using FastLb.Dataplane.Pipeline;
using FastLb.PacketIO.AfXdp;
using Xunit;

namespace FastLb.PacketIO.Tests.Live;

/// <summary>Sending only: no XDP program, the far end's driver counts what arrives. Needs root.</summary>
[Collection(LiveCollection.Name)]
public sealed class TransmitTests : IDisposable
{
    private readonly NetworkNamespace _host = new("h");
    private readonly NetworkNamespace _director = new("d");

    public TransmitTests() => NetworkNamespace.Join(_host, "h0", _director, "d0");

    public void Dispose()
    {
        _host.Dispose();
        _director.Dispose();
    }

    [Theory]
    [InlineData(32, 33)]
    [InlineData(32, 500)]
    [InlineData(256, 500)]
    public void A_burst_larger_than_what_one_call_sends_is_sent_by_one_flush(int budget, int burst)
    {
        using AfXdpPortSet set = Open(new AfXdpOptions { TransmitBudget = budget });
        AfXdpPort port = set.Ports[0];
        for (int i = 0; i < burst; i++)
            Assert.True(Enqueue(port, NewFrame(set)));
        Assert.Equal(FlushOutcome.Drained, port.Flush());
        Assert.False(port.HasWaitingTransmits);
        AssertArrived(burst);
        AssertQuiet(set);
    }

    [Fact]
    public void More_frames_than_the_ring_holds_are_sent_by_flushing_when_it_is_full()
    {
        const int burst = 5000;
        using AfXdpPortSet set = Open(new AfXdpOptions { RingSize = 64, ReceiveChunksPerQueue = 64, ChunksPerQueue = 256 });
        AfXdpPort port = set.Ports[0];
        int full = 0;
        for (int i = 0; i < burst; i++)
        {
            PacketSlot slot = NewFrame(set);
            if (port.TryEnqueue(in slot))
                continue;
            full++;
            Assert.Equal(FlushOutcome.Drained, port.Flush());
            port.Reclaim();
            Assert.True(port.TryEnqueue(in slot));
        }

        Assert.Equal(FlushOutcome.Drained, port.Flush());
        Assert.Equal((burst - 1) / 64, full);
        AssertArrived(burst);
        AssertQuiet(set);
    }

    [Fact]
    public void Frames_wait_while_the_link_is_down_and_go_out_when_it_is_up_again()
    {
        using AfXdpPortSet set = Open(new AfXdpOptions());
        AfXdpPort port = set.Ports[0];
        _director.Ip("link", "set", "d0", "down");
        for (int i = 0; i < 10; i++)
            Assert.True(Enqueue(port, NewFrame(set)));
        Assert.Equal(FlushOutcome.LinkDown, port.Flush());
        Assert.Equal(PortCondition.LinkDown, port.Condition);
        Assert.Contains("d0 queue 0: ENETDOWN: the interface is down", port.Socket.DescribeFault()!.Message, StringComparison.Ordinal);
        FrameAccount account = set.Account(held: 0);
        Assert.Equal(10, account.InTransmitRings);
        Assert.True(account.IsBalanced && set.Quiesce(TimeSpan.Zero), account.ToString());

        _director.Ip("link", "set", "d0", "up");
        Assert.Equal(FlushOutcome.Drained, port.Flush());
        Assert.Equal(PortCondition.Up, port.Condition);
        Assert.Null(port.Socket.DescribeFault());
        AssertArrived(10);
        AssertQuiet(set);
    }

    [Fact]
    public void A_frame_outside_its_chunk_is_refused_before_the_kernel_could_lose_it()
    {
        using AfXdpPortSet set = Open(new AfXdpOptions());
        AfXdpPort port = set.Ports[0];
        int metadata = set.Umem.TransmitMetadataLength;
        Assert.Throws<ArgumentOutOfRangeException>(() => Enqueue(port, new PacketSlot { Offset = 2048 + 256, Length = 1793 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Enqueue(port, new PacketSlot { Offset = 2048 + metadata - 1, Length = 60 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Enqueue(port, new PacketSlot { Offset = 2048 + 256, Length = 0 }));
        AssertQuiet(set);
    }

    [Fact]
    public void A_checksum_field_outside_the_frame_does_not_stop_the_ring()
    {
        using AfXdpPortSet set = Open(new AfXdpOptions());
        AfXdpPort port = set.Ports[0];
        PacketSlot slot = NewFrame(set);
        slot.ChecksumStart = 50;
        slot.ChecksumOffset = 16;
        Assert.True(port.TryEnqueue(in slot));
        Assert.True(Enqueue(port, NewFrame(set)));
        Assert.Equal(FlushOutcome.Drained, port.Flush());
        AssertArrived(2);
        AssertQuiet(set);
    }

    [Fact]
    public void Frames_that_the_device_drops_are_counted_and_their_chunks_come_back()
    {
        _director.Ip("tuntap", "add", "tap0", "mode", "tap"); // no program reads it: its driver drops every frame
        _director.Ip("link", "set", "tap0", "up");
        InterfaceQueue[] queues = [.. PortWorker.QueuesOf(_director, "tap0")];
        using AfXdpPortSet set = _director.Invoke(() => AfXdpPortSet.Open(queues, new AfXdpOptions()));
        AfXdpPort port = set.Ports[0];
        for (int i = 0; i < 100; i++)
            Assert.True(Enqueue(port, NewFrame(set)));
        Assert.Equal(FlushOutcome.Drained, port.Flush());
        Assert.Equal(100, port.Socket.ReadCounters().DeviceDrops);
        AssertQuiet(set);
    }

    [Fact]
    public void Sending_and_taking_back_allocates_nothing()
    {
        using AfXdpPortSet set = Open(new AfXdpOptions());
        AfXdpPort port = set.Ports[0];
        SendBatches(set, port, batches: 100); // compiles
        long before = GC.GetAllocatedBytesForCurrentThread();
        SendBatches(set, port, batches: 100);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        AssertArrived(200 * 64);
        AssertQuiet(set);
    }

    [Fact]
    public void Chunks_that_the_caller_keeps_are_lost_unless_it_says_so()
    {
        using AfXdpPortSet set = Open(new AfXdpOptions());
        Assert.True(set.Mesh.Pools[0].TryTake(out _));
        Assert.Equal(1, set.Account(held: 0).Lost);
        Assert.False(set.Account(held: 0).IsBalanced);
        Assert.True(set.Account(held: 1).IsBalanced);
    }

    private AfXdpPortSet Open(AfXdpOptions options)
    {
        InterfaceQueue[] queues = [.. PortWorker.QueuesOf(_director, "d0")];
        return _director.Invoke(() => AfXdpPortSet.Open(queues, options));
    }

    private static void SendBatches(AfXdpPortSet set, AfXdpPort port, int batches)
    {
        Span<PacketSlot> slots = stackalloc PacketSlot[4];
        for (int batch = 0; batch < batches; batch++)
        {
            for (int i = 0; i < 64; i++)
                Assert.True(Enqueue(port, NewFrame(set)));
            port.Flush();
            port.Reclaim();
            port.Refill();
            port.Receive(slots);
        }
    }

    private static bool Enqueue(AfXdpPort port, PacketSlot slot) => port.TryEnqueue(in slot);

    private static PacketSlot NewFrame(AfXdpPortSet set)
    {
        Assert.True(set.Mesh.Pools[0].TryTake(out long chunk));
        PacketSlot slot = new() { Offset = chunk + 256, Length = 60 };
        Span<byte> frame = set.Umem.Frames.Slice(slot.Offset, slot.Length);
        frame.Clear();
        frame[0] = frame[6] = 2;
        (frame[12], frame[13]) = (0x88, 0xB5);
        return slot;
    }

    private void AssertArrived(long frames) =>
        Assert.True(SpinWait.SpinUntil(() => _host.ReceivedFrames("h0") == frames, TimeSpan.FromSeconds(5)), $"not {frames} arrived");

    private static void AssertQuiet(AfXdpPortSet set)
    {
        Assert.True(set.Quiesce(TimeSpan.FromSeconds(5)));
        FrameAccount account = set.Account(held: 0);
        Assert.True(account.IsBalanced, account.ToString());
        Assert.Equal(0ul, set.Ports[0].Socket.GetStatistics().tx_invalid_descs);
    }
}
