using FastLb.Control.Events;
using Microsoft.Extensions.Time.Testing;

namespace FastLb.Control.Tests;

public sealed class EventLogTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
    private readonly EventLog _log;

    public EventLogTests() => _log = new EventLog(_time);

    [Fact]
    public void Events_are_numbered_and_dated()
    {
        _log.Add(EventKind.Vrrp, "VI_1", "BACKUP -> MASTER");
        _time.Advance(TimeSpan.FromSeconds(2));
        _log.Add(EventKind.Process, "dataplane", "gone");

        Assert.Equal(
            [
                new DirectorEvent(1, _time.Start, EventKind.Vrrp, "VI_1", "BACKUP -> MASTER"),
                new DirectorEvent(2, _time.Start.AddSeconds(2), EventKind.Process, "dataplane", "gone"),
            ],
            _log.Read());
    }

    [Fact]
    public void Oldest_events_go_beyond_the_capacity()
    {
        AddMany(EventLog.Capacity + 5);

        Assert.Equal(Enumerable.Range(6, EventLog.Capacity).Select(i => (long)i), _log.Read().Select(happened => happened.Sequence));
    }

    [Fact]
    public async Task Follower_gets_what_is_kept_and_then_each_event_once()
    {
        AddMany(3);
        await using IAsyncEnumerator<DirectorEvent> follower = Follow(TestContext.Current.CancellationToken);
        Assert.Equal(1, await Next(follower));
        AddMany(2); // while it still reads what was kept

        for (long expected = 2; expected <= 5; expected++)
            Assert.Equal(expected, await Next(follower));
        Task<long> waiting = Next(follower);
        Assert.False(waiting.IsCompleted);
        AddMany(1);

        Assert.Equal(6, await waiting);
    }

    [Fact]
    public async Task Slow_follower_loses_the_oldest_and_sees_that_by_the_numbers()
    {
        AddMany(1);
        await using IAsyncEnumerator<DirectorEvent> follower = Follow(TestContext.Current.CancellationToken);
        Assert.Equal(1, await Next(follower));

        AddMany(1500);

        Assert.Equal(502, await Next(follower));
        for (long expected = 503; expected <= 1501; expected++)
            Assert.Equal(expected, await Next(follower));
    }

    [Fact]
    public async Task Followers_do_not_take_events_from_each_other()
    {
        AddMany(1);
        await using IAsyncEnumerator<DirectorEvent> one = Follow(TestContext.Current.CancellationToken);
        await using IAsyncEnumerator<DirectorEvent> other = Follow(TestContext.Current.CancellationToken);
        Assert.Equal((1, 1), (await Next(one), await Next(other)));

        AddMany(2);

        Assert.Equal((2, 3), (await Next(one), await Next(one)));
        Assert.Equal((2, 3), (await Next(other), await Next(other)));
    }

    [Fact]
    public async Task Following_ends_with_its_cancellation_and_disturbs_no_other()
    {
        AddMany(1);
        using var giveUp = new CancellationTokenSource();
        IAsyncEnumerator<DirectorEvent> ending = Follow(giveUp.Token);
        await using IAsyncEnumerator<DirectorEvent> other = Follow(TestContext.Current.CancellationToken);
        await Next(ending);
        await Next(other);
        Task<long> waiting = Next(ending);

        await giveUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await ending.DisposeAsync();
        AddMany(1);
        Assert.Equal(2, await Next(other));
    }

    private static async Task<long> Next(IAsyncEnumerator<DirectorEvent> follower)
    {
        Assert.True(await follower.MoveNextAsync().AsTask().WaitAsync(Patience));
        return follower.Current.Sequence;
    }

    private IAsyncEnumerator<DirectorEvent> Follow(CancellationToken cancellation) => _log.Follow(cancellation).GetAsyncEnumerator(cancellation);

    private void AddMany(int count)
    {
        for (int i = 0; i < count; i++)
            _log.Add(EventKind.Health, "192.0.2.7:80", "up");
    }
}
