using FastLb.Dataplane.Pipeline;
using FastLb.Native.Xdp;

namespace FastLb.PacketIO.AfXdp;

/// <summary>Puts frames of several chunks into a transmit ring: a descriptor for each chunk, all but the last marked <see cref="XdpUapi.XDP_PKT_CONTD"/>.</summary>
internal static class ChainTransmitter
{
    /// <summary>Takes ring entries for all chunks of a frame; false, and none taken, when there are too few.</summary>
    public static bool TryReserve(TransmitRing ring, in PacketSlot slot, out uint index) => ring.TryReserve(slot.Continuations + 1u, out index);

    /// <summary>Writes a frame's descriptors into the entries that were reserved for it.</summary>
    /// <param name="ring">The ring.</param>
    /// <param name="chains">Knows where the parts are.</param>
    /// <param name="slot">The frame.</param>
    /// <param name="index">The first entry.</param>
    /// <param name="options">Options for the first descriptor, which alone has metadata.</param>
    public static void Write(TransmitRing ring, FrameChains chains, in PacketSlot slot, uint index, uint options)
    {
        long part = slot.Offset;
        int length = slot.Length;
        for (int left = slot.Continuations; left > 0; left--)
        {
            ring[index++] = new xdp_desc { addr = (ulong)part, len = (uint)length, options = options | XdpUapi.XDP_PKT_CONTD };
            options = 0;
            chains.Next(part, out part, out length);
        }

        ring[index] = new xdp_desc { addr = (ulong)part, len = (uint)length, options = options };
    }
}
