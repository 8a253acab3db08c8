using FastLb.Dataplane.Pipeline;
using FastLb.PacketIO.AfXdp;

namespace FastLb.PacketIO.Tests.Live;

/// <summary>Decides about a frame: sets the egress port, and the checksum request if there is one; false to drop it.</summary>
internal delegate bool FrameHandler(Span<byte> frame, ref PacketSlot slot);

/// <summary>A worker as a dataplane has it, with a test's handler in place of the pipeline, on a thread in a namespace.</summary>
internal sealed class PortWorker : IDisposable
{
    private const int BatchSize = 64;

    private readonly NetworkNamespace.RunningCode _thread;
    private readonly ManualResetEventSlim _started = new();
    private readonly FrameHandler _handler;
    private readonly bool _generic;
    private volatile bool _stop;
    private PortPoller? _poller;
    private FrameAccount _account;
    private bool _quiet;
    private long _allocated;
    private long _idleRounds;

    public PortWorker(NetworkNamespace space, IReadOnlyList<InterfaceQueue> queues, AfXdpOptions options, FrameHandler handler, bool generic = false)
    {
        _handler = handler;
        _generic = generic;
        _thread = space.Start(() => Run(queues, options));
        _started.Wait(TimeSpan.FromSeconds(20));
        if (_poller is null)
            _thread.Join(); // throws what kept it from starting
    }

    /// <summary>The ports, for looking at counters while the worker runs and after it has stopped.</summary>
    public AfXdpPortSet Set { get; private set; } = null!;

    /// <summary>What the worker's thread had allocated after its last round.</summary>
    public long AllocatedBytes => Interlocked.Read(ref _allocated);

    /// <summary>How often the worker found no frame waiting, with all earlier ones sent and their chunks back in the fill rings.</summary>
    public long IdleRounds => Interlocked.Read(ref _idleRounds);

    /// <summary>Queues 0 to <paramref name="count"/> - 1 of an interface.</summary>
    public static IEnumerable<InterfaceQueue> QueuesOf(NetworkNamespace space, string name, int count = 1)
    {
        int index = space.InterfaceIndex(name);
        return Enumerable.Range(0, count).Select(queue => new InterfaceQueue(name, index, queue));
    }

    public PortCounters Counters(int port) => Set.Ports[port].Socket.ReadCounters();

    /// <summary>Takes steering off, comes to rest and tells where every chunk is.</summary>
    public FrameAccount Stop(out bool quiet)
    {
        _stop = true;
        _poller!.Wake();
        _thread.Join();
        quiet = _quiet;
        return _account;
    }

    public void Dispose()
    {
        _stop = true;
        _poller?.Wake();
        _thread.Join();
        _poller?.Dispose();
        _started.Dispose();
    }

    private void Run(IReadOnlyList<InterfaceQueue> queues, AfXdpOptions options)
    {
        try
        {
            using AfXdpPortSet set = AfXdpPortSet.Open(queues, options);
            Set = set;
            List<RedirectProgram> programs = [];
            foreach (IGrouping<int, AfXdpPort> ports in set.Ports.ToArray().GroupBy(port => port.Socket.Queue.InterfaceIndex))
            {
                RedirectProgram program = new(ports.Key, _generic);
                programs.Add(program);
                foreach (AfXdpPort port in ports)
                    program.Connect(port.Socket.Queue.Queue, port.Socket.Descriptor);
            }

            _poller = PortPoller.For(set.Ports);
            _started.Set();
            Loop(set, _poller);
            programs.ForEach(program => program.Dispose());
            _quiet = set.Quiesce(TimeSpan.FromSeconds(5));
            _account = set.Account(held: 0);
        }
        finally
        {
            _started.Set();
        }
    }

    private void Loop(AfXdpPortSet set, PortPoller poller)
    {
        PacketSlot[] slots = new PacketSlot[BatchSize];
        while (!_stop)
        {
            int received = 0;
            bool waiting = false;
            foreach (ref readonly AfXdpPort port in set.Ports)
            {
                int count = port.Receive(slots);
                received += count;
                for (int i = 0; i < count; i++)
                {
                    ref PacketSlot slot = ref slots[i];
                    if (!_handler(set.Umem.Frames.Slice(slot.Offset, slot.Length), ref slot) || !set.Ports[slot.EgressPort].TryEnqueue(in slot))
                        set.Umem.Chains.Free(in slot, set.Mesh.Pools[0]);
                }
            }

            Interlocked.Exchange(ref _allocated, GC.GetAllocatedBytesForCurrentThread());
            foreach (ref readonly AfXdpPort port in set.Ports)
            {
                port.Flush();
                port.Reclaim();
                port.Refill();
                waiting |= port.HasWaitingTransmits;
            }

            if (received == 0)
            {
                if (!waiting)
                    Interlocked.Increment(ref _idleRounds);
                poller.Wait(waiting ? 1 : 50);
                foreach (ref readonly AfXdpPort port in set.Ports)
                    port.Probe();
            }
        }
    }
}
