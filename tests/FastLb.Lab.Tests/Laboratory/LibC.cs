using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace FastLb.Lab.Tests.Laboratory;

/// <summary>System calls that the class library has no counterpart for.</summary>
internal static partial class LibC
{
    /// <summary>Reassociates the calling thread with a network namespace (setns(2), CLONE_NEWNET).</summary>
    public const int CloneNewNet = 0x4000_0000;

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int SetNamespace(SafeFileHandle descriptor, int kind);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Kill(int process, int signal);
}
