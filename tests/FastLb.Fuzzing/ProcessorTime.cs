using System.Runtime.InteropServices;

namespace FastLb.Fuzzing;

/// <summary>The processor time of the calling thread, which other programs and threads don't count in.</summary>
internal static partial class ProcessorTime
{
    private const int ThreadClock = 3; // CLOCK_THREAD_CPUTIME_ID of clock_gettime(2)

    public static TimeSpan Read()
    {
        if (GetTime(ThreadClock, out Timespec time) != 0) throw new InvalidOperationException($"clock_gettime: error {Marshal.GetLastPInvokeError()}");
        return new TimeSpan((time.Seconds * TimeSpan.TicksPerSecond) + (time.Nanoseconds / TimeSpan.NanosecondsPerTick));
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime", SetLastError = true)]
    private static partial int GetTime(int clock, out Timespec time);

    [StructLayout(LayoutKind.Sequential)]
    private struct Timespec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
