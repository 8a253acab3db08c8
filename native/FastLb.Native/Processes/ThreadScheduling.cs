using System.Runtime.InteropServices;

namespace FastLb.Native.Processes;

/// <summary>How the kernel schedules the calling thread, for one that must run when its time has come whatever else the machine does.</summary>
public static unsafe partial class ThreadScheduling
{
    /// <summary>SCHED_RR of <c>linux/sched.h</c>.</summary>
    internal const int SCHED_RR = 2;

    /// <summary>SCHED_RESET_ON_FORK of <c>linux/sched.h</c>.</summary>
    internal const int SCHED_RESET_ON_FORK = 0x40000000;

    /// <summary>PRIO_PROCESS of <c>sys/resource.h</c>; of the calling thread alone when the id is 0 (setpriority(2), "C library/kernel differences").</summary>
    internal const int PRIO_PROCESS = 0;

    private const int HighestNice = -20;

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

    /// <param name="thread">0 for the calling one.</param>
    /// <param name="policy">A SCHED_ value and flags.</param>
    /// <param name="priority"><c>struct sched_param</c>, which is this number alone.</param>
    [LibraryImport("libc", EntryPoint = "sched_setscheduler", SetLastError = true)]
    private static partial int SetScheduler(int thread, int policy, int* priority);

    [LibraryImport("libc", EntryPoint = "setpriority", SetLastError = true)]
    private static partial int SetPriority(int which, uint id, int nice);
}
