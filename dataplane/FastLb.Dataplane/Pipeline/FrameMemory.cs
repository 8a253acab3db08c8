using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FastLb.Dataplane.Pipeline;

/// <summary>
/// The one region of memory that all frames of a process lie in (the UMEM, when frames come by AF_XDP). Frames are named by their offset in it.
/// The region is owned by whoever allocated it and must outlive this object. Reads and writes are bounds-checked against the region, once per slice.
/// </summary>
public sealed unsafe class FrameMemory
{
    private readonly byte* _base;

    /// <param name="address">Start of the region.</param>
    /// <param name="length">Its length in bytes.</param>
    public FrameMemory(nint address, long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        _base = (byte*)address;
        Length = length;
    }

    /// <summary>Length of the region in bytes.</summary>
    public long Length { get; }

    /// <summary>The bytes from <paramref name="offset"/>, <paramref name="length"/> of them; throws when they are not all inside the region.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<byte> Slice(long offset, int length)
    {
        if ((ulong)offset > (ulong)Length || (uint)length > (ulong)(Length - offset))
            ThrowOutside(offset, length);
        return MemoryMarshal.CreateSpan(ref Unsafe.AsRef<byte>(_base + offset), length);
    }

    private void ThrowOutside(long offset, int length) =>
        throw new ArgumentOutOfRangeException(nameof(offset), $"frame at {offset} of {length} bytes lies outside the frame memory of {Length} bytes");
}
