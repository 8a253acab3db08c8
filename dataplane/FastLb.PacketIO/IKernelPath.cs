using FastLb.Dataplane.Pipeline;

namespace FastLb.PacketIO;

/// <summary>The way back into the kernel, for frames that turned out to be its own. Any worker's thread may use it. Few frames take it.</summary>
public interface IKernelPath
{
    /// <summary>Has a frame arrive anew in the kernel, on the interface that it came in by. Never blocks and never throws.</summary>
    /// <param name="frame">All of it, from the Ethernet header on.</param>
    /// <param name="slot">The port that it came in by, and what is left to do about its checksum and, if it is an aggregate, the size of its segments.</param>
    /// <returns>False when the kernel did not take it.</returns>
    bool TryReturn(ReadOnlySpan<byte> frame, in PacketSlot slot);
}
