using FastLb.Configuration.Model;
using FastLb.HealthChecks.Monitoring;

namespace FastLb.HealthChecks.Checkers;

/// <summary>
/// How long a probe may wait: for each of its steps, as in keepalived, and for all of them together, so that a server that says a byte now and then isn't waited
/// for forever. One probe's, begun with it.
/// </summary>
internal sealed class ProbeDeadline : IDisposable
{
    /// <summary>The steps of the longest conversation, of SMTP: connecting, and three replies.</summary>
    private const int Steps = 4;

    private readonly CancellationTokenSource _source;
    private readonly CancellationTokenRegistration _registration;
    private readonly TimeProvider _clock;
    private readonly TimeSpan _step;
    private readonly TimeSpan _whole;
    private readonly long _began;
    private bool _isLastStep;

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

    /// <summary>
    /// That of a check with several steps: each as long as connecting may take, all together as long as <see cref="Steps"/> of them, or the period if that is longer. Who keeps within the
    /// steps passes, then, as in keepalived, unless it is by sending its answer in driblets.
    /// </summary>
    public static ProbeDeadline OfConversation(NetworkCheck check, TimeProvider clock, CancellationToken cancellation)
    {
        TimeSpan step = check.Endpoint.ConnectTimeout;
        return new ProbeDeadline(step, Steps * step > check.Timing.Period ? Steps * step : check.Timing.Period, clock, cancellation);
    }

    /// <summary>Cancelled when the time is over, and with the probe.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>What is said of a server that has not answered in time.</summary>
    public string Fault => _isLastStep ? $"not done within {Seconds(_whole)} s" : $"no answer within {Seconds(_step)} s";

    /// <summary>Begins another step.</summary>
    public void BeginStep()
    {
        TimeSpan left = _whole - _clock.GetElapsedTime(_began);
        _isLastStep = left < _step;
        if (left <= TimeSpan.Zero)
            _source.Cancel(); // a timer could be too late for who is always quick
        else
            _source.CancelAfter(TimerSpan.Of(_isLastStep ? left : _step));
    }

    public void Dispose()
    {
        _registration.Dispose();
        _source.Dispose();
    }

    private static string Seconds(TimeSpan span) => span.TotalSeconds.ToString("0.######", System.Globalization.CultureInfo.InvariantCulture);
}
