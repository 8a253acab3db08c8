using System.Runtime.InteropServices;
using Tmds.Linux;

namespace FastLb.Native;

/// <summary>
/// A system call (or a library call that stands for one) failed. The message names the call, its object, the error and what to do:
/// <c>bind xsk to ens33 queue 1: EBUSY: another AF_XDP socket has this queue; stop it</c>.
/// </summary>
public sealed class SystemCallException : Exception
{
    /// <summary>Describes a failed call.</summary>
    /// <param name="call">What was attempted, so that it reads as one phrase with <paramref name="target"/>: <c>bind xsk to</c>, <c>mmap</c>.</param>
    /// <param name="target">The object of the call: an interface and queue, a path, an address.</param>
    /// <param name="errno">The kernel's error.</param>
    /// <param name="remedy">Why it happened and what the operator can do; null to give the C library's description instead.</param>
    /// <param name="innerException">The fault underneath, if there was one.</param>
    public SystemCallException(string call, string target, Errno errno, string? remedy = null, Exception? innerException = null)
        : base(Describe(call, target, errno, remedy), innerException)
    {
        Call = call;
        Target = target;
        Errno = errno;
        Remedy = remedy;
    }

    /// <summary>What was attempted.</summary>
    public string Call { get; }

    /// <summary>The object of the call.</summary>
    public string Target { get; }

    /// <summary>The kernel's error.</summary>
    public Errno Errno { get; }

    /// <summary>What the operator can do, or null when nothing better than the error's name is known.</summary>
    public string? Remedy { get; }

    /// <summary>
    /// The error of the C library call that this thread made last through <c>Tmds.Linux</c>. Read it before any other call: the number is the thread's
    /// <c>errno</c> itself.
    /// </summary>
    public static Errno LastErrno => (Errno)LibC.errno;

    /// <summary>The error of the <c>LibraryImport</c> call with <c>SetLastError</c> that this thread made last.</summary>
    public static Errno LastImportErrno => (Errno)Marshal.GetLastPInvokeError();

    /// <summary>Describes the failure of this thread's last call through <c>Tmds.Linux</c>.</summary>
    /// <param name="call">What was attempted.</param>
    /// <param name="target">The object of the call.</param>
    /// <param name="remedy">Chooses the advice for an error, or null for none.</param>
    public static SystemCallException FromLastErrno(string call, string target, Func<Errno, string?>? remedy = null)
    {
        Errno errno = LastErrno; // first: building the rest may change it
        return new SystemCallException(call, target, errno, remedy?.Invoke(errno));
    }

    private static string Describe(string call, string target, Errno errno, string? remedy)
    {
        string subject = target.Length == 0 ? call : $"{call} {target}";
        string name = Enum.IsDefined(errno) ? errno.ToString() : $"errno {(int)errno}";
        return $"{subject}: {name}: {remedy ?? Marshal.GetPInvokeErrorMessage((int)errno)}";
    }
}
