using System.Diagnostics;
using FastLb.Native;
using FastLb.Native.Polling;
using FastLb.PacketIO.Workers;

namespace FastLb.PacketIO.AfXdp;

/// <summary>
/// The AF_XDP ports of a process: a port for each queue and one packet memory for all. It shares out queues and chunks among the workers, opens and closes the ports, and
/// accounts for their chunks. For one thread while no worker runs, except where marked.
/// </summary>
public sealed class AfXdpPortSet : IDisposable
{
    private readonly AfXdpPort[] _ports;
    private readonly AfXdpSocket[] _sockets;

    private AfXdpPortSet(Umem umem, AfXdpSocket[] sockets, AfXdpOptions options, int workers, string modeReason)
    {
        Umem = umem;
        ModeReason = modeReason;
        SpansChunks = options.SpanChunks;
        _sockets = sockets;
        int[] shares = new int[workers];
        foreach (AfXdpSocket socket in sockets)
            shares[OwnerOf(socket.Queue, workers)] += options.ChunksPerQueue;
        Mesh = new WorkerMesh(umem.ChunkSize, shares);
        _ports = new AfXdpPort[sockets.Length];
        for (int i = 0; i < _ports.Length; i++)
        {
            _ports[i] = new AfXdpPort((ushort)i, sockets[i], umem, Mesh.Pools[OwnerOf(sockets[i].Queue, workers)], options.ReceiveChunksPerQueue);
            _ports[i].Refill();
        }
    }

    /// <summary>The packet memory.</summary>
    public Umem Umem { get; }

    /// <summary>The workers' shares of it, and the rings between them.</summary>
    public WorkerMesh Mesh { get; }

    /// <summary>All ports in the order of the queues given to <see cref="Open"/>; a port's index is its place here. Any thread.</summary>
    public ReadOnlySpan<AfXdpPort> Ports => _ports;

    /// <summary>True in zero-copy mode; sockets that share memory share the mode. Any thread.</summary>
    public bool IsZeroCopy => _sockets[0].IsZeroCopy;

    /// <summary>False when the kernel drops frames that are larger than a chunk takes; <see cref="ModeReason"/> says why. Any thread.</summary>
    public bool SpansChunks { get; }

    /// <summary>Why the ports are in the mode that they are in, for status and logs. Any thread.</summary>
    public string ModeReason { get; }

    /// <summary>
    /// Opens a port for every queue given, in the calling thread's network namespace, and lends chunks to the kernel to receive into. Frames arrive once the
    /// steering program finds the sockets' descriptors in its map.
    /// </summary>
    /// <param name="queues">The queues, of any number of interfaces; at least one.</param>
    /// <param name="options">Sizes and modes.</param>
    /// <param name="workers">Workers to share them out to.</param>
    /// <exception cref="SystemCallException">A queue can't be had; nothing stays open.</exception>
    public static AfXdpPortSet Open(IReadOnlyList<InterfaceQueue> queues, AfXdpOptions options, int workers = 1)
    {
        if (queues.Count == 0)
            throw new ArgumentException("workers without a queue", nameof(queues));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(workers);
        AfXdpOptions.Validate(options);
        return options.Mode switch
        {
            AfXdpMode.Copy => OpenSpanning(queues, options, workers, zeroCopy: false, "copy mode, as configured"),
            AfXdpMode.ZeroCopy => OpenSpanning(queues, options, workers, zeroCopy: true, "zero-copy mode, as configured"),
            _ => OpenBest(queues, options, workers),
        };
    }

    /// <summary>The worker that owns a queue: of every interface the queues are dealt out in turn, so that those of one number, which belong together, meet.</summary>
    public static int OwnerOf(InterfaceQueue queue, int workers) => queue.Queue % workers;

    /// <summary>The ports of one worker. Any thread.</summary>
    public AfXdpPort[] PortsOf(int worker) => [.. _ports.Where(port => OwnerOf(port.Socket.Queue, Mesh.Workers) == worker)];

    /// <summary>Where the chunks of one worker are. Call it from the worker's thread.</summary>
    /// <param name="worker">The worker.</param>
    /// <param name="held">Chunks that it holds.</param>
    public FrameAccount Account(int worker, long held)
    {
        long fill = 0, receive = 0, transmit = 0, completion = 0, inFlight = 0;
        foreach (AfXdpSocket socket in _sockets)
        {
            if (OwnerOf(socket.Queue, Mesh.Workers) != worker)
                continue;
            fill += socket.Fill.Count;
            receive += socket.Receive.Count;
            transmit += socket.Transmit.Count;
            completion += socket.Completion.Count;
            inFlight += socket.InFlight;
        }

        FramePool pool = Mesh.Pools[worker];
        return new FrameAccount
        {
            Total = pool.Capacity,
            Free = pool.Free,
            InFillRings = fill,
            InReceiveRings = receive,
            InTransmitRings = transmit,
            InCompletionRings = completion,
            InFlight = inFlight,
            Held = held,
            BetweenWorkers = Mesh.Departed(worker),
        };
    }

    /// <summary>Where every chunk is. For when all workers have ended.</summary>
    /// <param name="held">Chunks that the caller holds.</param>
    public FrameAccount Account(long held)
    {
        FrameAccount sum = Account(0, held);
        for (int worker = 1; worker < Mesh.Workers; worker++)
            sum += Account(worker, held: 0);
        return sum;
    }

    /// <summary>
    /// Comes to rest before the sockets are closed, when all workers have ended: sends what is waiting, takes back what was sent and lets every chunk come home.
    /// Steering must have been taken off the interfaces before; frames that still came in meanwhile are left where they are, accounted for.
    /// </summary>
    /// <param name="timeout">How long to wait for frames on their way out.</param>
    /// <returns>True when nothing is on its way any more; what waits on a port whose link is down or gone stays in its ring.</returns>
    public bool Quiesce(TimeSpan timeout)
    {
        const int stepMilliseconds = 1; // nothing tells of a completion: poll reports room in the transmit ring only
        PollSet pause = new();
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            bool quiet = true;
            foreach (ref readonly AfXdpPort port in Ports)
            {
                FlushOutcome outcome = port.Flush();
                port.Reclaim();
                AfXdpSocket socket = port.Socket;
                bool stuck = outcome is FlushOutcome.LinkDown or FlushOutcome.Gone;

                // A frame of several chunks that was half taken when the interface went stays so until the socket is closed (__xsk_generic_xmit, xs->skb).
                uint under = socket.TransmitCustody - (stuck ? socket.Transmit.Count : 0);
                quiet &= under == 0 || (stuck && under < FrameChains.MostSentChunks);
            }

            Mesh.BringChunksHome();
            if (quiet)
                return true;
            if (Stopwatch.GetElapsedTime(start) >= timeout)
                return false;
            pause.Wait(stepMilliseconds);
        }
    }

    /// <summary>Closes the sockets, then frees the memory. Frames that were in rings are gone.</summary>
    public void Dispose()
    {
        foreach (AfXdpSocket socket in _sockets)
            socket.Dispose();
        Umem.Dispose();
    }

    private static AfXdpPortSet OpenBest(IReadOnlyList<InterfaceQueue> queues, AfXdpOptions options, int workers)
    {
        string reason;
        try
        {
            return OpenSpanning(queues, options, workers, zeroCopy: true, "zero-copy mode, as all the drivers offer it");
        }
        catch (SystemCallException refusal) when (IsRefusal(refusal))
        {
            // EINVAL too: drivers give it for a queue or a chunk size that their zero-copy can't do. If it had another cause, copy mode fails by it as well.
            reason = $"copy mode, as zero-copy was refused on {refusal.Target}: {refusal.Errno}";
        }

        return OpenSpanning(queues, options, workers, zeroCopy: false, reason);
    }

    // A refusal of something else is met again without.
    private static AfXdpPortSet OpenSpanning(IReadOnlyList<InterfaceQueue> queues, AfXdpOptions options, int workers, bool zeroCopy, string reason)
    {
        if (!options.SpanChunks)
            return OpenAll(queues, options, workers, zeroCopy, reason + "; frames larger than a chunk are dropped, as configured");
        string limit;
        try
        {
            return OpenAll(queues, options, workers, zeroCopy, reason);
        }
        catch (SystemCallException refusal) when (IsRefusal(refusal))
        {
            limit = $"; frames larger than a chunk are dropped, as frames of several (Linux 6.6) were refused on {refusal.Target}: {refusal.Errno}";
        }

        return OpenAll(queues, options with { SpanChunks = false }, workers, zeroCopy, reason + limit);
    }

    private static bool IsRefusal(SystemCallException failure) =>
        failure.Errno is Errno.EOPNOTSUPP or Errno.ENOTSUPP or Errno.EINVAL or Errno.ENOSYS;

    private static AfXdpPortSet OpenAll(IReadOnlyList<InterfaceQueue> queues, AfXdpOptions options, int workers, bool zeroCopy, string reason)
    {
        Umem umem = new(options.ChunkSize, checked(options.ChunksPerQueue * queues.Count));
        List<AfXdpSocket> sockets = [];
        try
        {
            foreach (InterfaceQueue queue in queues)
                sockets.Add(AfXdpSocket.Open(umem, queue, options, zeroCopy, sockets.Count == 0 ? null : sockets[0]));
            return new AfXdpPortSet(umem, [.. sockets], options, workers, reason);
        }
        catch
        {
            sockets.ForEach(socket => socket.Dispose());
            umem.Dispose();
            throw;
        }
    }
}
