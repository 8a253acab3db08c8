using FastLb.Bench.Measures;

namespace FastLb.Bench.Tests;

public sealed class ProcessorTimeTests
{
    [Fact]
    public void Busy_is_what_is_not_idle_of_all_processors()
    {
        ProcessorTime before = new(TimeSpan.FromSeconds(100), 4), after = new(TimeSpan.FromSeconds(103), 4);

        Assert.Equal(TimeSpan.FromSeconds(5), after.BusySince(before, TimeSpan.FromSeconds(2)));
    }

    [Fact]
    public void Kernel_tells_of_each_processor()
    {
        Assert.Equal(File.ReadLines("/proc/cpuinfo").Count(line => line.StartsWith("processor", StringComparison.Ordinal)), ProcessorTime.Read().Processors);
    }
}
