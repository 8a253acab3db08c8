using FastLb.Native;
using FastLb.Native.Interfaces;
using FastLb.Native.Polling;
using FastLb.Native.Processes;
using FastLb.Native.Xdp;
using FastLb.PacketIO.AfXdp;

namespace FastLb.Bench.Traffic;

/// <summary>
/// Sends frames by turns through an AF_XDP socket: the cheapest way for single frames that every kernel here has, so that the generator is not what is measured. It runs on
/// a thread of its own between <see cref="Start"/> and <see cref="Stop"/>.
/// </summary>
internal sealed class FloodGenerator : IDisposable
{
    private const uint RingSize = 2048, Batch = 64;
    private const int PauseMilliseconds = 1;

    private readonly FloodFrames _frames;
    private readonly TimeProvider _time;
    private readonly XdpSocket _socket;
    private readonly List<XdpRingMapping> _mappings = [];
    private readonly CompletionRing _completion;
    private readonly TransmitRing _transmit;
    private readonly string _interface;
    private Thread? _thread;
    private volatile bool _stopping;
    private volatile Exception? _fault;
    private long _sent;
    private int _next;

    private FloodGenerator(FloodFrames frames, NetworkDevice device, XdpSocket socket, TimeProvider time)
    {
        _frames = frames;
        _interface = device.Name;
        _socket = socket;
        _time = time;
        Errno errno = socket.RegisterUmem(new xdp_umem_reg { addr = (ulong)frames.Address, len = (ulong)frames.Length, chunk_size = FloodFrames.ChunkSize });
        if (errno != Errno.None)
            throw new SystemCallException("register UMEM", $"of {frames.Count} chunks of {FloodFrames.ChunkSize} bytes", errno);
        MakeRing(XdpRing.Fill); // it receives nothing, but a UMEM has both of its rings
        _completion = new CompletionRing(MakeRing(XdpRing.Completion));
        _transmit = new TransmitRing(MakeRing(XdpRing.Transmit));
        _ = socket.TrySetTransmitBudget(Batch);
        socket.RaiseSendBuffer((int)RingSize * FloodFrames.ChunkSize);
        var address = new sockaddr_xdp
        {
            sxdp_family = XdpUapi.AF_XDP,
            sxdp_flags = XdpBindFlags.XDP_USE_NEED_WAKEUP | XdpBindFlags.XDP_COPY,
            sxdp_ifindex = (uint)device.Index,
        };
        errno = socket.TryBind(address);
        if (errno != Errno.None)
            throw XdpSocket.BindFailure(device.Name, 0, errno);
    }

    /// <summary>Frames that the kernel has taken. Any thread.</summary>
    public long Sent => Volatile.Read(ref _sent);

    /// <summary>Opens a generator for an interface of the calling thread's network namespace.</summary>
    /// <param name="interfaceName">Which.</param>
    /// <param name="frames">What it sends; has to live for longer.</param>
    /// <param name="time">Paces.</param>
    /// <exception cref="SystemCallException">The kernel refuses.</exception>
    public static FloodGenerator Open(string interfaceName, FloodFrames frames, TimeProvider time)
    {
        NetworkDevice device = NetworkDevice.Read(interfaceName);
        XdpSocket socket = XdpSocket.Open();
        try
        {
            return new FloodGenerator(frames, device, socket, time);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Begins to send.</summary>
    /// <param name="rate">Frames in a second; null for as many as can be.</param>
    /// <param name="processor">The one to run on.</param>
    public void Start(double? rate, int processor)
    {
        _stopping = false;
        _fault = null;
        _thread = new Thread(() => Run(rate, processor)) { Name = "generator", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Ends it.</summary>
    /// <exception cref="SystemCallException">Why it had ended before.</exception>
    public void Stop()
    {
        _stopping = true;
        _thread?.Join();
        _thread = null;
        if (_fault is { } fault)
            throw fault;
    }

    public void Dispose()
    {
        _stopping = true;
        _thread?.Join();
        _socket.Dispose();
        foreach (XdpRingMapping mapping in _mappings)
            mapping.Dispose();
    }

    private void Run(double? rate, int processor)
    {
        try
        {
            _ = ThreadScheduling.TryPin(processor); // the figures of one that may not are as good, with more noise
            var pause = new PollSet();
            long began = _time.GetTimestamp(), submitted = 0;
            while (!_stopping)
            {
                long due = rate is { } limit ? (long)(_time.GetElapsedTime(began).TotalSeconds * limit) - submitted : Batch;
                if (due <= 0)
                {
                    pause.Wait(PauseMilliseconds);
                    continue;
                }

                submitted += SendBatch((uint)Math.Min(due, Batch));
            }
        }
        catch (Exception fault)
        {
            _fault = fault;
        }
    }

    private uint SendBatch(uint wanted)
    {
        _completion.Release(_completion.Peek(RingSize, out _));
        uint before = _transmit.Count, count = _transmit.Reserve(wanted, out uint index);
        for (uint i = 0; i < count; i++)
        {
            _transmit[index + i] = new xdp_desc { addr = (ulong)_next * FloodFrames.ChunkSize, len = (uint)_frames.FrameLength };
            _next = _next + 1 == _frames.Count ? 0 : _next + 1;
        }

        _transmit.Submit();
        Errno errno = _socket.Kick();
        if (errno is not (Errno.None or Errno.EAGAIN or Errno.EBUSY or Errno.ENOBUFS))
            throw new SystemCallException("send by xsk on", _interface, errno);
        Volatile.Write(ref _sent, _sent + before + count - _transmit.Count);
        return count;
    }

    private RingMemory MakeRing(XdpRing ring)
    {
        _socket.CreateRing(ring, RingSize);
        XdpRingMapping mapping = _socket.MapRing(ring, RingSize);
        _mappings.Add(mapping);
        return new RingMemory(mapping.Producer, mapping.Consumer, mapping.Flags, mapping.Entries, RingSize);
    }
}
