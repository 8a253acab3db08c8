using Microsoft.Win32.SafeHandles;
using Tmds.Linux;

namespace FastLb.Native.Processes;

/// <summary>
/// Notices the end of another process, however it ends and whichever of its threads started us (<c>PR_SET_PDEATHSIG</c> follows a thread, a pidfd the process).
/// </summary>
public static unsafe class ProcessWatch
{
    private const int PidfdOpenCall = 434; // the same number on every architecture (Linux 5.3)

    /// <summary>Completes when the process <paramref name="pid"/> has ended; at once when there is none. Cancelling gives up the watch.</summary>
    /// <exception cref="SystemCallException">The kernel has no pidfd_open (Linux 5.3).</exception>
    public static Task WaitForExit(int pid, CancellationToken cancellation)
    {
        long descriptor = (long)LibC.syscall(PidfdOpenCall, pid, 0);
        if (descriptor < 0)
        {
            Errno errno = SystemCallException.LastErrno;
            return errno == Errno.ESRCH
                ? Task.CompletedTask
                : throw new SystemCallException("pidfd_open", $"process {pid}", errno, "needs Linux 5.3");
        }

        var handle = new SafeFileHandle((nint)descriptor, ownsHandle: true);
        return Task.Factory.StartNew(() => Poll(handle, cancellation), cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    private static void Poll(SafeFileHandle handle, CancellationToken cancellation)
    {
        using (handle)
        {
            var poll = new pollfd { fd = (int)handle.DangerousGetHandle(), events = LibC.POLLIN };
            do
            {
                cancellation.ThrowIfCancellationRequested();
            }
            while (LibC.poll(&poll, 1, 200) <= 0);
        }
    }
}
