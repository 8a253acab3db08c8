using System.Collections.Concurrent;
using System.Diagnostics;
using FastLb.Configuration.Model;
using FastLb.Native.Bfd;
using FastLb.Native.Polling;
using FastLb.Native.Processes;

namespace FastLb.Bfd.Hosting;

/// <summary>
/// The thread that runs all sessions: it waits for packets, for the sessions' timers and for what other threads tell, and does nothing else, so that packets leave on time whatever
/// the process and the machine are busy with.
/// </summary>
internal sealed class SessionThread : IDisposable
{
    // As the thread that speaks VRRP: above ordinary work, below the kernel's own real-time threads.
    private const int RealtimePriority = 20;

    // A packet's Length is one octet.
    private const int LargestPacket = 256;

    // A flood must not keep packets from being sent.
    private const int PacketsAtOnce = 64;

    private readonly SessionTable _sessions;
    private readonly SessionSurroundings _surroundings;
    private readonly DiscardCounters _strays;
    private readonly Action<Exception> _failed;
    private readonly ConcurrentQueue<Action> _told = new();
    private readonly EventDescriptor _wake = EventDescriptor.Create();
    private readonly TimerDescriptor _timer = TimerDescriptor.Create();
    private readonly byte[] _payload = new byte[LargestPacket];
    private readonly Thread _thread;
    private PollSet? _poll;
    private volatile bool _ending;

    /// <param name="sessions">Belongs to the thread from <see cref="Start"/> on.</param>
    /// <param name="surroundings">What they share.</param>
    /// <param name="strays">Counts packets that are for none of them.</param>
    /// <param name="failed">Called when the thread can't go on.</param>
    public SessionThread(SessionTable sessions, SessionSurroundings surroundings, DiscardCounters strays, Action<Exception> failed)
    {
        _sessions = sessions;
        _surroundings = surroundings;
        _strays = strays;
        _failed = failed;
        _thread = new Thread(Run) { Name = "bfd", IsBackground = true };
    }

    /// <summary>CLOCK_MONOTONIC.</summary>
    public static TimeSpan Now() => Stopwatch.GetElapsedTime(0);

    public void Start() => _thread.Start();

    /// <summary>Has the thread do something. Any thread.</summary>
    public void Tell(Action action)
    {
        _told.Enqueue(action);
        _wake.Set();
    }

    /// <summary>Has the sessions be those of a configuration. Any thread.</summary>
    public void Become(IReadOnlyList<BfdSession> wanted) => Tell(() =>
    {
        _sessions.Become(wanted, _surroundings, Now());
        TakeReceivers();
    });

    /// <summary>Ends the thread after all that it has been told.</summary>
    public void End()
    {
        Tell(() => _ending = true);
        if (_thread.IsAlive)
            _thread.Join();
    }

    public void Dispose()
    {
        End();
        _wake.Dispose();
        _timer.Dispose();
    }

    private void Run()
    {
        try
        {
            ThreadScheduling.TryUseRealtime(RealtimePriority, out string explanation);
            _surroundings.Log.Information($"the thread that speaks BFD has {explanation}");
            while (!_ending)
                Turn();
        }
        catch (Exception fault)
        {
            _failed(fault);
        }
    }

    // Packets before timers: a thread that comes late must not take a neighbour for silent whose packets have arrived meanwhile.
    private void Turn()
    {
        _wake.Clear();
        while (_told.TryDequeue(out Action? action))
            action();
        for (int i = 0; i < Receivers.Count; i++)
            ReceiveArrived(i);
        TimeSpan now = Now();
        if (now >= _surroundings.Receivers.NextAttempt)
        {
            _surroundings.Receivers.OpenMissing(now);
            TakeReceivers();
        }

        TimeSpan next = _surroundings.Receivers.NextAttempt;
        foreach (RunningSession session in _sessions.All)
        {
            session.ActIfDue(Now());
            next = session.NextDeadline < next ? session.NextDeadline : next;
        }

        Sleep(next);
    }

    /// <summary>Sockets may have been opened or closed.</summary>
    private void TakeReceivers()
    {
        _poll = null;
        foreach (RunningSession session in _sessions.All)
            session.ShowObstacle();
    }

    private void ReceiveArrived(int index)
    {
        if (_surroundings.Receivers[index] is not { } receiver)
            return;
        for (int i = 0; i < PacketsAtOnce && receiver.TryReceive(_payload, out BfdDatagram datagram); i++)
            Heed(SessionLink.At(index), _payload.AsSpan(0, datagram.Length), datagram);
    }

    private void Heed(SessionLink link, ReadOnlySpan<byte> payload, in BfdDatagram datagram)
    {
        BfdDiscardReason reason = BfdPacketCheck.Check(payload, out BfdControlPacket packet);
        if (reason == BfdDiscardReason.None && _sessions.Find(link, packet, datagram, out reason) is { } session)
            session.Take(packet, datagram, Now());
        else
            _strays.Count(reason);
    }

    private void Sleep(TimeSpan until)
    {
        if (_ending)
            return;
        if (until == BfdSessionState.Never)
            _timer.Disarm();
        else
            _timer.Arm(until);
        _poll ??= PollAll();
        _poll.Wait(-1);
        _timer.Clear();
    }

    private PollSet PollAll() =>
        new([_wake.Descriptor, _timer.Descriptor, .. Enumerable.Range(0, Receivers.Count).Select(i => _surroundings.Receivers[i]?.Descriptor ?? -1)]);
}
