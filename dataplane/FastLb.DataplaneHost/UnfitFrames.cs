using FastLb.Native.Bpf;
using FastLb.PacketIO;
using FastLb.PacketIO.AfXdp;
using Microsoft.Extensions.Logging;

namespace FastLb.DataplaneHost;

/// <summary>
/// Tells the administrator of frames that are too large for the ports: aggregates of TCP segments, which senders and receive offloads make and generic XDP meets. One
/// thread.
/// </summary>
/// <param name="ports">The ports.</param>
/// <param name="attachModeOf">Where the XDP program of an interface, named by its index, runs.</param>
internal sealed class UnfitFrames(AfXdpPortSet ports, Func<int, XdpAttachMode> attachModeOf)
{
    private readonly HashSet<string> _told = [];

    /// <summary>Says once for each interface that such frames are dropped, and what to do: at once where any of them would be, else when one has come.</summary>
    public void Warn(ILogger log)
    {
        foreach (ref readonly AfXdpPort port in ports.Ports)
        {
            InterfaceQueue queue = port.Socket.Queue;
            bool dropsAll = !ports.SpansChunks && attachModeOf(queue.InterfaceIndex) == XdpAttachMode.Generic;
            long refused = port.Socket.ReadCounters().ChainsRefused;
            if ((!dropsAll && refused == 0) || !_told.Add(queue.Interface))
                continue;
            string what = dropsAll
                ? ports.ModeReason
                : $"{refused} frames came in more than {FrameChains.MostChunks} chunks of {ports.Umem.ChunkSize} bytes";
            log.LogWarning(
                "{Interface}: what is too large is dropped, and TCP may stand still: {What}. Switch off what joins segments: ethtool -K {Here} gro off lro off, "
                + "and on senders of the same host ethtool -K INTERFACE tso off gso off",
                queue.Interface, what, queue.Interface);
        }
    }
}
