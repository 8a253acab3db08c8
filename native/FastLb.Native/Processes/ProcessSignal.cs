using Tmds.Linux;

namespace FastLb.Native.Processes;

/// <summary>Signals to other processes.</summary>
public static class ProcessSignal
{
    /// <summary>Asks a process to stop in good order (SIGTERM). False when there is no such process.</summary>
    /// <exception cref="SystemCallException">It belongs to another user.</exception>
    public static bool Terminate(int pid) => Send(pid, LibC.SIGTERM);

    /// <summary>Asks a process to read its configuration again (SIGHUP). False when there is no such process.</summary>
    /// <exception cref="SystemCallException">It belongs to another user.</exception>
    public static bool HangUp(int pid) => Send(pid, LibC.SIGHUP);

    /// <summary>Asks a process group to stop in good order (SIGTERM). False when there is no such group.</summary>
    /// <exception cref="SystemCallException">It belongs to another user.</exception>
    public static bool TerminateGroup(int leader) => Send(-leader, LibC.SIGTERM);

    /// <summary>Ends a process group by force (SIGKILL). False when there is no such group.</summary>
    /// <exception cref="SystemCallException">It belongs to another user.</exception>
    public static bool KillGroup(int leader) => Send(-leader, LibC.SIGKILL);

    private static bool Send(int pid, int signal)
    {
        if (LibC.kill(pid, signal) == 0)
            return true;
        Errno errno = SystemCallException.LastErrno;
        return errno == Errno.ESRCH ? false : throw new SystemCallException("kill", pid < 0 ? $"process group {-pid}" : $"process {pid}", errno, "needs CAP_KILL");
    }
}
