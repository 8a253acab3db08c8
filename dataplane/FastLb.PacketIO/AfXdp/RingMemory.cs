namespace FastLb.PacketIO.AfXdp;

/// <summary>
/// Where the parts of a ring lie in memory. The two indices count entries for ever and wrap at 2^32; entry <c>index</c> lies at
/// <c>index mod Size</c>. Whoever made the memory keeps it alive.
/// </summary>
/// <param name="Producer">Address of the 32-bit index after the last entry published.</param>
/// <param name="Consumer">Address of the 32-bit index after the last entry taken.</param>
/// <param name="Flags">Address of the kernel's 32 bits of flags.</param>
/// <param name="Entries">Address of the first entry.</param>
/// <param name="Size">Number of entries, a power of two.</param>
public readonly record struct RingMemory(nint Producer, nint Consumer, nint Flags, nint Entries, uint Size)
{
    /// <summary>Gives <paramref name="memory"/> back; throws unless its <see cref="Size"/> is a power of two.</summary>
    internal static RingMemory Checked(RingMemory memory) => uint.IsPow2(memory.Size)
        ? memory
        : throw new ArgumentException($"a ring of {memory.Size} entries: its size is a power of two", nameof(memory));
}
