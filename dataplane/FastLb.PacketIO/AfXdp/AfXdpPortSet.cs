using System.Diagnostics;
using FastLb.Native;
using FastLb.Native.Polling;

namespace FastLb.PacketIO.AfXdp;

/// <summary>
/// The AF_XDP ports of one worker: a port for each queue, one packet memory and one pool of chunks for all. It opens and closes them and accounts for their
/// chunks. Owned by the worker's thread, except where marked.
/// </summary>
public sealed class AfXdpPortSet : IDisposable
{
    private readonly AfXdpPort[] _ports;
    private readonly AfXdpSocket[] _sockets;

    private AfXdpPortSet(Umem umem, AfXdpSocket[] sockets, AfXdpOptions options, string modeReason)
    {
        Umem = umem;
        Pool = new FramePool(umem.ChunkSize, umem.ChunkCount);
        ModeReason = modeReason;
        _sockets = sockets;
        _ports = new AfXdpPort[sockets.Length];
        for (int i = 0; i < _ports.Length; i++)
        {
            _ports[i] = new AfXdpPort((ushort)i, sockets[i], umem, Pool, options.ReceiveChunksPerQueue);
            _ports[i].Refill();
        }
    }

    /// <summary>The packet memory.</summary>
    public Umem Umem { get; }

    /// <summary>Its free chunks.</summary>
    public FramePool Pool { get; }

    /// <summary>The ports in the order of the queues given to <see cref="Open"/>; a port's index is its place here.</summary>
    public ReadOnlySpan<AfXdpPort> Ports => _ports;

    /// <summary>True in zero-copy mode; sockets that share memory share the mode. Any thread.</summary>
    public bool IsZeroCopy => _sockets[0].IsZeroCopy;

    /// <summary>Why the ports are in the mode that they are in, for status and logs. Any thread.</summary>
    public string ModeReason { get; }

    /// <summary>
    /// Opens a port for every queue given, in the calling thread's network namespace, and lends chunks to the kernel to receive into. Frames arrive once the
    /// steering program finds the sockets' descriptors in its map.
    /// </summary>
    /// <param name="queues">The queues, of any number of interfaces; at least one.</param>
    /// <param name="options">Sizes and modes.</param>
    /// <exception cref="SystemCallException">A queue can't be had; nothing stays open.</exception>
    public static AfXdpPortSet Open(IReadOnlyList<InterfaceQueue> queues, AfXdpOptions options)
    {
        if (queues.Count == 0)
            throw new ArgumentException("a worker without a queue", nameof(queues));
        AfXdpOptions.Validate(options);
        return options.Mode switch
        {
            AfXdpMode.Copy => OpenAll(queues, options, zeroCopy: false, "copy mode, as configured"),
            AfXdpMode.ZeroCopy => OpenAll(queues, options, zeroCopy: true, "zero-copy mode, as configured"),
            _ => OpenBest(queues, options),
        };
    }

    /// <summary>Where every chunk is. Call it from the worker's thread.</summary>
    /// <param name="held">Chunks that the caller holds.</param>
    public FrameAccount Account(long held)
    {
        long fill = 0, receive = 0, transmit = 0, completion = 0, inFlight = 0;
        foreach (AfXdpSocket socket in _sockets)
        {
            fill += socket.Fill.Count;
            receive += socket.Receive.Count;
            transmit += socket.Transmit.Count;
            completion += socket.Completion.Count;
            inFlight += socket.InFlight;
        }

        return new FrameAccount
        {
            Total = Umem.ChunkCount,
            Free = Pool.Free,
            InFillRings = fill,
            InReceiveRings = receive,
            InTransmitRings = transmit,
            InCompletionRings = completion,
            InFlight = inFlight,
            Held = held,
        };
    }

    /// <summary>
    /// Comes to rest before the sockets are closed: sends what is waiting and takes back what was sent. Steering must have been taken off the interfaces
    /// before; frames that still came in meanwhile are left where they are, accounted for.
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
                quiet &= socket.TransmitCustody == (stuck ? socket.Transmit.Count : 0);
            }

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

    private static AfXdpPortSet OpenBest(IReadOnlyList<InterfaceQueue> queues, AfXdpOptions options)
    {
        string reason;
        try
        {
            return OpenAll(queues, options, zeroCopy: true, "zero-copy mode, as all the drivers offer it");
        }
        catch (SystemCallException refusal) when (refusal.Errno is Errno.EOPNOTSUPP or Errno.ENOTSUPP or Errno.EINVAL or Errno.ENOSYS)
        {
            // EINVAL too: drivers give it for a queue or a chunk size that their zero-copy can't do. If it had another cause, copy mode fails by it as well.
            reason = $"copy mode, as zero-copy was refused on {refusal.Target}: {refusal.Errno}";
        }

        return OpenAll(queues, options, zeroCopy: false, reason);
    }

    private static AfXdpPortSet OpenAll(IReadOnlyList<InterfaceQueue> queues, AfXdpOptions options, bool zeroCopy, string reason)
    {
        Umem umem = new(options.ChunkSize, checked(options.ChunksPerQueue * queues.Count));
        List<AfXdpSocket> sockets = [];
        try
        {
            foreach (InterfaceQueue queue in queues)
                sockets.Add(AfXdpSocket.Open(umem, queue, options, zeroCopy, sockets.Count == 0 ? null : sockets[0]));
            return new AfXdpPortSet(umem, [.. sockets], options, reason);
        }
        catch
        {
            sockets.ForEach(socket => socket.Dispose());
            umem.Dispose();
            throw;
        }
    }
}
