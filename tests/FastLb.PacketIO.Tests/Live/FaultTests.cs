using FastLb.Dataplane.Pipeline;
using FastLb.Native;
using FastLb.Native.Xdp;
using FastLb.PacketIO.AfXdp;
using Xunit;

namespace FastLb.PacketIO.Tests.Live;

/// <summary>An interface that goes away, and a worker that sleeps and is woken. Needs root.</summary>
[Collection(LiveCollection.Name)]
public sealed class FaultTests : IDisposable
{
    private const ushort LocalExperimental = 0x88B5;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly NetworkNamespace _host = new("h");
    private readonly NetworkNamespace _director = new("d");

    public FaultTests() => NetworkNamespace.Join(_host, "h0", _director, "d0", mtu: 9000);

    public void Dispose()
    {
        _host.Dispose();
        _director.Dispose();
    }

    [Theory]
    [InlineData(60)]
    [InlineData(8900)]
    public async Task An_interface_removed_under_traffic_leaves_a_clear_fault_and_every_chunk_accounted_for(int length)
    {
        NetworkNamespace.Join(_host, "h1", _director, "d1");
        InterfaceQueue[] queues = [.. PortWorker.QueuesOf(_director, "d0"), .. PortWorker.QueuesOf(_director, "d1")];
        using PortWorker worker = new(_director, queues, new AfXdpOptions(), Echo);
        using PacketSocket first = OpenHost("h0");
        using PacketSocket second = OpenHost("h1");
        using CancellationTokenSource traffic = new();
        Task sending = Task.Run(() => SendUntilRefused(first, NewFrame(length), traffic.Token));
        Assert.True(SpinWait.SpinUntil(() => worker.Counters(0).Enqueued > 1000, Patience));

        _director.Ip("link", "delete", "d0");

        Assert.True(SpinWait.SpinUntil(() => worker.Set.Ports[0].Condition == PortCondition.Gone, Patience), "the worker did not notice");
        await traffic.CancelAsync();
        await sending;
        SystemCallException fault = worker.Set.Ports[0].Socket.DescribeFault()!;
        Assert.Equal(Errno.ENXIO, fault.Errno);
        Assert.Contains("d0 queue 0: ENXIO: the interface was removed", fault.Message, StringComparison.Ordinal);

        // The other interface goes on.
        second.Send(NewFrame());
        Assert.Equal(60, second.Receive().Length);
        Assert.Equal(PortCondition.Up, worker.Set.Ports[1].Condition);

        FrameAccount account = worker.Stop(out bool quiet);
        int chunks = (length + XdpUapi.XDP_PACKET_HEADROOM + new AfXdpOptions().ChunkSize - 1) / new AfXdpOptions().ChunkSize;
        Assert.True(quiet && account.Lost == 0 && account.InFlight < chunks, account.ToString()); // the kernel keeps a frame that it has half taken
    }

    [Fact]
    public void A_port_whose_interface_is_gone_refuses_frames_and_probing_finds_it_without_traffic()
    {
        InterfaceQueue[] queues = [.. PortWorker.QueuesOf(_director, "d0")];
        using AfXdpPortSet set = _director.Invoke(() => AfXdpPortSet.Open(queues, new AfXdpOptions()));
        AfXdpPort port = set.Ports[0];
        using PortPoller poller = PortPoller.For(set.Ports);
        Assert.Equal(PortCondition.Up, port.Probe());
        _director.Ip("link", "delete", "d0");
        Assert.Equal(WaitOutcome.TimedOut, poller.Wait(10)); // why probing is needed
        Assert.Equal(PortCondition.Gone, port.Probe());
        Assert.True(set.Mesh.Pools[0].TryTake(out long chunk));
        PacketSlot slot = new() { Offset = chunk + 256, Length = 60 };
        Assert.False(port.TryEnqueue(in slot));
        set.Mesh.Pools[0].Return(chunk);
        Assert.Equal(FlushOutcome.Gone, port.Flush());
        Assert.True(set.Quiesce(TimeSpan.Zero));
        Assert.True(set.Account(held: 0).IsBalanced);
    }

    [Fact]
    public async Task A_sleeping_worker_is_woken_by_another_thread_and_by_a_frame_and_else_sleeps_its_time()
    {
        InterfaceQueue[] queues = [.. PortWorker.QueuesOf(_director, "d0")];
        using AfXdpPortSet set = _director.Invoke(() => AfXdpPortSet.Open(queues, new AfXdpOptions()));
        using RedirectProgram program = _director.Invoke(() => new RedirectProgram(queues[0].InterfaceIndex, generic: false));
        program.Connect(0, set.Ports[0].Socket.Descriptor);
        using PacketSocket host = OpenHost("h0");
        using PortPoller poller = PortPoller.For(set.Ports);

        Assert.Equal(WaitOutcome.TimedOut, poller.Wait(0));
        Assert.Equal(WaitOutcome.TimedOut, poller.Wait(10));

        Task<WaitOutcome> woken = Task.Run(() => poller.Wait(60_000));
        poller.Wake();
        Assert.Equal(WaitOutcome.Woken, await woken.WaitAsync(Patience));
        Assert.Equal(WaitOutcome.TimedOut, poller.Wait(0));

        Task<WaitOutcome> received = Task.Run(() => poller.Wait(60_000));
        host.Send(NewFrame());
        Assert.Equal(WaitOutcome.Ready, await received.WaitAsync(Patience));

        poller.Wake();
        Assert.Equal(WaitOutcome.Ready | WaitOutcome.Woken, poller.Wait(60_000));
        PacketSlot[] slots = new PacketSlot[4];
        Assert.Equal(1, set.Ports[0].Receive(slots));
        Assert.Equal(60, slots[0].Length);
        set.Mesh.Pools[0].Return(slots[0].Offset);
        Assert.Equal(WaitOutcome.TimedOut, poller.Wait(0));

        poller.WatchTransmit(0, watch: true);
        Assert.Equal(WaitOutcome.Ready, poller.Wait(60_000)); // the ring is empty: there is room
        poller.WatchTransmit(0, watch: false);
        Assert.Equal(WaitOutcome.TimedOut, poller.Wait(0));
    }

    private PacketSocket OpenHost(string name)
    {
        int index = _host.InterfaceIndex(name);
        return _host.Invoke(() => new PacketSocket(index, LocalExperimental));
    }

    /// <summary>Sends as fast as it can until told to stop or its end of the pair is gone with the other.</summary>
    private static void SendUntilRefused(PacketSocket socket, byte[] frame, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested && socket.TrySend(frame) is Errno.None or Errno.ENOBUFS)
        {
        }
    }

    private static bool Echo(Span<byte> frame, ref PacketSlot slot)
    {
        slot.EgressPort = slot.IngressPort;
        return true;
    }

    private static byte[] NewFrame(int length = 60)
    {
        byte[] frame = new byte[length];
        frame[0] = frame[6] = 2;
        (frame[12], frame[13]) = (0x88, 0xB5);
        return frame;
    }
}
