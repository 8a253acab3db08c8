using FastLb.HealthChecks.Pools;

namespace FastLb.HealthChecks.Tests.Pools;

public sealed class QuorumTests
{
    // For weights one after another: + the quorum is there, - it is not.
    [Theory]
    [InlineData(1, 0, "0", "-")]
    [InlineData(1, 0, "1 0 1", "+-+")]
    [InlineData(3, 0, "3 2 3 2", "+-+-")]
    [InlineData(4, 2, "5 6 5 4 3 2 1 2 5 6", "-+++++---+")] // gained at 6, lost below 2
    [InlineData(2, 1, "3 1 0 1 2 3", "++---+")]
    [InlineData(1, 0, "0 0 1", "--+")]
    [InlineData(4_294_967_295, 4_294_967_294, "8589934589 1 0", "++-")]
    [InlineData(4_294_967_295, 4_294_967_294, "4294967295", "-")] // a service that starts must gain it
    public void Follows_the_weight_with_hysteresis(uint quorum, uint hysteresis, string weights, string expected)
    {
        bool? holds = null;
        string seen = string.Empty;
        foreach (string weight in weights.Split(' '))
        {
            holds = Quorum.Holds(holds, long.Parse(weight), quorum, hysteresis);
            seen += holds.Value ? '+' : '-';
        }

        Assert.Equal(expected, seen);
    }
}
