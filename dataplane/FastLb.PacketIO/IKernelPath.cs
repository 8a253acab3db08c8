namespace FastLb.PacketIO;

/// <summary>The way back into the kernel, for frames that turned out to be its own. Any worker's thread may use it. Few frames take it.</summary>
public interface IKernelPath
{
    /// <summary>Has a frame arrive anew in the kernel, on the interface that it came in by. Never blocks and never throws.</summary>
    /// <param name="frame">From the Ethernet header on.</param>
    /// <param name="ingressPort">Index of the port that it came in by.</param>
    /// <param name="checksumStart">See <see cref="Dataplane.Pipeline.PacketSlot.ChecksumStart"/>.</param>
    /// <param name="checksumOffset">See <see cref="Dataplane.Pipeline.PacketSlot.ChecksumOffset"/>.</param>
    /// <returns>False when the kernel did not take it.</returns>
    bool TryReturn(ReadOnlySpan<byte> frame, ushort ingressPort, ushort checksumStart, ushort checksumOffset);
}
