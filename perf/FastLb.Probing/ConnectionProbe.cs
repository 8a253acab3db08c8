using System.Diagnostics;
using System.Net;

namespace FastLb.Probing;

/// <summary>
/// Makes a new connection to a web server at a steady pace and records how each went. The pace is kept by a thread of its own, which also
/// measures how late it is itself; a beat that is missed is left out, never made up for by a burst.
/// </summary>
public sealed class ConnectionProbe : IAsyncDisposable
{
    private readonly IPEndPoint _target;
    private readonly TimeSpan _every;
    private readonly TimeSpan _limit;
    private readonly Action? _enter;
    private readonly long _origin = Stopwatch.GetTimestamp();
    private readonly ManualResetEvent _stopping = new(initialState: false);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Both belong to the probe's thread until it has ended.
    private readonly List<Task<ConnectionAttempt>> _attempts = [];
    private readonly List<Delay> _delays = [];

    private ConnectionProbe(IPEndPoint target, TimeSpan every, TimeSpan limit, Action? enter)
    {
        (_target, _every, _limit, _enter) = (target, every, limit, enter);
        StartedAt = TimeProvider.System.GetUtcNow();
    }

    /// <summary>Below a second no SYN is repeated: an attempt tells of the moment at which it was made.</summary>
    public static TimeSpan DefaultLimit { get; } = TimeSpan.FromMilliseconds(500);

    public DateTimeOffset StartedAt { get; }

    /// <summary>Time on the probe's clock, in which its report is written.</summary>
    public TimeSpan Now => Stopwatch.GetElapsedTime(_origin);

    /// <param name="every">From one connection to the next.</param>
    /// <param name="limit">Within which an attempt must have its answer.</param>
    /// <param name="enter">Run first on the thread that opens all sockets: what binds it to a network namespace.</param>
    public static ConnectionProbe Start(IPEndPoint target, TimeSpan every, TimeSpan limit, Action? enter = null)
    {
        ConnectionProbe probe = new(target, every, limit, enter);
        new Thread(probe.Run) { IsBackground = true, Name = "connection probe" }.Start();
        return probe;
    }

    /// <summary>Ends the probe, waits for the attempts that are under way, and reports. May be called again.</summary>
    public async Task<ProbeReport> Stop()
    {
        _stopping.Set();
        await _ended.Task;
        return ProbeReport.Of(StartedAt, await Task.WhenAll(_attempts), _delays, _limit);
    }

    public async ValueTask DisposeAsync()
    {
        _stopping.Set();
        // A fault of the thread is Stop's to report; here it has only to be over.
        await _ended.Task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await ((Task)Task.WhenAll(_attempts)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private void Run()
    {
        try
        {
            _enter?.Invoke();
            TimeSpan due = Now;
            while (!_stopping.WaitOne(UntilDue(due)))
            {
                TimeSpan start = Now;
                _delays.Add(new Delay(due, start));
                _attempts.Add(Attempt(start));
                due += _every * (Math.Floor((start - due) / _every) + 1);
            }

            _ended.SetResult();
        }
        catch (Exception fault)
        {
            _ended.SetException(fault);
        }
    }

    /// <summary>Whole milliseconds, rounded up: the wait's resolution.</summary>
    private TimeSpan UntilDue(TimeSpan due) =>
        TimeSpan.FromMilliseconds(Math.Max(0, Math.Ceiling((due - Now).TotalMilliseconds)));

    private async Task<ConnectionAttempt> Attempt(TimeSpan start)
    {
        (AttemptOutcome outcome, string text) = await HttpAttempt.Make(_target, _limit);
        return new ConnectionAttempt(start, Now - start, outcome, text);
    }
}
