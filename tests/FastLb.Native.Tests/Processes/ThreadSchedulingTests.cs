using System.Diagnostics;
using System.Globalization;
using System.Runtime.ExceptionServices;
using FastLb.Native.Processes;

namespace FastLb.Native.Tests.Processes;

public sealed class ThreadSchedulingTests
{
    private const int RoundRobin = 2;

    [Fact]
    public void Calling_thread_alone_gets_realtime_scheduling()
    {
        Scheduling before = Scheduling.Read();
        Scheduling child = default;

        (bool realtime, string explanation, Scheduling own) = OnThread(() =>
        {
            bool result = ThreadScheduling.TryUseRealtime(42, out string text);
            child = Scheduling.ReadOfChild();
            return (result, text, Scheduling.Read());
        });

        Assert.True(realtime, explanation);
        Assert.Equal("real-time scheduling (SCHED_RR) with priority 42", explanation);
        Assert.Equal(new Scheduling(RoundRobin, 42, own.Nice), own);
        Assert.Equal(before, child);
        Assert.Equal(before, Scheduling.Read());
    }

    [Fact]
    public void Thread_that_is_refused_gets_the_highest_ordinary_priority()
    {
        Scheduling before = Scheduling.Read();

        (bool realtime, string explanation, Scheduling own) = OnThread(() =>
        {
            RealtimeRestriction.Install();
            bool result = ThreadScheduling.TryUseRealtime(42, out string text);
            return (result, text, Scheduling.Read());
        });

        Assert.False(realtime);
        Assert.Equal(
            "no real-time scheduling: needs CAP_SYS_NICE, or RLIMIT_RTPRIO of 42 or more (LimitRTPRIO=42), and no RestrictRealtime=; has nice -20 instead",
            explanation);
        Assert.Equal(before with { Nice = -20 }, own);
        Assert.Equal(before, Scheduling.Read());
    }

    [Fact]
    public void Thread_without_any_right_stays_as_it_is()
    {
        (bool realtime, string explanation, Scheduling before, Scheduling after) = OnThread(() =>
        {
            ThreadCapabilities.Drop(ThreadCapabilities.CAP_SYS_NICE);
            Scheduling first = Scheduling.Read();
            bool result = ThreadScheduling.TryUseRealtime(1, out string text);
            return (result, text, first, Scheduling.Read());
        });

        Assert.False(realtime);
        Assert.EndsWith("; nice -20 was refused too (EACCES), the priority is as before", explanation, StringComparison.Ordinal);
        Assert.Equal(before, after);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    public void Priority_out_of_range_is_refused(int priority) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => ThreadScheduling.TryUseRealtime(priority, out _));

    [Fact]
    public void Calling_thread_alone_is_pinned_to_a_processor()
    {
        int[] before = ThreadScheduling.ReadAffinity();
        Assert.NotEmpty(before);
        foreach (int processor in before)
        {
            (Errno errno, int[] own) = OnThread(() => (ThreadScheduling.TryPin(processor), ThreadScheduling.ReadAffinity()));
            Assert.Equal(Errno.None, errno);
            Assert.Equal([processor], own);
        }

        Assert.Equal(before, ThreadScheduling.ReadAffinity());
    }

    [Fact]
    public void Pinning_to_a_processor_that_is_not_there_is_refused_and_changes_nothing()
    {
        (Errno errno, int[] before, int[] after) = OnThread(() =>
        {
            int[] first = ThreadScheduling.ReadAffinity();
            return (ThreadScheduling.TryPin(8191), first, ThreadScheduling.ReadAffinity());
        });

        Assert.Equal(Errno.EINVAL, errno);
        Assert.Equal(before, after);
    }

    private static T OnThread<T>(Func<T> function)
    {
        T result = default!;
        ExceptionDispatchInfo? fault = null;
        Thread thread = new(() =>
        {
            try
            {
                result = function();
            }
            catch (Exception exception)
            {
                fault = ExceptionDispatchInfo.Capture(exception);
            }
        });
        thread.Start();
        thread.Join();
        fault?.Throw();
        return result;
    }

    /// <summary>What the kernel says of the calling thread (proc_pid_stat(5)).</summary>
    private readonly record struct Scheduling(int Policy, int RealtimePriority, int Nice)
    {
        public static Scheduling Read() => Parse(File.ReadAllText("/proc/thread-self/stat"));

        /// <summary>Of a process that the calling thread starts.</summary>
        public static Scheduling ReadOfChild()
        {
            ProcessStartInfo start = new("cat", "/proc/self/stat") { UseShellExecute = false, RedirectStandardOutput = true };
            using Process child = Process.Start(start)!;
            string status = child.StandardOutput.ReadToEnd();
            child.WaitForExit();
            return Parse(status);
        }

        private static Scheduling Parse(string status)
        {
            string[] fields = status[(status.LastIndexOf(')') + 2)..].Split(' '); // from the third on: the second may have spaces
            return new Scheduling(Number(41), Number(40), Number(19));

            int Number(int field) => int.Parse(fields[field - 3], CultureInfo.InvariantCulture);
        }
    }
}
