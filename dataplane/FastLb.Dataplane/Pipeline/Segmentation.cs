using System.Runtime.CompilerServices;
using FastLb.Wire;

namespace FastLb.Dataplane.Pipeline;

/// <summary>
/// Aggregates: several TCP segments as one packet of up to 64 KB, as a sender makes it that leaves segmentation to hardware (TSO) that isn't there, or a receiver that
/// joins what came in (GRO, LRO). Generic XDP meets both. An aggregate is known by being longer than packets can be on the link that it came in by. It is rewritten like any
/// packet, and the transmit side cuts it.
/// </summary>
/// <remarks>
/// AF_XDP doesn't tell the size of the segments that the sender wanted. They are cut as large as both the link that the aggregate came in by and the way out let them be, which the receiver
/// takes whatever maximum segment size it announced.
/// </remarks>
internal static class Segmentation
{
    /// <summary>Whether a packet gets through the way out, as it is or, when <see cref="PacketSlot.SegmentSize"/> is set then, in segments.</summary>
    /// <param name="frames">Where the frame lies.</param>
    /// <param name="slot">The frame, as it came in but for its VLAN tag.</param>
    /// <param name="packet">What was found in it.</param>
    /// <param name="mtu">Largest IP packet on the way out.</param>
    /// <param name="ingressMtu">Largest IP packet on the link that it came in by; 0 when that isn't known.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryFit(FrameMemory frames, ref PacketSlot slot, in ParsedPacket packet, int mtu, int ingressMtu) =>
        packet.TotalLength <= ingressMtu || ingressMtu == 0
            ? packet.TotalLength <= mtu
            : TryCut(frames, ref slot, packet, Math.Min(mtu, ingressMtu)) || packet.TotalLength <= mtu;

    /// <summary>Sets <see cref="PacketSlot.SegmentSize"/> so that the packet of a segment has at most <paramref name="limit"/> bytes; false when it can't be cut so.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool TryCut(FrameMemory frames, ref PacketSlot slot, in ParsedPacket packet, int limit)
    {
        // Neither the kernel's senders nor its receivers put these into an aggregate.
        bool isAggregate = packet is { IsFragment: false, Key.Protocol: IpProtocol.Tcp } && (packet.TcpFlags & (TcpFlags.Syn | TcpFlags.Reset)) == TcpFlags.None;
        if (!isAggregate || !TcpView.TryParse(frames.Slice(slot.Offset, slot.Length)[packet.TransportOffset..], out TcpView tcp) || tcp.IsUrgent)
            return false;
        int headersEnd = packet.TransportOffset + tcp.HeaderLength;
        int size = limit - (headersEnd - EthernetView.HeaderLength);
        if (tcp.HeaderLength < TcpView.MinimumHeaderLength || headersEnd > slot.Length || size <= 0)
            return false;
        slot.SegmentSize = (ushort)size;
        return true;
    }
}
