using System.Text;
using Microsoft.Win32.SafeHandles;
using Tmds.Linux;

namespace FastLb.Native.Memory;

/// <summary>
/// Memory that lives in a file without a name (<c>memfd_create</c>) and so outlives the process that filled it as long as another holds the descriptor.
/// Mapped shared, page-aligned; unmapped and the descriptor closed when disposed. The descriptor isn't inherited by child processes unless passed on.
/// </summary>
public sealed unsafe class SharedMemory : SafeHandleZeroOrMinusOneIsInvalid
{
    private readonly SafeFileHandle _file;

    private SharedMemory(SafeFileHandle file, nint address, long length)
        : base(ownsHandle: true)
    {
        _file = file;
        Length = length;
        SetHandle(address);
    }

    /// <summary>Start of the mapping, a multiple of the page size.</summary>
    public nint Address => handle;

    /// <summary>Length in bytes.</summary>
    public long Length { get; }

    /// <summary>The file's descriptor, owned by this object; duplicate it to keep the memory beyond this object's life.</summary>
    public int Descriptor => (int)_file.DangerousGetHandle();

    /// <summary>Makes zeroed memory.</summary>
    /// <param name="name">Shown in <c>/proc/PID/maps</c> as <c>/memfd:name</c>; at most 249 bytes, need not be unique.</param>
    /// <param name="length">Bytes, more than 0.</param>
    /// <exception cref="SystemCallException">No memory or descriptors left.</exception>
    public static SharedMemory Create(string name, long length)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        int descriptor;
        fixed (byte* bytes = Encoding.UTF8.GetBytes(name + '\0'))
            descriptor = LibC.memfd_create(bytes, LibC.MFD_CLOEXEC | LibC.MFD_ALLOW_SEALING);
        if (descriptor < 0)
            throw new SystemCallException("memfd_create", name, SystemCallException.LastImportErrno);
        return Adopt(new SafeFileHandle(descriptor, ownsHandle: true), name, length);
    }

    /// <summary>Maps the whole of memory that another object or process made.</summary>
    /// <param name="descriptor">Its descriptor; it's duplicated and stays the caller's.</param>
    /// <exception cref="SystemCallException">Not a file of memory, or empty.</exception>
    public static SharedMemory Open(int descriptor)
    {
        string name = $"descriptor {descriptor}";
        int duplicate = LibC.fcntl(descriptor, LibC.F_DUPFD_CLOEXEC, 0);
        if (duplicate < 0)
            throw new SystemCallException("fcntl F_DUPFD_CLOEXEC", name, SystemCallException.LastImportErrno, "it is not open in this process");
        return Adopt(new SafeFileHandle(duplicate, ownsHandle: true), name, newLength: null);
    }

    /// <summary>A second descriptor that child processes started while it is open inherit, under the same number; close it once they have been started.</summary>
    /// <exception cref="SystemCallException">No descriptors left.</exception>
    public SafeFileHandle DuplicateInheritable()
    {
        int duplicate = LibC.fcntl(Descriptor, LibC.F_DUPFD, 0);
        return duplicate >= 0
            ? new SafeFileHandle(duplicate, ownsHandle: true)
            : throw new SystemCallException("fcntl F_DUPFD", $"descriptor {Descriptor}", SystemCallException.LastImportErrno);
    }

    /// <summary>Forbids anyone to shrink or grow the file, so that no access through a mapping can fault (SIGBUS). Cannot be undone.</summary>
    public void SealSize()
    {
        if (LibC.fcntl(Descriptor, LibC.F_ADD_SEALS, LibC.F_SEAL_SHRINK | LibC.F_SEAL_GROW) != 0)
            throw new SystemCallException("fcntl F_ADD_SEALS", $"descriptor {Descriptor}", SystemCallException.LastImportErrno);
    }

    protected override bool ReleaseHandle()
    {
        bool unmapped = LibC.munmap((void*)handle, (size_t)(ulong)Length) == 0;
        _file.Dispose();
        return unmapped;
    }

    private static SharedMemory Adopt(SafeFileHandle file, string name, long? newLength)
    {
        try
        {
            int descriptor = (int)file.DangerousGetHandle();
            if (newLength is { } wanted && LibC.ftruncate(descriptor, wanted) != 0)
                throw new SystemCallException("ftruncate", $"{name} to {wanted} bytes", SystemCallException.LastImportErrno);
            long length = newLength ?? LengthOf(descriptor, name);
            void* address = LibC.mmap(null, (size_t)(ulong)length, LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_SHARED, descriptor, 0);
            if (address == LibC.MAP_FAILED)
                throw new SystemCallException("mmap", $"{name} of {length} bytes", SystemCallException.LastImportErrno);
            _ = LibC.madvise(address, (size_t)(ulong)length, LibC.MADV_HUGEPAGE); // refused by a kernel without huge pages, which is as good as it gets there
            return new SharedMemory(file, (nint)address, length);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static long LengthOf(int descriptor, string name)
    {
        long length = LibC.lseek(descriptor, 0, LibC.SEEK_END);
        return length switch
        {
            < 0 => throw new SystemCallException("lseek", name, SystemCallException.LastImportErrno, "it is not a file of memory"),
            0 => throw new SystemCallException("mmap", name, Errno.EINVAL, "the file is empty"),
            _ => length,
        };
    }
}
