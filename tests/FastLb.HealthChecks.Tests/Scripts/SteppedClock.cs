using Microsoft.Extensions.Time.Testing;

namespace FastLb.HealthChecks.Tests.Scripts;

/// <summary>A clock that stands still until everybody waits for it, and then goes to the next instant that somebody waits for.</summary>
internal sealed class SteppedClock : FakeTimeProvider
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly List<DateTimeOffset> _armed = [];

    /// <summary>Time since the clock was made.</summary>
    public TimeSpan Elapsed => GetUtcNow() - Start;

    /// <summary>How many timers are armed.</summary>
    public int Armed
    {
        get
        {
            lock (_gate)
                return _armed.Count;
        }
    }

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime == Timeout.InfiniteTimeSpan)
            return base.CreateTimer(callback, state, dueTime, period);
        var armed = new ArmedTimer(this, GetUtcNow() + dueTime);
        armed.Timer = base.CreateTimer(
            inner =>
            {
                armed.Disarm();
                callback(inner);
            },
            state, dueTime, period);
        return armed;
    }

    /// <summary>Goes from instant to instant until <paramref name="end"/>, each time when <paramref name="waiting"/> timers are armed.</summary>
    public Task Run(int waiting, TimeSpan end) => Run(() => waiting, end);

    /// <summary>The same with a number that changes.</summary>
    public async Task Run(Func<int> waiting, TimeSpan end)
    {
        await Settle(waiting);
        while (NextInstant() is { } next && next <= end)
        {
            Advance(next - Elapsed);
            await Settle(waiting);
        }

        Advance(end - Elapsed);
    }

    /// <summary>Goes to the next instant, when <paramref name="waiting"/> timers are armed, and waits until they are again.</summary>
    public async Task Step(int waiting)
    {
        await Settle(() => waiting);
        Advance(NextInstant()!.Value - Elapsed);
        await Settle(() => waiting);
    }

    /// <summary>Waits until <paramref name="waiting"/> timers are armed.</summary>
    public Task Settle(int waiting) => Settle(() => waiting);

    private async Task Settle(Func<int> waiting)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (Armed != waiting())
        {
            Assert.False(limit.IsCancellationRequested, $"{Armed} timers are armed, never {waiting()}");
            await Task.Delay(1);
        }
    }

    private TimeSpan? NextInstant()
    {
        lock (_gate)
            return _armed.Count == 0 ? null : _armed.Min() - Start;
    }

    private sealed class ArmedTimer : ITimer
    {
        private readonly SteppedClock _clock;
        private readonly DateTimeOffset _due;
        private bool _isArmed = true;

        public ArmedTimer(SteppedClock clock, DateTimeOffset due)
        {
            (_clock, _due) = (clock, due);
            lock (clock._gate)
                clock._armed.Add(due);
        }

        public ITimer? Timer { get; set; }

        public void Disarm()
        {
            lock (_clock._gate)
            {
                if (_isArmed)
                    _clock._armed.Remove(_due);
                _isArmed = false;
            }
        }

        public bool Change(TimeSpan dueTime, TimeSpan period) => throw new NotSupportedException("The product's timers fire once.");

        public void Dispose()
        {
            Disarm();
            Timer?.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
