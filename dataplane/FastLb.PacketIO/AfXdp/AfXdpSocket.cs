using System.Runtime.InteropServices;
using FastLb.Native;
using FastLb.Native.Polling;
using FastLb.Native.Xdp;

namespace FastLb.PacketIO.AfXdp;

/// <summary>
/// An AF_XDP socket bound to one queue, with its four rings. <see cref="AfXdpPort"/> moves frames through it; this class opens, describes and closes it.
/// </summary>
public sealed class AfXdpSocket : IDisposable
{
    private const int BusyRetries = 50;
    private const int BusyRetryMilliseconds = 20;

    private readonly XdpSocket _socket;
    private readonly List<XdpRingMapping> _mappings = [];
    private volatile PortCondition _condition;

    /// <summary>What passed through the socket; written by its worker alone.</summary>
    internal PortCounters Counters;

    private AfXdpSocket(XdpSocket socket, InterfaceQueue queue, uint ringSize)
    {
        _socket = socket;
        Queue = queue;
        try
        {
            Fill = new FillRing(MakeRing(XdpRing.Fill, ringSize));
            Completion = new CompletionRing(MakeRing(XdpRing.Completion, ringSize));
            Receive = new ReceiveRing(MakeRing(XdpRing.Receive, ringSize));
            Transmit = new TransmitRing(MakeRing(XdpRing.Transmit, ringSize));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The queue it is bound to.</summary>
    public InterfaceQueue Queue { get; }

    public FillRing Fill { get; }

    public CompletionRing Completion { get; }

    public ReceiveRing Receive { get; }

    public TransmitRing Transmit { get; }

    /// <summary>True in zero-copy mode.</summary>
    public bool IsZeroCopy { get; private set; }

    /// <summary>The file descriptor, for poll.</summary>
    public int Descriptor => _socket.Descriptor;

    /// <summary>Whether the socket works, as its worker found it last. Any thread.</summary>
    public PortCondition Condition
    {
        get => _condition;
        internal set => _condition = value;
    }

    /// <summary>The socket itself, to put into an XSKMAP under the queue's number.</summary>
    public SafeHandle Handle => _socket;

    /// <summary>What has passed through the socket. Any thread.</summary>
    public PortCounters ReadCounters() => Counters;

    /// <summary>Chunks between this socket's rings: taken by the kernel from one and not seen in the other yet.</summary>
    internal long InFlight =>
        (int)(ReceiveCustody - Fill.Count - Receive.Count) + (long)(int)(TransmitCustody - Transmit.Count - Completion.Count);

    /// <summary>Chunks lent to the kernel to receive into and not come back yet: everything between our ends of the two rings.</summary>
    internal uint ReceiveCustody => Fill.Reserved - Receive.Released;

    /// <summary>Chunks given to the kernel to send and not come back yet.</summary>
    internal uint TransmitCustody => Transmit.Reserved - Completion.Released;

    /// <summary>The kernel's counters. Any thread.</summary>
    public xdp_statistics GetStatistics() => _socket.GetStatistics();

    /// <summary>What is wrong with the socket and what to do, or null when it works.</summary>
    public SystemCallException? DescribeFault() => _condition switch
    {
        PortCondition.Up => null,
        PortCondition.LinkDown => new SystemCallException(
            "send by xsk on", Queue.ToString(), Errno.ENETDOWN, $"the interface is down; set it up ('ip link set {Queue.Interface} up')"),
        _ => new SystemCallException(
            "send by xsk on", Queue.ToString(), Errno.ENXIO, "the interface was removed or moved to another namespace; its ports must be opened anew"),
    };

    /// <summary>Opens a socket for a queue in the calling thread's network namespace.</summary>
    /// <param name="umem">The packet memory; registered with this socket when <paramref name="sharing"/> is null.</param>
    /// <param name="queue">What to bind to.</param>
    /// <param name="options">Sizes of the rings and the transmit budget.</param>
    /// <param name="zeroCopy">The mode wanted; a socket that shares memory must want what the first one got.</param>
    /// <param name="sharing">A bound socket of the same memory, or null for the first one.</param>
    /// <exception cref="SystemCallException">The bind failed, with the reason; nothing stays open.</exception>
    internal static AfXdpSocket Open(Umem umem, InterfaceQueue queue, AfXdpOptions options, bool zeroCopy, AfXdpSocket? sharing)
    {
        XdpSocket native = XdpSocket.Open();
        AfXdpSocket? socket = null;
        try
        {
            if (sharing is null)
                umem.Register(native, wantMetadata: !zeroCopy && options.Checksums == ChecksumOffloadMode.Automatic);
            socket = new AfXdpSocket(native, queue, (uint)options.RingSize);
            _ = native.TrySetTransmitBudget((uint)Math.Min(options.TransmitBudget, options.RingSize));

            // Frames under way are charged to the socket with about twice a chunk each; the default of 208 KiB stalls bursts of large frames.
            native.RaiseSendBuffer(checked(options.RingSize * options.ChunkSize));
            Errno errno = Bind(native, queue, zeroCopy, options.SpanChunks, sharing);
            if (errno != Errno.None)
                throw XdpSocket.BindFailure(queue.Interface, (uint)queue.Queue, errno);
            socket.IsZeroCopy = native.IsZeroCopy();
            return socket;
        }
        catch
        {
            socket?.Dispose();
            native.Dispose();
            throw;
        }
    }

    internal Errno Kick() => _socket.Kick();

    internal Errno KickReceive() => _socket.KickReceive();

    internal Errno TakeError() => _socket.TakeError();

    public void Dispose()
    {
        // The descriptor first: the kernel must not see rings without their owner.
        _socket.Dispose();
        foreach (XdpRingMapping mapping in _mappings)
            mapping.Dispose();
        _mappings.Clear();
    }

    private static Errno Bind(XdpSocket socket, InterfaceQueue queue, bool zeroCopy, bool spanChunks, AfXdpSocket? sharing)
    {
        XdpBindFlags flags = XdpBindFlags.XDP_USE_NEED_WAKEUP | (zeroCopy ? XdpBindFlags.XDP_ZEROCOPY : XdpBindFlags.XDP_COPY);
        if (spanChunks)
            flags |= XdpBindFlags.XDP_USE_SG;
        sockaddr_xdp address = new()
        {
            sxdp_family = XdpUapi.AF_XDP,
            sxdp_flags = sharing is null ? flags : XdpBindFlags.XDP_SHARED_UMEM,
            sxdp_ifindex = (uint)queue.InterfaceIndex,
            sxdp_queue_id = (uint)queue.Queue,
            sxdp_shared_umem_fd = sharing is null ? 0 : (uint)sharing.Descriptor,
        };
        Errno errno = socket.TryBind(address);

        // The kernel frees the queue of a closed socket in a work item (xp_release_deferred): one that was closed a moment ago, perhaps by a process that
        // died, still holds it.
        PollSet pause = new();
        for (int retry = 0; errno == Errno.EBUSY && retry < BusyRetries; retry++)
        {
            pause.Wait(BusyRetryMilliseconds);
            errno = socket.TryBind(address);
        }

        return errno;
    }

    private RingMemory MakeRing(XdpRing ring, uint size)
    {
        _socket.CreateRing(ring, size);
        XdpRingMapping mapping = _socket.MapRing(ring, size);
        _mappings.Add(mapping);
        return new RingMemory(mapping.Producer, mapping.Consumer, mapping.Flags, mapping.Entries, size);
    }
}
