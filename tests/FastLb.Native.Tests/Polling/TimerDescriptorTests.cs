using System.Diagnostics;
using FastLb.Native.Polling;

namespace FastLb.Native.Tests.Polling;

public sealed class TimerDescriptorTests : IDisposable
{
    private const int Patience = 10_000; // milliseconds
    private static readonly TimeSpan Distant = TimeSpan.FromHours(1);

    private readonly TimerDescriptor _timer = TimerDescriptor.Create();
    private readonly PollSet _poll;

    public TimerDescriptorTests() => _poll = new PollSet(_timer.Descriptor);

    private static TimeSpan Now => Stopwatch.GetElapsedTime(0);

    public void Dispose() => _timer.Dispose();

    [Fact]
    public void Timer_is_due_at_its_time_on_the_stopwatchs_clock_and_not_before()
    {
        TimeSpan due = Now + TimeSpan.FromMilliseconds(50);
        _timer.Arm(due);

        Assert.Equal(1, _poll.Wait(Patience));

        Assert.True(Now >= due);
        Assert.Equal(PollEvents.Readable, _poll[0]);
        Assert.True(_timer.Clear());
        Assert.Equal(0, _poll.Wait(0));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(1)]
    public void Time_that_has_passed_is_due_at_once(long ticks)
    {
        _timer.Arm(TimeSpan.FromTicks(ticks));

        Assert.Equal(1, _poll.Wait(Patience));
        Assert.True(_timer.Clear());
    }

    [Fact]
    public void Later_time_replaces_an_earlier_one_even_when_due()
    {
        _timer.Arm(Now);
        Assert.Equal(1, _poll.Wait(Patience));

        _timer.Arm(Now + Distant);

        Assert.Equal(0, _poll.Wait(0));
        Assert.False(_timer.Clear());
    }

    [Fact]
    public void Disarmed_timer_is_never_due()
    {
        Assert.Equal(0, _poll.Wait(0));
        _timer.Arm(TimeSpan.Zero);
        Assert.Equal(1, _poll.Wait(Patience));

        _timer.Disarm();

        Assert.Equal(0, _poll.Wait(0));
        Assert.False(_timer.Clear());
    }

    [Fact]
    public void Nothing_is_allocated()
    {
        Use();

        long before = GC.GetAllocatedBytesForCurrentThread();
        Use();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void Use()
        {
            _timer.Arm(TimeSpan.Zero);
            _poll.Wait(Patience);
            _timer.Clear();
            _timer.Disarm();
        }
    }
}
