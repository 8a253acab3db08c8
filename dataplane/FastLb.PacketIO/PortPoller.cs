using FastLb.Native.Polling;

namespace FastLb.PacketIO;

/// <summary>
/// Where a worker sleeps when there is nothing to do: until a frame comes in by any of its ports, a port can send again, another thread wakes it, or the
/// time is over. Whether to sleep at all is the worker's decision. Dispose of it after the worker has ended.
/// </summary>
public sealed class PortPoller : IDisposable
{
    private readonly EventDescriptor _wake = EventDescriptor.Create();
    private readonly PollSet _set;

    private PortPoller(ReadOnlySpan<int> ports) => _set = new PollSet([.. ports, _wake.Descriptor]);

    /// <summary>A poller for a worker's ports; places in <paramref name="ports"/> number them.</summary>
    public static PortPoller For<TPort>(ReadOnlySpan<TPort> ports)
        where TPort : struct, IPacketPort
    {
        Span<int> descriptors = ports.Length <= 64 ? stackalloc int[ports.Length] : new int[ports.Length];
        for (int i = 0; i < ports.Length; i++)
            descriptors[i] = ports[i].PollDescriptor;
        return new PortPoller(descriptors);
    }

    /// <summary>Has the next waits end, too, when this port's transmit ring has room; call it with <see cref="IPacketPort.HasWaitingTransmits"/>.</summary>
    /// <remarks>While a frame waits for something else than room in the ring, such waits end at once: pass false then and wait a short time.</remarks>
    public void WatchTransmit(int port, bool watch) => _set.Want(port, watch ? PollEvents.Readable | PollEvents.Writable : PollEvents.Readable);

    /// <summary>Waits. In copy mode the call also has the kernel work off the transmit rings of the ports.</summary>
    /// <param name="milliseconds">0 only looks, -1 waits for ever.</param>
    public WaitOutcome Wait(int milliseconds)
    {
        if (_set.Wait(milliseconds) == 0)
            return WaitOutcome.TimedOut;
        WaitOutcome outcome = WaitOutcome.TimedOut;
        int wake = _set.Count - 1;
        for (int i = 0; i < wake; i++)
        {
            PollEvents events = _set[i];
            if ((events & (PollEvents.Readable | PollEvents.Writable)) != PollEvents.None)
                outcome |= WaitOutcome.Ready;
            if ((events & (PollEvents.Error | PollEvents.HangUp | PollEvents.Invalid)) != PollEvents.None)
                outcome |= WaitOutcome.Fault;
        }

        if (_set[wake] != PollEvents.None)
        {
            _wake.Clear();
            outcome |= WaitOutcome.Woken;
        }

        return outcome;
    }

    /// <summary>Ends the worker's wait, or its next one if it isn't waiting. Any thread; never blocks.</summary>
    public void Wake() => _wake.Set();

    public void Dispose() => _wake.Dispose();
}

/// <summary>Why a wait of <see cref="PortPoller"/> ended.</summary>
[Flags]
public enum WaitOutcome
{
    /// <summary>The time was over, or a signal came.</summary>
    TimedOut = 0,

    /// <summary>A port has frames, or room to send.</summary>
    Ready = 1,

    /// <summary>Another thread called <see cref="PortPoller.Wake"/>.</summary>
    Woken = 2,

    /// <summary>
    /// A port has an error: <see cref="IPacketPort.Probe"/> the ports. Not set when an interface is removed: the kernel's <c>xsk_poll</c> doesn't tell of
    /// errors, so an idle worker has to probe its ports now and then.
    /// </summary>
    Fault = 4,
}
