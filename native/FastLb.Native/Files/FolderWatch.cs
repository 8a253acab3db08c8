using System.Runtime.InteropServices;
using System.Text;
using FastLb.Native.Polling;
using Microsoft.Win32.SafeHandles;

namespace FastLb.Native.Files;

/// <summary>
/// Notices files that have been written and closed, put in place or taken away in folders (inotify(7)). Folders are watched rather than files, so that one that
/// is replaced is seen. One thread waits; <see cref="Wake"/> may be called by any.
/// </summary>
public sealed unsafe partial class FolderWatch : IDisposable
{
    private const int NonBlocking = 0x800, CloseOnExec = 0x80000;
    private const uint ClosedAfterWrite = 0x8, MovedFrom = 0x40, MovedTo = 0x80, Deleted = 0x200; // linux/inotify.h
    private const uint QueueOverflow = 0x4000, Ignored = 0x8000, OnlyFolder = 0x0100_0000;
    private const int HeaderLength = 16, MaskOffset = 4, NameLengthOffset = 12; // struct inotify_event, native byte order
    private const int BufferLength = 16 * 1024;

    private readonly SafeFileHandle _handle;
    private readonly EventDescriptor _wake = EventDescriptor.Create();
    private readonly PollSet _poll;
    private readonly Dictionary<int, string> _folders = [];
    private readonly byte[] _buffer = new byte[BufferLength];

    private FolderWatch(SafeFileHandle handle)
    {
        _handle = handle;
        _poll = new PollSet((int)handle.DangerousGetHandle(), _wake.Descriptor);
    }

    /// <summary>Begins to watch nothing.</summary>
    /// <exception cref="SystemCallException">No more instances for this user (fs.inotify.max_user_instances).</exception>
    public static FolderWatch Open()
    {
        int descriptor = Initialise(NonBlocking | CloseOnExec);
        return descriptor >= 0
            ? new FolderWatch(new SafeFileHandle(descriptor, ownsHandle: true))
            : throw new SystemCallException("inotify_init1", string.Empty, SystemCallException.LastImportErrno, "raise the sysctl fs.inotify.max_user_instances");
    }

    /// <summary>Watches a folder too; a folder that is watched already counts once.</summary>
    /// <returns>False when there is no such folder, or it may not be read.</returns>
    public bool TryAdd(string folder)
    {
        int watch = Add(_handle, folder, ClosedAfterWrite | MovedFrom | MovedTo | Deleted | OnlyFolder);
        if (watch < 0)
            return false;
        _folders[watch] = folder;
        return true;
    }

    /// <summary>True while a folder is watched: not any more when it has been removed.</summary>
    public bool Watches(string folder) => _folders.ContainsValue(folder);

    /// <summary>Waits until something happens, <see cref="Wake"/> is called or the time is over.</summary>
    /// <param name="milliseconds">-1 waits for ever.</param>
    /// <param name="changed">Called with folder and name of each file that has changed; with a null name for a folder all of whose files may have.</param>
    public void Wait(int milliseconds, Action<string, string?> changed)
    {
        if (_poll.Wait(milliseconds) == 0)
            return;
        if ((_poll[1] & PollEvents.Readable) != PollEvents.None)
            _wake.Clear();
        if ((_poll[0] & PollEvents.Readable) == PollEvents.None)
            return;
        nint length;
        fixed (byte* first = _buffer)
            length = Read(_handle, first, BufferLength);
        for (int at = 0; at + HeaderLength <= length;)
        {
            ReadOnlySpan<byte> happened = _buffer.AsSpan(at);
            int nameLength = MemoryMarshal.Read<int>(happened[NameLengthOffset..]);
            Tell(MemoryMarshal.Read<int>(happened), MemoryMarshal.Read<uint>(happened[MaskOffset..]), happened.Slice(HeaderLength, nameLength), changed);
            at += HeaderLength + nameLength;
        }
    }

    /// <summary>Ends a <see cref="Wait"/>. Any thread.</summary>
    public void Wake() => _wake.Set();

    public void Dispose()
    {
        _handle.Dispose();
        _wake.Dispose();
    }

    private void Tell(int watch, uint mask, ReadOnlySpan<byte> name, Action<string, string?> changed)
    {
        if ((mask & QueueOverflow) != 0) // so much has happened that the kernel has forgotten what
        {
            foreach (string each in _folders.Values.ToArray())
                changed(each, null);
        }
        else if (_folders.TryGetValue(watch, out string? folder))
        {
            if ((mask & Ignored) != 0) // the folder is gone
                _folders.Remove(watch);
            int end = name.IndexOf((byte)0);
            changed(folder, (mask & Ignored) != 0 ? null : Encoding.UTF8.GetString(end < 0 ? name : name[..end]));
        }
    }

    [LibraryImport("libc", EntryPoint = "inotify_init1", SetLastError = true)]
    private static partial int Initialise(int flags);

    [LibraryImport("libc", EntryPoint = "inotify_add_watch", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Add(SafeFileHandle handle, string path, uint mask);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint Read(SafeFileHandle handle, byte* bytes, nuint count);
}
