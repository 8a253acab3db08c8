using System.Threading.Channels;

namespace FastLb.HealthChecks.Monitoring;

/// <summary>Calls back at a moment that may be put off or brought forward at any time.</summary>
/// <param name="clock">Measures the time.</param>
internal sealed class StepTimer(TimeProvider clock)
{
    private readonly Lock _gate = new();
    private readonly Channel<bool> _moved =
        Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    private TimeSpan? _next;

    /// <summary>Sets the moment. Any thread.</summary>
    /// <param name="next">As <see cref="Moment.Running"/>; null for never.</param>
    public void Set(TimeSpan? next)
    {
        lock (_gate)
        {
            if (next == _next)
                return;
            _next = next;
        }

        _moved.Writer.TryWrite(true);
    }

    /// <summary>Calls <paramref name="due"/> at the moment, each time that there is another, until cancelled. <paramref name="due"/> sets the next.</summary>
    public async Task Run(Action due, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            if (await IsDue(cancellation))
                due();
        }
    }

    /// <summary>Waits for the moment, or until it is set anew.</summary>
    private async Task<bool> IsDue(CancellationToken cancellation)
    {
        TimeSpan? wait;
        lock (_gate)
            wait = _next - Moment.Of(clock).Running;
        if (wait <= TimeSpan.Zero)
            return true;
        using CancellationTokenSource end = wait is { } span ? new CancellationTokenSource(TimerSpan.Of(span), clock) : new CancellationTokenSource();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(end.Token, cancellation);
        try
        {
            await _moved.Reader.ReadAsync(either.Token);
            return false;
        }
        catch (OperationCanceledException)
        {
            return !cancellation.IsCancellationRequested;
        }
    }
}
