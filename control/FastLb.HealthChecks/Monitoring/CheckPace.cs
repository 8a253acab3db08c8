namespace FastLb.HealthChecks.Monitoring;

/// <summary>
/// The pace of one check: its pauses and probes by turns, as the one loop that makes it says, and what others want of that. Whoever is in a hurry cuts a pause short;
/// there is never more than one probe at a time. Any thread.
/// </summary>
public sealed class CheckPace
{
    private readonly Lock _gate = new();
    private TimeProvider _clock = TimeProvider.System;
    private CheckPhase _phase;
    private TimeSpan _pause;
    private long _began; // the pause or the probe, as a timestamp of the clock
    private TaskCompletionSource _pauseEnd = NewPause();
    private TaskCompletionSource<ProbeAttempt>? _awaited;

    /// <summary>Where the check stands.</summary>
    public CheckProgress Read()
    {
        lock (_gate)
        {
            TimeSpan elapsed = _clock.GetElapsedTime(_began);
            return _phase switch
            {
                CheckPhase.Waiting => new CheckProgress(_phase, _pause > elapsed ? _pause - elapsed : TimeSpan.Zero),
                CheckPhase.Probing => new CheckProgress(_phase, elapsed),
                _ => default,
            };
        }
    }

    /// <summary>
    /// Has the check made now: a pause ends, and the next one begins after the probe as always. While a probe is under way there is no second one after it: that one's
    /// result is as good as new. What is found counts as at any other time.
    /// </summary>
    /// <returns>
    /// The probe that the pause makes way for, or that is under way, when its result has been taken; cancelled when there is none: the checks have not begun, or end before.
    /// </returns>
    public Task<ProbeAttempt> Hurry()
    {
        lock (_gate)
        {
            if (_phase == CheckPhase.Stopped)
                return Task.FromCanceled<ProbeAttempt>(new CancellationToken(canceled: true));
            _pauseEnd.TrySetResult();
            _awaited ??= new TaskCompletionSource<ProbeAttempt>(TaskCreationOptions.RunContinuationsAsynchronously);
            return _awaited.Task;
        }
    }

    /// <summary>Begins: the first pause is the next thing.</summary>
    /// <param name="clock">Measures pauses and probes.</param>
    /// <param name="pause">Zero, or what a timer takes.</param>
    internal void Start(TimeProvider clock, TimeSpan pause)
    {
        lock (_gate)
        {
            _clock = clock;
            Plan(pause);
        }
    }

    /// <summary>Waits for the planned pause's end, or until somebody is in a hurry. Called at once when a pause has been planned.</summary>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    internal async Task Wait(CancellationToken cancellation)
    {
        TaskCompletionSource end;
        TimeSpan pause;
        lock (_gate)
            (end, pause) = (_pauseEnd, _pause);
        if (pause == TimeSpan.Zero)
            return;
        await using ITimer timer = _clock.CreateTimer(static end => ((TaskCompletionSource)end!).TrySetResult(), end, pause, Timeout.InfiniteTimeSpan);
        await using CancellationTokenRegistration registration = cancellation.UnsafeRegister(
            static (end, token) => ((TaskCompletionSource)end!).TrySetCanceled(token), end);
        await end.Task;
    }

    /// <summary>A probe begins.</summary>
    internal void Begin()
    {
        lock (_gate)
            (_phase, _began) = (CheckPhase.Probing, _clock.GetTimestamp());
    }

    /// <summary>How long the probe under way has taken so far.</summary>
    internal TimeSpan Elapsed() => _clock.GetElapsedTime(_began);

    /// <summary>The probe has ended and its result has been taken.</summary>
    /// <param name="attempt">For those in a hurry.</param>
    /// <param name="pause">Until the next one; what a timer takes.</param>
    internal void End(ProbeAttempt attempt, TimeSpan pause)
    {
        lock (_gate)
        {
            Plan(pause);
            _awaited?.TrySetResult(attempt);
            _awaited = null;
        }
    }

    /// <summary>Ends: there is no probe any more.</summary>
    internal void Stop()
    {
        lock (_gate)
        {
            _phase = CheckPhase.Stopped;
            _awaited?.TrySetCanceled();
            _awaited = null;
        }
    }

    // At once after a probe: a hurry that comes before the loop waits must find the pause that it ends.
    private void Plan(TimeSpan pause)
    {
        _pauseEnd = NewPause();
        (_phase, _pause, _began) = (CheckPhase.Waiting, pause, _clock.GetTimestamp());
    }

    private static TaskCompletionSource NewPause() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
