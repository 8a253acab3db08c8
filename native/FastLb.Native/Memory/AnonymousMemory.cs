using Microsoft.Win32.SafeHandles;
using Tmds.Linux;

namespace FastLb.Native.Memory;

/// <summary>
/// Zeroed memory of the process alone, page-aligned, outside the garbage collector's heap; unmapped when disposed. Whoever hands out
/// <see cref="Address"/> must keep this object alive.
/// </summary>
public sealed unsafe class AnonymousMemory : SafeHandleZeroOrMinusOneIsInvalid
{
    private AnonymousMemory(nint address, long length)
        : base(ownsHandle: true)
    {
        Length = length;
        SetHandle(address);
    }

    /// <summary>Start of the memory, a multiple of the page size.</summary>
    public nint Address => handle;

    /// <summary>Length in bytes.</summary>
    public long Length { get; }

    /// <summary>True when the kernel took the advice to back the memory with huge pages; whether it finds any is its own affair.</summary>
    public bool HugePagesAdvised { get; private init; }

    /// <summary>Maps <paramref name="length"/> bytes, a positive number.</summary>
    /// <exception cref="SystemCallException">No memory or address space.</exception>
    public static AnonymousMemory Allocate(long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        void* address = LibC.mmap(null, (size_t)(ulong)length, LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_PRIVATE | LibC.MAP_ANONYMOUS, -1, 0);
        if (address == LibC.MAP_FAILED)
            throw new SystemCallException("mmap", $"{length} bytes of memory", SystemCallException.LastImportErrno, "use fewer frames or more memory");
        bool advised = LibC.madvise(address, (size_t)(ulong)length, LibC.MADV_HUGEPAGE) == 0;
        return new AnonymousMemory((nint)address, length) { HugePagesAdvised = advised };
    }

    protected override bool ReleaseHandle() => LibC.munmap((void*)handle, (size_t)(ulong)Length) == 0;
}
