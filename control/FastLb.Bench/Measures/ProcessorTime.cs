using System.Globalization;

namespace FastLb.Bench.Measures;

/// <summary>
/// Time that the machine's processors were not idle, whatever they did: what forwards a packet runs in interrupts, in the kernel's threads and in processes, and is
/// charged to whom it meets. From the idle time of proc(5), <c>/proc/stat</c>, which is measured and not sampled, in units of 10 ms; time that a hypervisor took away is idle, too.
/// </summary>
internal readonly record struct ProcessorTime(TimeSpan Idle, int Processors)
{
    private const int TicksPerSecond = 100; // USER_HZ, on every architecture that .NET runs on
    private const int IdleField = 4, WaitingField = 5, StolenField = 8;

    /// <summary>The time now.</summary>
    public static ProcessorTime Read()
    {
        int processors = 0;
        long idle = 0;
        foreach (string line in File.ReadLines("/proc/stat").TakeWhile(line => line.StartsWith("cpu", StringComparison.Ordinal)))
        {
            string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields[0] == "cpu")
                idle = Number(fields[IdleField]) + Number(fields[WaitingField]) + Number(fields[StolenField]);
            else
                processors++;
        }

        return new ProcessorTime(TimeSpan.FromSeconds((double)idle / TicksPerSecond), processors);
    }

    /// <summary>Busy time of all processors together since <paramref name="earlier"/>.</summary>
    /// <param name="earlier">Read before.</param>
    /// <param name="elapsed">What the clock says has passed.</param>
    public TimeSpan BusySince(ProcessorTime earlier, TimeSpan elapsed) => (elapsed * Processors) - (Idle - earlier.Idle);

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
