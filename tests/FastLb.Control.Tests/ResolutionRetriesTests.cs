using System.Net;
using FastLb.Control.Network;
using Microsoft.Extensions.Time.Testing;

namespace FastLb.Control.Tests;

public sealed class ResolutionRetriesTests
{
    private static readonly NeighbourKey Server = new(3, IPAddress.Parse("192.0.2.7"));
    private static readonly NeighbourKey OtherServer = Server with { Interface = 4 };

    private readonly FakeTimeProvider _time = new();
    private readonly ResolutionRetries _retries;

    public ResolutionRetriesTests() => _retries = new ResolutionRetries(_time);

    [Fact]
    public void Neighbour_is_asked_anew_four_times_within_half_a_second_and_then_left_to_the_kernel()
    {
        TimeSpan waited = TimeSpan.Zero;
        _retries.Begin(Server);

        for (int request = 0; request < 4; request++)
        {
            Assert.False(_retries.TryTakeDue(Server));
            TimeSpan pause = Assert.NotNull(_retries.UntilNext());
            waited += pause;
            _time.Advance(pause);
            Assert.Equal(TimeSpan.Zero, _retries.UntilNext());
            Assert.True(_retries.TryTakeDue(Server));
        }

        Assert.InRange(waited, TimeSpan.FromMilliseconds(400), TimeSpan.FromMilliseconds(500));
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Null(_retries.UntilNext());
        Assert.False(_retries.TryTakeDue(Server));
    }

    [Fact]
    public void Neighbour_that_has_answered_is_not_asked_anew_and_one_that_is_unknown_again_is()
    {
        _retries.Begin(Server);
        _retries.Keep(new HashSet<NeighbourKey>());
        Assert.Null(_retries.UntilNext());

        _retries.Begin(Server);
        Assert.NotNull(_retries.UntilNext());
    }

    [Fact]
    public void Others_that_wait_are_kept_and_the_soonest_counts()
    {
        _retries.Begin(Server);
        _time.Advance(TimeSpan.FromMilliseconds(20));
        _retries.Begin(OtherServer);
        Assert.Equal(TimeSpan.FromMilliseconds(10), _retries.UntilNext());

        _retries.Keep(new HashSet<NeighbourKey> { OtherServer });

        Assert.Equal(TimeSpan.FromMilliseconds(30), _retries.UntilNext());
    }
}
