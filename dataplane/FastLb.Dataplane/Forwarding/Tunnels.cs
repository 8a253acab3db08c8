using FastLb.Dataplane.Pipeline;
using FastLb.Dataplane.Services;

namespace FastLb.Dataplane.Forwarding;

/// <summary>What one worker keeps for its tunnels: the sizes that fit them, and the identification of the next outer header. Owned by the worker.</summary>
internal sealed class Tunnels(FrameMemory frames)
{
    private readonly PathMtuCache _pathMtus = new();
    private ushort _identification;

    /// <summary>The largest packet that fits into the tunnel to a server.</summary>
    /// <param name="server">The server's address.</param>
    /// <param name="mtu">Of the link that leads to it.</param>
    /// <param name="now">The present.</param>
    public int InnerMtu(uint server, int mtu, MonotonicTime now) =>
        Math.Max(_pathMtus.Limit(server, mtu, now) - IpTunnel.Overhead, IpTunnel.MinimumMtu);

    /// <summary>Remembers that a router let no packet through to a server that had more than <paramref name="mtu"/> bytes, outer header included.</summary>
    public void Learn(uint server, ushort mtu, MonotonicTime now)
    {
        if (mtu >= IpTunnel.MinimumMtu)
            _pathMtus.Learn(server, mtu, now);
    }

    /// <summary>Puts the outer header before the packet; false, and a verdict to drop, when there is no headroom for it.</summary>
    public bool TryEncapsulate(ref PacketSlot slot, in RealServer server, in Adjacency adjacency)
    {
        if (!IpTunnel.TryEncapsulate(frames, ref slot, adjacency.LocalAddress, server.Address, ++_identification))
        {
            slot.Drop(VerdictReason.NoHeadroom);
            return false;
        }

        if (slot.SegmentSize != 0)
            _identification += (ushort)((slot.Length + slot.Rest) / slot.SegmentSize); // the segments' outer headers count on from the first one's
        return true;
    }
}
