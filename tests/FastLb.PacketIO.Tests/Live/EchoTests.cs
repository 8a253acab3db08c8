using System.Buffers.Binary;
using System.Collections.Concurrent;
using FastLb.Dataplane.Pipeline;
using FastLb.Native;
using FastLb.PacketIO.AfXdp;
using Xunit;

namespace FastLb.PacketIO.Tests.Live;

/// <summary>Frames from a host, by a veth pair, into AF_XDP and back. Needs root.</summary>
[Collection(LiveCollection.Name)]
public sealed class EchoTests : IDisposable
{
    private const ushort LocalExperimental = 0x88B5; // IEEE 802 - Local Experimental EtherType 1
    private const ushort Ipv4 = 0x0800;
    private const int Window = 64;

    private readonly NetworkNamespace _host = new("h");
    private readonly NetworkNamespace _director = new("d");

    public void Dispose()
    {
        _host.Dispose();
        _director.Dispose();
    }

    [Theory]
    [InlineData(2048, false)]
    [InlineData(4096, false)]
    [InlineData(2048, true)]
    public void Every_frame_comes_back_once_and_unchanged_and_every_chunk_is_accounted_for(int chunkSize, bool generic)
    {
        NetworkNamespace.Join(_host, "h0", _director, "d0");
        AfXdpOptions options = new() { ChunkSize = chunkSize, ChunksPerQueue = 256, ReceiveChunksPerQueue = 128, RingSize = 128 };
        using PortWorker worker = new(_director, [.. PortWorker.QueuesOf(_director, "d0")], options, SwapAddresses, generic);
        using PacketSocket host = OpenHost(LocalExperimental);
        Random random = new(7);
        for (int sent = 0; sent < 3200; sent += Window)
        {
            Dictionary<int, byte[]> expected = [];
            for (int i = 0; i < Window; i++)
            {
                byte[] frame = NewFrame(random, random.Next(60, 1515), LocalExperimental);
                BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(14), sent + i);
                host.Send(frame);
                expected.Add(sent + i, Swapped(frame));
            }

            while (expected.Count > 0)
            {
                byte[] frame = host.Receive();
                Assert.True(frame.Length > 18, $"{expected.Count} of {Window} frames from {sent} did not come back");
                Assert.True(expected.Remove(BinaryPrimitives.ReadInt32BigEndian(frame.AsSpan(14)), out byte[]? original));
                Assert.Equal(original, frame);
            }
        }

        Assert.Equal(3200, worker.Counters(0).Received);
        Assert.Equal(3200, worker.Counters(0).Enqueued);
        FrameAccount account = worker.Stop(out bool quiet);
        Assert.True(quiet && account.IsBalanced, account.ToString());
        Assert.Equal(256, account.Total);
    }

    [Theory]
    [InlineData(2048, false)]
    [InlineData(4096, false)]
    [InlineData(2048, true)]
    public void Jumbo_frames_and_small_ones_come_back_unchanged_and_every_chunk_is_accounted_for(int chunkSize, bool generic)
    {
        NetworkNamespace.Join(_host, "h0", _director, "d0", mtu: 9000);
        AfXdpOptions options = new() { ChunkSize = chunkSize };
        using PortWorker worker = new(_director, [.. PortWorker.QueuesOf(_director, "d0")], options, SwapAddresses, generic);
        using PacketSocket host = OpenHost(LocalExperimental);
        Random random = new(11);
        for (int sent = 0; sent < 3200; sent += Window)
        {
            Dictionary<int, byte[]> expected = [];
            for (int i = 0; i < Window; i++)
            {
                byte[] frame = NewFrame(random, i == 0 ? 8900 : random.Next(60, random.Next(2) == 0 ? 1515 : 9015), LocalExperimental);
                BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(14), sent + i);
                host.Send(frame);
                expected.Add(sent + i, Swapped(frame));
            }

            while (expected.Count > 0)
            {
                byte[] frame = host.Receive();
                Assert.True(frame.Length > 18, $"{expected.Count} of {Window} frames from {sent} did not come back");
                Assert.True(expected.Remove(BinaryPrimitives.ReadInt32BigEndian(frame.AsSpan(14)), out byte[]? original));
                Assert.Equal(original, frame);
            }
        }

        Assert.Equal((3200, 3200, 0), (worker.Counters(0).Received, worker.Counters(0).Enqueued, worker.Counters(0).ChainsRefused));
        Assert.Equal(0ul, worker.Set.Ports[0].Socket.GetStatistics().tx_invalid_descs);
        FrameAccount account = worker.Stop(out bool quiet);
        Assert.True(quiet && account.IsBalanced, account.ToString());
    }

    [Fact]
    public void A_worker_overrun_by_jumbo_frames_loses_frames_but_no_chunk()
    {
        NetworkNamespace.Join(_host, "h0", _director, "d0", mtu: 9000);
        AfXdpOptions options = new() { ChunksPerQueue = 64, ReceiveChunksPerQueue = 32, RingSize = 32 };
        using PortWorker worker = new(_director, [.. PortWorker.QueuesOf(_director, "d0")], options, SwapAddresses);
        using PacketSocket host = OpenHost(LocalExperimental);
        Random random = new(12);
        for (int i = 0; i < 5000; i++)
            host.TrySend(NewFrame(random, random.Next(60, 9015), LocalExperimental));
        long idle = worker.IdleRounds;
        WaitUntil(() => worker.IdleRounds > idle);
        Assert.True(worker.Counters(0).Received > 0);
        FrameAccount account = worker.Stop(out bool quiet);
        Assert.True(quiet && account.IsBalanced, account.ToString());
    }

    [Fact]
    public void A_frame_of_the_largest_size_comes_in_and_one_of_as_many_chunks_as_the_kernel_sends_goes_out()
    {
        const int Largest = 14 + 65_535;
        NetworkNamespace.Join(_host, "h0", _director, "d0", mtu: 65_535);
        ConcurrentQueue<(int Length, int Chunks)> received = new();
        using PortWorker worker = new(_director, [.. PortWorker.QueuesOf(_director, "d0")], new AfXdpOptions(), (frame, ref slot) =>
        {
            received.Enqueue((slot.Length + slot.Rest, slot.Continuations + 1));
            return slot.Continuations < FrameChains.MostSentChunks && SwapAddresses(frame, ref slot);
        });
        using PacketSocket host = OpenHost(LocalExperimental);
        int[] lengths = [18 * 1792, (18 * 1792) + 1, Largest, 60];
        foreach (int length in lengths)
            host.Send(NewFrame(new Random(13), length, LocalExperimental));
        WaitUntil(() => worker.Counters(0).Enqueued == 2);
        Assert.Equal([(lengths[0], 18), (lengths[1], 19), (Largest, FrameChains.MostChunks), (60, 1)], received);
        Assert.Equal(0, worker.Counters(0).ChainsRefused);
        Assert.Equal(18 * 1792, host.Receive().Length);
        Assert.Equal(60, host.Receive().Length);
        FrameAccount account = worker.Stop(out bool quiet);
        Assert.True(quiet && account.IsBalanced, account.ToString());
    }

    [Fact]
    public void Without_frames_of_several_chunks_the_kernel_drops_jumbo_frames_and_the_reason_is_told()
    {
        NetworkNamespace.Join(_host, "h0", _director, "d0", mtu: 9000);
        AfXdpOptions options = new() { SpanChunks = false };
        using PortWorker worker = new(_director, [.. PortWorker.QueuesOf(_director, "d0")], options, SwapAddresses);
        using PacketSocket host = OpenHost(LocalExperimental);
        host.Send(NewFrame(new Random(14), 8900, LocalExperimental));
        EchoTimes(host, NewFrame(new Random(14), 60, LocalExperimental), 1);
        Assert.Equal(1ul, worker.Set.Ports[0].Socket.GetStatistics().rx_dropped);
        Assert.False(worker.Set.SpansChunks);
        Assert.Contains("frames larger than a chunk are dropped", worker.Set.ModeReason, StringComparison.Ordinal);
        FrameAccount account = worker.Stop(out bool quiet);
        Assert.True(quiet && account.IsBalanced, account.ToString());
    }

    [Fact]
    public void Echoing_jumbo_frames_allocates_nothing()
    {
        NetworkNamespace.Join(_host, "h0", _director, "d0", mtu: 9000);
        using PortWorker worker = new(_director, [.. PortWorker.QueuesOf(_director, "d0")], new AfXdpOptions(), SwapAddresses);
        using PacketSocket host = OpenHost(LocalExperimental);
        byte[] frame = NewFrame(new Random(9), 8900, LocalExperimental);
        EchoTimes(host, frame, 200); // compiles
        long before = worker.AllocatedBytes;
        EchoTimes(host, frame, 2000);
        Assert.Equal(before, worker.AllocatedBytes);
    }

    [Fact]
    public void Both_queues_of_an_interface_deliver_and_send()
    {
        NetworkNamespace.Join(_host, "h0", _director, "d0", queues: 2);
        using PortWorker worker = new(_director, [.. PortWorker.QueuesOf(_director, "d0", 2)], new AfXdpOptions(), SwapAddresses);
        using PacketSocket host = OpenHost(Ipv4);
        Random random = new(8);
        int back = 0;
        for (int sent = 0; sent < 1024; sent += Window)
        {
            for (int i = 0; i < Window; i++)
                host.Send(NewUdpFrame(random, sourcePort: (ushort)(1000 + sent + i)));
            for (int i = 0; i < Window && host.Receive().Length > 0; i++)
                back++;
        }

        Assert.Equal(1024, back);
        Assert.True(worker.Counters(0).Received > 0 && worker.Counters(1).Received > 0, "one queue got nothing");
        Assert.Equal(1024, worker.Counters(0).Received + worker.Counters(1).Received);
        FrameAccount account = worker.Stop(out bool quiet);
        Assert.True(quiet && account.IsBalanced, account.ToString());
    }

    [Fact]
    public void Receiving_and_echoing_allocates_nothing()
    {
        NetworkNamespace.Join(_host, "h0", _director, "d0");
        using PortWorker worker = new(_director, [.. PortWorker.QueuesOf(_director, "d0")], new AfXdpOptions(), SwapAddresses);
        using PacketSocket host = OpenHost(LocalExperimental);
        byte[] frame = NewFrame(new Random(9), 60, LocalExperimental);
        EchoTimes(host, frame, 200); // compiles
        long before = worker.AllocatedBytes;
        EchoTimes(host, frame, 2000);
        Assert.Equal(before, worker.AllocatedBytes);
    }

    [Fact]
    public void An_overrun_worker_loses_frames_but_no_chunk()
    {
        NetworkNamespace.Join(_host, "h0", _director, "d0");
        AfXdpOptions options = new() { ChunksPerQueue = 64, ReceiveChunksPerQueue = 32, RingSize = 32 };
        using ManualResetEventSlim resume = new();
        using PortWorker worker = new(_director, [.. PortWorker.QueuesOf(_director, "d0")], options, (frame, ref slot) =>
        {
            resume.Wait();
            return SwapAddresses(frame, ref slot);
        });
        using PacketSocket host = OpenHost(LocalExperimental);
        byte[] frame = NewFrame(new Random(10), 60, LocalExperimental);
        for (int i = 0; i < 1000; i++)
            host.TrySend(frame);

        // Until the worker has caught up, its fill ring is empty, and a frame sent then may rightly be lost.
        long idle = worker.IdleRounds;
        resume.Set();
        WaitUntil(() => worker.IdleRounds > idle);
        EchoTimes(host, frame, 100);
        Assert.Equal(0ul, worker.Set.Ports[0].Socket.GetStatistics().rx_ring_full);
        Assert.True(worker.Counters(0).Received < 1000);
        FrameAccount account = worker.Stop(out bool quiet);
        Assert.True(quiet && account.IsBalanced, account.ToString());
    }

    [Fact]
    public void Received_frames_have_the_headroom_they_claim()
    {
        NetworkNamespace.Join(_host, "h0", _director, "d0");
        List<(long Offset, int Headroom)> seen = [];
        using PortWorker worker = new(_director, [.. PortWorker.QueuesOf(_director, "d0")], new AfXdpOptions(), (_, ref slot) =>
        {
            seen.Add((slot.Offset, slot.Headroom));
            return false;
        });
        using PacketSocket host = OpenHost(LocalExperimental);
        for (int i = 0; i < 10; i++)
            host.Send(NewFrame(new Random(i), 100, LocalExperimental));
        WaitUntil(() => worker.Counters(0).Received == 10);
        FrameAccount account = worker.Stop(out _);
        Assert.True(account.IsBalanced, account.ToString());
        int metadata = worker.Set.Umem.TransmitMetadataLength;
        Assert.All(seen, frame => Assert.Equal(256 - metadata, frame.Headroom));
        Assert.All(seen, frame => Assert.Equal(256, frame.Offset % 2048));
    }

    [Fact]
    public void A_driver_without_zero_copy_gets_copy_mode_and_the_reason_is_told()
    {
        NetworkNamespace.Join(_host, "h0", _director, "d0");
        using PortWorker worker = new(_director, [.. PortWorker.QueuesOf(_director, "d0")], new AfXdpOptions(), SwapAddresses);
        Assert.False(worker.Set.IsZeroCopy);
        Assert.Contains("d0 queue 0: EOPNOTSUPP", worker.Set.ModeReason, StringComparison.Ordinal);
    }

    [Fact]
    public void Zero_copy_demanded_of_a_driver_without_it_fails_with_the_remedy()
    {
        NetworkNamespace.Join(_host, "h0", _director, "d0");
        AfXdpOptions options = new() { Mode = AfXdpMode.ZeroCopy };
        SystemCallException fault = Assert.Throws<SystemCallException>(() => new PortWorker(
            _director, [.. PortWorker.QueuesOf(_director, "d0")], options, SwapAddresses));
        Assert.Equal(Errno.EOPNOTSUPP, fault.Errno);
        Assert.Contains("use copy mode", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_queue_in_use_is_named_and_free_again_once_its_owner_has_closed()
    {
        NetworkNamespace.Join(_host, "h0", _director, "d0");
        InterfaceQueue[] queues = [.. PortWorker.QueuesOf(_director, "d0")];
        using (PortWorker owner = new(_director, queues, new AfXdpOptions(), SwapAddresses))
        {
            SystemCallException fault = Assert.Throws<SystemCallException>(
                () => _director.Invoke(() => AfXdpPortSet.Open(queues, new AfXdpOptions())));
            Assert.Equal(Errno.EBUSY, fault.Errno);
            Assert.StartsWith("bind xsk to d0 queue 0: EBUSY: another AF_XDP socket has this queue", fault.Message, StringComparison.Ordinal);
        }

        _director.Invoke(() => AfXdpPortSet.Open(queues, new AfXdpOptions())).Dispose();
    }

    [Fact]
    public void A_queue_that_the_interface_lacks_is_named()
    {
        NetworkNamespace.Join(_host, "h0", _director, "d0");
        InterfaceQueue missing = new("d0", _director.InterfaceIndex("d0"), Queue: 7);
        SystemCallException fault = Assert.Throws<SystemCallException>(
            () => _director.Invoke(() => AfXdpPortSet.Open([missing], new AfXdpOptions())));
        Assert.StartsWith("bind xsk to d0 queue 7: EINVAL: the interface has no such queue", fault.Message, StringComparison.Ordinal);
    }

    private static void EchoTimes(PacketSocket host, byte[] frame, int times)
    {
        for (int i = 0; i < times; i++)
        {
            host.Send(frame);
            Assert.Equal(frame.Length, host.Receive().Length);
        }
    }

    private PacketSocket OpenHost(ushort etherType)
    {
        int index = _host.InterfaceIndex("h0");
        return _host.Invoke(() => new PacketSocket(index, etherType));
    }

    private static bool SwapAddresses(Span<byte> frame, ref PacketSlot slot)
    {
        for (int i = 0; i < 6; i++)
            (frame[i], frame[i + 6]) = (frame[i + 6], frame[i]);
        slot.EgressPort = slot.IngressPort;
        return true;
    }

    private static byte[] Swapped(byte[] frame) => [.. frame[6..12], .. frame[..6], .. frame[12..]];

    private static byte[] NewFrame(Random random, int length, ushort etherType)
    {
        byte[] frame = new byte[length];
        random.NextBytes(frame);
        frame[0] = frame[6] = 2; // locally administered, unicast
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(12), etherType);
        return frame;
    }

    private static byte[] NewUdpFrame(Random random, ushort sourcePort)
    {
        byte[] frame = NewFrame(random, 60, Ipv4);
        byte[] header = [0x45, 0, 0, 46, 0, 0, 0x40, 0, 64, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2, (byte)(sourcePort >> 8), (byte)sourcePort, 0, 53, 0, 26];
        header.CopyTo(frame, 14);
        return frame;
    }

    private static void WaitUntil(Func<bool> condition) => Assert.True(SpinWait.SpinUntil(condition, TimeSpan.FromSeconds(5)), "waited in vain");
}
