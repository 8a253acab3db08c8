using System.Security.Cryptography;
using FastLb.Configuration.Model;
using Microsoft.Extensions.Logging;

namespace FastLb.Bfd.Hosting;

/// <summary>
/// Runs the BFD sessions of a configuration (RFC 5880 to 5883, asynchronous mode) on a thread of its own with real-time scheduling, in the network namespace of the thread that calls
/// <see cref="Start"/>. Sessions are told apart by their names, which are unique. Whom a session's state concerns (<see cref="BfdSession.Listeners"/>) is for the receiver of
/// events to say. Any thread may call any member.
/// </summary>
public sealed class BfdHost : IDisposable
{
    private readonly SessionTable _sessions = new();
    private readonly DiscardCounters _strays = new();
    private readonly Action<BfdEvent> _changed;
    private readonly Action<Exception>? _failed;
    private readonly ThreadLog _log;
    private readonly Receivers _receivers;
    private readonly SessionThread _thread;
    private volatile bool _isEnding;

    /// <param name="sessions">What to run from <see cref="Start"/> on.</param>
    /// <param name="changed">
    /// Told each time that a session becomes up, or is so no longer, also because a reload has it end; not by <see cref="Dispose"/>. Sessions begin as down, which is not told.
    /// The sessions' thread calls it, so it must not block nor throw.
    /// </param>
    /// <param name="log">For what happens; written to by another thread.</param>
    /// <param name="failed">Called by the sessions' thread when it can't go on, after all sessions that were up have been told to be down.</param>
    /// <param name="time">For the time of day that is shown; the system's unless given.</param>
    public BfdHost(IReadOnlyList<BfdSession> sessions, Action<BfdEvent> changed, ILogger log, Action<Exception>? failed = null, TimeProvider? time = null)
    {
        _changed = changed;
        _failed = failed;
        _log = new ThreadLog(log);
        _receivers = new Receivers(_log);
        var random = new Random(RandomNumberGenerator.GetInt32(int.MaxValue));
        _thread = new SessionThread(_sessions, new SessionSurroundings(_receivers, random, time ?? TimeProvider.System, Publish, _log), _strays, Fail);
        _thread.Become(sessions);
    }

    /// <summary>How all sessions stand, in the order of the configuration; none before the thread has begun.</summary>
    public IReadOnlyList<BfdStatus> Statuses => [.. _sessions.All.Select(session => session.Status)];

    /// <summary>Packets that were for no session, by reason.</summary>
    public IReadOnlyDictionary<BfdDiscardReason, long> Strays => _strays.Read();

    /// <summary>Begins to speak. A port that another program has is tried again until it is free, which the sessions' <see cref="BfdStatus.Obstacle"/> says.</summary>
    public void Start() => _thread.Start();

    /// <summary>
    /// Goes on by another configuration, as soon as the thread gets to it. A session with the same name, neighbour, source and port keeps its state, and tells its neighbour of other
    /// intervals by a poll sequence; another one ends, as by <see cref="Dispose"/>, and begins anew.
    /// </summary>
    public void Reload(IReadOnlyList<BfdSession> sessions) => _thread.Become(sessions);

    /// <summary>Tells the neighbours of all sessions that these end on purpose (AdminDown), which none of them takes for a failure of this host, and ends the thread.</summary>
    public void Dispose()
    {
        if (_isEnding)
            return;
        _isEnding = true;
        _thread.Become([]);
        _thread.Dispose();
        foreach (RunningSession session in _sessions.All)
            session.Dispose(); // those of a thread that had failed
        _receivers.Dispose();
        _log.Dispose();
    }

    private void Publish(BfdEvent happened)
    {
        if (!_isEnding)
            _changed(happened);
    }

    private void Fail(Exception fault)
    {
        _log.Critical($"BFD can't go on: {fault}");
        foreach (RunningSession session in _sessions.All)
            session.GiveUp();
        _failed?.Invoke(fault);
    }
}
