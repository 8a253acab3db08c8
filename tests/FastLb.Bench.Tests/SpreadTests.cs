using FastLb.Bench.Measures;

namespace FastLb.Bench.Tests;

public sealed class SpreadTests
{
    [Fact]
    public void Median_of_an_even_number_is_between_the_two_in_the_middle()
    {
        Assert.Equal(new Spread(2.5, 1, 9), Spread.Of([9, 2, 3, 1]));
        Assert.Equal(new Spread(2, 1, 3), Spread.Of([3, 1, 2]));
        Assert.Equal(new Spread(7, 7, 7), Spread.Of([7]));
    }

    [Fact]
    public void Percentile_is_the_figure_that_so_many_are_not_above()
    {
        double[] hundred = [.. Enumerable.Range(1, 100).Select(number => (double)number)];

        Assert.Equal([50, 99, 100, 1], [Spread.Percentile(hundred, 0.5), Spread.Percentile(hundred, 0.99), Spread.Percentile(hundred, 0.999), Spread.Percentile(hundred, 0.001)]);
        Assert.Equal(4, Spread.Percentile([4], 0.5));
    }
}
