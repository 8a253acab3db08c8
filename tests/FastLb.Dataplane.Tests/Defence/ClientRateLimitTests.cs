using CsCheck;
using FastLb.Dataplane.Defence;

namespace FastLb.Dataplane.Tests.Defence;

public sealed class ClientRateLimitTests
{
    private const ulong Seed = 0x9E37_79B9_7F4A_7C15;

    private static readonly MonotonicTime Start = MonotonicTime.FromSeconds(1_000_000);

    /// <summary>Against a bucket kept in whole nanoseconds, at rates that divide a second.</summary>
    [Fact]
    public void Client_gets_what_a_bucket_of_tokens_gives() =>
        Gen.Select(Gen.Int[0, 5].Select(power => (int)Math.Pow(10, power)), Gen.Int[1, 20], Gen.Long[0, 3_000_000_000].Array[1, 200]).Sample(
            (perSecond, burst, pauses) =>
            {
                var limit = new ClientRateLimit(perSecond, burst, 32, Seed);
                long interval = 1_000_000_000L / perSecond;
                MonotonicTime now = Start;
                long full = 0;
                foreach (long pause in pauses)
                {
                    now += TimeSpan.FromMicroseconds(pause % 7 == 0 ? 0 : pause / perSecond / 1000);
                    long wait = Math.Max(0, full - now.Nanoseconds);
                    bool expected = wait <= (burst - 1) * interval;
                    if (expected)
                        full = now.Nanoseconds + wait + interval;
                    Assert.Equal(expected, limit.TryTake(7, now));
                }
            },
            iter: 300);

    [Fact]
    public void Clients_of_one_prefix_share_a_bucket_and_others_have_their_own()
    {
        var limit = new ClientRateLimit(1, 3, 24, Seed);

        Assert.Equal([true, true, true, false, false], Enumerable.Range(1, 5).Select(host => limit.TryTake(0xC000_0200 + (uint)host, Start)));
        Assert.True(limit.TryTake(0xC000_0300, Start));
        Assert.True(limit.TryTake(0xC000_0201, Start + TimeSpan.FromSeconds(1)));
        Assert.False(limit.TryTake(0xC000_0202, Start + TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void Workers_together_grant_no_more_than_one_would()
    {
        const int burst = 5000;
        var limit = new ClientRateLimit(1, burst, 32, Seed);
        int granted = 0;
        Thread[] workers = [.. Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            for (int attempt = 0; attempt < burst; attempt++)
            {
                if (limit.TryTake(7, Start))
                    Interlocked.Increment(ref granted);
            }
        }))];
        foreach (Thread worker in workers)
            worker.Start();
        foreach (Thread worker in workers)
            worker.Join();

        Assert.Equal(burst, granted);
    }

    /// <summary>As many others as there is room for, each with one flow, do not make a client forgotten that is held back.</summary>
    [Fact]
    public void Client_that_is_held_back_stays_so_when_many_others_come()
    {
        var limit = new ClientRateLimit(1, 50, 32, Seed);
        while (limit.TryTake(uint.MaxValue, Start))
            Assert.True(limit.TryTake(uint.MaxValue - 1, Start));

        for (uint other = 0; other < ClientRateLimit.Clients; other++)
            Assert.True(limit.TryTake(other, Start));

        Assert.False(limit.TryTake(uint.MaxValue, Start));
    }

    /// <summary>Times are kept in 48 bits.</summary>
    [Theory]
    [InlineData(100)]
    [InlineData(150)]
    [InlineData(203)]
    [InlineData(1000)]
    public void Client_that_comes_back_after_a_long_time_has_a_full_bucket(int days)
    {
        var limit = new ClientRateLimit(10, 2, 32, Seed);
        while (limit.TryTake(7, Start))
            Assert.True(true);
        MonotonicTime later = Start + TimeSpan.FromDays(days);

        Assert.Equal([true, true, false], Enumerable.Range(0, 3).Select(_ => limit.TryTake(7, later)));
    }
}
