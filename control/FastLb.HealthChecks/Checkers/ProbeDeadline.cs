using FastLb.Configuration.Model;
using FastLb.HealthChecks.Monitoring;

namespace FastLb.HealthChecks.Checkers;

/// <summary>
/// How long a probe may wait: for each of its steps, as in keepalived, and for all of them together, so that a server that says a byte now and then isn't waited
/// for forever. One probe's, begun with it.
/// </summary>
internal sealed class ProbeDeadline : IDisposable
{
    private readonly CancellationTokenSource _source;
    private readonly CancellationTokenRegistration _registration;
    private readonly TimeProvider _clock;
    private readonly TimeSpan _step;
    private readonly TimeSpan _whole;
    private readonly long _began;

    /// <summary>Begins the first step.</summary>
    /// <param name="step">How long a step may take; not zero.</param>
    /// <param name="whole">How long all may take together.</param>
    /// <param name="clock">Measures it.</param>
    /// <param name="cancellation">Ends the probe at once.</param>
    public ProbeDeadline(TimeSpan step, TimeSpan whole, TimeProvider clock, CancellationToken cancellation)
    {
        (_step, _whole, _clock, _began) = (step, whole, clock, clock.GetTimestamp());
        _source = new CancellationTokenSource(TimerSpan.Of(step < whole ? step : whole), clock);
        _registration = cancellation.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _source);
    }

    /// <summary>That of a check with several steps: each as long as connecting may take, all no longer than the period, if that is more.</summary>
    public static ProbeDeadline OfConversation(NetworkCheck check, TimeProvider clock, CancellationToken cancellation)
    {
        TimeSpan step = check.Endpoint.ConnectTimeout;
        return new ProbeDeadline(step, step > check.Timing.Period ? step : check.Timing.Period, clock, cancellation);
    }

    /// <summary>Cancelled when the time is over, and with the probe.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>What is said of a server that has not answered in time.</summary>
    public string Fault => IsWholeOver ? $"not done within {Seconds(_whole)} s" : $"no answer within {Seconds(_step)} s";

    private bool IsWholeOver => _whole > _step && _clock.GetElapsedTime(_began) >= _whole;

    /// <summary>Begins another step.</summary>
    public void BeginStep()
    {
        TimeSpan left = _whole - _clock.GetElapsedTime(_began);
        if (left <= TimeSpan.Zero)
            _source.Cancel(); // a timer could be too late for who is always quick
        else
            _source.CancelAfter(TimerSpan.Of(left < _step ? left : _step));
    }

    public void Dispose()
    {
        _registration.Dispose();
        _source.Dispose();
    }

    private static string Seconds(TimeSpan span) => span.TotalSeconds.ToString("0.######", System.Globalization.CultureInfo.InvariantCulture);
}
