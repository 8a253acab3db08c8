using FastLb.Configuration.Model;
using FastLb.HealthChecks.Servers;

namespace FastLb.HealthChecks.Tests.Servers;

public sealed class WeightRampTests
{
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(-5, 1)]
    [InlineData(0, 1)]
    [InlineData(2.9, 1)]
    [InlineData(3, 2)]
    [InlineData(15, 6)]
    [InlineData(29.9, 10)]
    [InlineData(30, 10)]
    [InlineData(1e9, 10)]
    public void Each_tenth_of_the_time_adds_a_tenth(double seconds, int share) => Assert.Equal(share, WeightRamp.ShareAfter(TimeSpan.FromSeconds(seconds), Length));

    [Fact]
    public void A_share_ends_where_the_next_begins()
    {
        for (int ticks = 11; ticks < 60; ticks++)
        {
            var length = new TimeSpan(ticks);
            for (int share = 1; share < WeightRamp.Steps; share++)
            {
                TimeSpan end = WeightRamp.EndOf(share, length)!.Value;
                Assert.True(WeightRamp.ShareAfter(end, length) > share, $"{share} of {ticks}");
                Assert.True(WeightRamp.ShareAfter(end - new TimeSpan(1), length) <= share, $"{share} of {ticks}");
            }
        }

        Assert.Null(WeightRamp.EndOf(WeightRamp.Steps, Length));
    }

    [Theory]
    [InlineData("1 1", "10 10", 1)]
    [InlineData("1 1", "10 1", 10)]
    [InlineData("100 1", "1 10", 1)]
    [InlineData("100 1", "10 1", 10)]
    [InlineData("3 7", "1 1", 4)]
    [InlineData("0 7", "1 10", 1)]
    [InlineData("2147483647 1", "10 1", 1)]
    [InlineData("1000000000 1", "10 1", 2)]
    public void Weights_are_scaled_so_that_a_tenth_is_a_whole_number_and_the_greatest_still_fits(string weights, string shares, int scale) =>
        Assert.Equal(scale, WeightRamp.ScaleOf(Numbers(weights), Numbers(shares), Scheduler.WeightedRoundRobin));

    [Theory]
    [InlineData(Scheduler.RoundRobin)]
    [InlineData(Scheduler.SourceHashing)]
    [InlineData(Scheduler.WeightedFailover)]
    [InlineData(Scheduler.WeightedOverflow)]
    [InlineData(Scheduler.LocalityBasedLeastConnection)]
    public void Nothing_is_scaled_for_schedulers_to_which_the_proportion_says_nothing(Scheduler scheduler) =>
        Assert.Equal(1, WeightRamp.ScaleOf([1, 1], [1, 10], scheduler));

    [Theory]
    [InlineData(0, 1, 10, 0)]
    [InlineData(1, 1, 10, 1)]
    [InlineData(1, 10, 10, 10)]
    [InlineData(7, 3, 4, 8)]
    [InlineData(1, 1, 1, 1)]
    [InlineData(int.MaxValue, 10, 1, int.MaxValue)]
    public void A_server_has_a_share_of_its_weight_and_never_none(int weight, int share, int scale, int reduced) => Assert.Equal(reduced, WeightRamp.Reduce(weight, share, scale));

    private static int[] Numbers(string text) => [.. text.Split(' ').Select(int.Parse)];
}
