using FastLb.Dataplane.Pipeline;

namespace FastLb.PacketIO.Tests.Workers;

/// <summary>The kernel as the workers see it, which remembers what it was given back, or refuses it. One thread.</summary>
internal sealed class RecordingKernel : IKernelPath
{
    public bool IsRefusing { get; set; }

    public List<(byte[] Frame, ushort Port, int SegmentSize)> Returned { get; } = [];

    public bool TryReturn(ReadOnlySpan<byte> frame, in PacketSlot slot)
    {
        if (IsRefusing)
            return false;
        Returned.Add((frame.ToArray(), slot.IngressPort, slot.SegmentSize));
        return true;
    }
}
