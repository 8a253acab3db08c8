using System.Runtime.InteropServices;

namespace FastLb.Native.Processes;

/// <summary>
/// How and where the kernel schedules the calling thread, for one that must run when its time has come whatever else the machine does, or that works all the time.
/// </summary>
public static unsafe partial class ThreadScheduling
{
    /// <summary>SCHED_RR of <c>linux/sched.h</c>.</summary>
    internal const int SCHED_RR = 2;

    /// <summary>SCHED_RESET_ON_FORK of <c>linux/sched.h</c>.</summary>
    internal const int SCHED_RESET_ON_FORK = 0x40000000;

    /// <summary>PRIO_PROCESS of <c>sys/resource.h</c>; of the calling thread alone when the id is 0 (setpriority(2), "C library/kernel differences").</summary>
    internal const int PRIO_PROCESS = 0;

    private const int HighestNice = -20;

    // Words of 64 processors; the kernel refuses a mask with fewer bits than it could have processors (CONFIG_NR_CPUS is 8192 at the most).
    private const int AffinityWords = 8192 / 64;

    /// <summary>
    /// Gives the calling thread real-time scheduling (SCHED_RR). Threads and processes that it starts don't inherit that. Where it isn't allowed, the thread
    /// gets the highest ordinary priority instead (nice -20, which they do inherit), if that is.
    /// </summary>
    /// <param name="priority">1 to 99; kernel threads for interrupts have 50.</param>
    /// <param name="explanation">What the thread has now, and what it lacks for more; for the log.</param>
    /// <returns>True with real-time scheduling.</returns>
    public static bool TryUseRealtime(int priority, out string explanation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(priority, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(priority, 99);
        if (SetScheduler(0, SCHED_RR | SCHED_RESET_ON_FORK, &priority) == 0)
        {
            explanation = $"real-time scheduling (SCHED_RR) with priority {priority}";
            return true;
        }

        Errno refused = SystemCallException.LastImportErrno;
        string reason = refused == Errno.EPERM
            ? $"no real-time scheduling: needs CAP_SYS_NICE, or RLIMIT_RTPRIO of {priority} or more (LimitRTPRIO={priority}), and no RestrictRealtime="
            : $"no real-time scheduling: sched_setscheduler: {refused}: {Marshal.GetPInvokeErrorMessage((int)refused)}";
        explanation = SetPriority(PRIO_PROCESS, 0, HighestNice) == 0
            ? $"{reason}; has nice {HighestNice} instead"
            : $"{reason}; nice {HighestNice} was refused too ({SystemCallException.LastImportErrno}), the priority is as before";
        return false;
    }

    /// <summary>The processors that the calling thread may run on, by their numbers, the lowest first.</summary>
    /// <exception cref="SystemCallException">The kernel has more processors than fit.</exception>
    public static int[] ReadAffinity()
    {
        ulong* mask = stackalloc ulong[AffinityWords];
        new Span<ulong>(mask, AffinityWords).Clear();
        if (GetAffinity(0, AffinityWords * sizeof(ulong), mask) < 0)
            throw new SystemCallException("sched_getaffinity", "the calling thread", SystemCallException.LastImportErrno);
        var processors = new List<int>();
        for (int processor = 0; processor < AffinityWords * 64; processor++)
        {
            if ((mask[processor / 64] & (1ul << (processor % 64))) != 0)
                processors.Add(processor);
        }

        return [.. processors];
    }

    /// <summary>Keeps the calling thread on one processor, as do threads that it starts from now on.</summary>
    /// <param name="processor">Its number.</param>
    /// <returns>What kept the kernel from it (<see cref="Errno.EINVAL"/>: the process may not run there), or <see cref="Errno.None"/>.</returns>
    public static Errno TryPin(int processor)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(processor);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(processor, AffinityWords * 64);
        ulong* mask = stackalloc ulong[AffinityWords];
        new Span<ulong>(mask, AffinityWords).Clear();
        mask[processor / 64] = 1ul << (processor % 64);
        return SetAffinity(0, AffinityWords * sizeof(ulong), mask) == 0 ? Errno.None : SystemCallException.LastImportErrno;
    }

    /// <param name="thread">0 for the calling one.</param>
    /// <param name="policy">A SCHED_ value and flags.</param>
    /// <param name="priority"><c>struct sched_param</c>, which is this number alone.</param>
    [LibraryImport("libc", EntryPoint = "sched_setscheduler", SetLastError = true)]
    private static partial int SetScheduler(int thread, int policy, int* priority);

    [LibraryImport("libc", EntryPoint = "setpriority", SetLastError = true)]
    private static partial int SetPriority(int which, uint id, int nice);

    [LibraryImport("libc", EntryPoint = "sched_getaffinity", SetLastError = true)]
    private static partial int GetAffinity(int thread, nuint bytes, ulong* mask);

    [LibraryImport("libc", EntryPoint = "sched_setaffinity", SetLastError = true)]
    private static partial int SetAffinity(int thread, nuint bytes, ulong* mask);
}
