using FastLb.Dataplane.Pipeline;
using FastLb.Native.Punt;
using FastLb.PacketIO;

namespace FastLb.DataplaneHost;

/// <summary>Gives frames back to the kernel by a punt device, on the interface of the port that they came in by.</summary>
internal sealed class PuntPath : IKernelPath, IDisposable
{
    private readonly PuntDevice _device;
    private readonly int[] _interfaceOfPort;

    private PuntPath(PuntDevice device, int[] interfaceOfPort)
    {
        _device = device;
        _interfaceOfPort = interfaceOfPort;
    }

    /// <summary>Makes the device.</summary>
    /// <param name="interfaceOfPort">Index of the interface, by index of the port.</param>
    public static PuntPath Open(int[] interfaceOfPort) => new(PuntDevice.Open([.. interfaceOfPort.Distinct()]), interfaceOfPort);

    public bool TryReturn(ReadOnlySpan<byte> frame, in PacketSlot slot) =>
        _device.TryWrite(frame, _interfaceOfPort[slot.IngressPort], slot.ChecksumStart, slot.ChecksumOffset, slot.SegmentSize);

    public void Dispose() => _device.Dispose();
}
