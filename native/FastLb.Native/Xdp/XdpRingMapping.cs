using Microsoft.Win32.SafeHandles;
using Tmds.Linux;

namespace FastLb.Native.Xdp;

/// <summary>A ring's memory, mapped; unmapped when disposed. Addresses are those of the ring's parts.</summary>
public sealed unsafe class XdpRingMapping : SafeHandleZeroOrMinusOneIsInvalid
{
    private readonly long _length;
    private readonly xdp_ring_offset _parts;

    private XdpRingMapping(nint address, long length, xdp_ring_offset parts)
        : base(ownsHandle: true)
    {
        _length = length;
        _parts = parts;
        SetHandle(address);
    }

    /// <summary>The 32-bit index that the ring's producer moves.</summary>
    public nint Producer => handle + (nint)_parts.producer;

    /// <summary>The 32-bit index that the ring's consumer moves.</summary>
    public nint Consumer => handle + (nint)_parts.consumer;

    /// <summary>The 32 bits of flags that the kernel sets.</summary>
    public nint Flags => handle + (nint)_parts.flags;

    /// <summary>The first entry.</summary>
    public nint Entries => handle + (nint)_parts.desc;

    internal static XdpRingMapping Map(int descriptor, XdpRing ring, long pageOffset, long length, xdp_ring_offset parts)
    {
        void* address = LibC.mmap(
            null, (size_t)(ulong)length, LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_SHARED | LibC.MAP_POPULATE, descriptor, pageOffset);
        return address != LibC.MAP_FAILED
            ? new XdpRingMapping((nint)address, length, parts)
            : throw new SystemCallException("mmap", $"{ring} ring of {length} bytes", SystemCallException.LastImportErrno);
    }

    protected override bool ReleaseHandle() => LibC.munmap((void*)handle, (size_t)(ulong)_length) == 0;
}
