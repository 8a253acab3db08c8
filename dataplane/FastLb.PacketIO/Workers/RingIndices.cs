using System.Runtime.InteropServices;

namespace FastLb.PacketIO.Workers;

/// <summary>
/// The indices of a <see cref="WorkerRing{T}"/>. Each end has a pair of cache lines of its own (processors fetch lines in pairs), away from whatever lies before
/// and after: neither end's private notes slow the other down.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 4 * LinePair)]
internal struct RingIndices
{
    private const int LinePair = 128;

    /// <summary>Index after the last entry that the consumer may see. Written by the producer.</summary>
    [FieldOffset(LinePair)]
    public uint Published;

    /// <summary>The producer's own: index after the last entry added.</summary>
    [FieldOffset(LinePair + 4)]
    public uint Added;

    /// <summary>The producer's own: <see cref="Taken"/> as it saw it last.</summary>
    [FieldOffset(LinePair + 8)]
    public uint TakenSeen;

    /// <summary>Index after the last entry taken. Written by the consumer.</summary>
    [FieldOffset(2 * LinePair)]
    public uint Taken;

    /// <summary>The consumer's own: <see cref="Published"/> as it saw it last.</summary>
    [FieldOffset((2 * LinePair) + 4)]
    public uint PublishedSeen;
}
