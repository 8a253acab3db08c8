using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace FastLb.Native.Files;

/// <summary>
/// A FIFO that lines are written to, whether somebody reads them or not. It is held open for reading as well, which Linux allows (fifo(7)): so opening it waits
/// for no reader, a reader that goes ends nothing, and what nobody has read yet stays until the pipe is full. One thread at a time.
/// </summary>
public sealed unsafe partial class NamedPipe : IDisposable
{
    /// <summary>What one write may have at the most to go in as a whole or not at all (PIPE_BUF of pipe(7)), bytes.</summary>
    public const int LongestWrite = 4096;

    private const int OpenReadWrite = 0x2, OpenNonBlocking = 0x800, OpenCloseOnExec = 0x80000; // asm-generic/fcntl.h
    private const string NotPermitted = "needs the right to write to its folder, and CAP_CHOWN to give it away";

    private readonly SafeFileHandle _handle;

    private NamedPipe(string path, bool isMade, SafeFileHandle handle)
    {
        Path = path;
        IsMade = isMade;
        _handle = handle;
    }

    /// <summary>Its path.</summary>
    public string Path { get; }

    /// <summary>True when it was made by <see cref="Open"/>.</summary>
    public bool IsMade { get; }

    /// <summary>Opens a FIFO, and makes it before if there is nothing at the path.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="mode">Who may use one that is made.</param>
    /// <param name="user">Who owns one that is made.</param>
    /// <param name="group">The group of one that is made.</param>
    /// <exception cref="SystemCallException">It can't be made or opened, or there is something else at the path (<see cref="Errno.EEXIST"/>).</exception>
    public static NamedPipe Open(string path, UnixFileMode mode, uint user, uint group)
    {
        bool isMade = Make(path, mode, user, group);
        int descriptor = OpenFile(path, OpenReadWrite | OpenNonBlocking | OpenCloseOnExec);
        return descriptor >= 0
            ? new NamedPipe(path, isMade, new SafeFileHandle(descriptor, ownsHandle: true))
            : throw new SystemCallException("open", path, SystemCallException.LastImportErrno, NotPermitted);
    }

    /// <summary>Writes all of <paramref name="bytes"/>, or nothing when the pipe has no room for them; never waits.</summary>
    /// <param name="bytes">At most <see cref="LongestWrite"/>.</param>
    /// <returns>False when the pipe is full: nobody reads.</returns>
    /// <exception cref="SystemCallException">The kernel refused for another reason.</exception>
    public bool TryWrite(ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes.Length, LongestWrite, nameof(bytes));
        nint written;
        fixed (byte* first = bytes)
            written = WriteFile(_handle, first, (nuint)bytes.Length);
        if (written >= 0)
            return true;
        Errno errno = SystemCallException.LastImportErrno;
        return errno == Errno.EAGAIN ? false : throw new SystemCallException("write", Path, errno);
    }

    public void Dispose() => _handle.Dispose();

    /// <returns>False when there is a FIFO already.</returns>
    private static bool Make(string path, UnixFileMode mode, uint user, uint group)
    {
        if (MakeFifo(path, (uint)mode) == 0)
        {
            // The mode once more, whatever the process's umask has taken away.
            File.SetUnixFileMode(path, mode);
            if (ChangeOwner(path, user, group) != 0)
                throw new SystemCallException("chown", path, SystemCallException.LastImportErrno, NotPermitted);
            return true;
        }

        Errno errno = SystemCallException.LastImportErrno;
        if (errno != Errno.EEXIST)
            throw new SystemCallException("mkfifo", path, errno, errno == Errno.EACCES ? NotPermitted : null);
        return FileKind.IsFifo(path)
            ? false
            : throw new SystemCallException("mkfifo", path, errno, "there is something there that is no FIFO; remove it or name another path");
    }

    [LibraryImport("libc", EntryPoint = "mkfifo", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeFifo(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "chown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFile(string path, int flags);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint WriteFile(SafeFileHandle file, byte* bytes, nuint count);
}
