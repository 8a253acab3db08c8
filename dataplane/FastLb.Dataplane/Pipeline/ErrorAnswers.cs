using FastLb.Dataplane.Forwarding;
using FastLb.Wire;

namespace FastLb.Dataplane.Pipeline;

/// <summary>Answers packets that can't be forwarded with an ICMP error, unless rules or rates forbid it. Owned by one worker.</summary>
internal sealed class ErrorAnswers(FrameMemory frames)
{
    private IcmpErrorLimit _limit;

    /// <summary>With DF the sender is told the size that fits; without it a router would fragment, which is not done here.</summary>
    public void TooBig(ref PacketSlot slot, in ParsedPacket packet, ushort mtu, uint source, Moment moment)
    {
        if (!packet.DontFragment)
        {
            slot.Drop(VerdictReason.TooBig);
            return;
        }

        // IPVS takes the hop off before it finds the packet too big, and quotes what it then has.
        slot.Packet(frames).DecrementTimeToLive();
        Send(ref slot, packet, IcmpError.FragmentationNeeded, mtu, VerdictReason.TooBig, source, moment);
    }

    /// <summary>The packet's last hop was this one.</summary>
    public void TimeExceeded(ref PacketSlot slot, in ParsedPacket packet, uint source, Moment moment) =>
        Send(ref slot, packet, IcmpError.TimeExceeded, 0, VerdictReason.TtlExpired, source, moment);

    /// <summary>There is no server for it.</summary>
    public void PortUnreachable(ref PacketSlot slot, in ParsedPacket packet, VerdictReason reason, Moment moment) =>
        Send(ref slot, packet, IcmpError.PortUnreachable, 0, reason, packet.Key.PeerAddress, moment);

    /// <summary>There is no such connection: its segment is answered with a reset, or with nothing if it is one.</summary>
    public void Reset(ref PacketSlot slot, in ParsedPacket packet)
    {
        // A fragment does not have the whole segment, whose length a reset acknowledges.
        if ((packet.TcpFlags & TcpFlags.Reset) != TcpFlags.None || !packet.HasTransportHeader || packet.IsFragment || !IcmpErrorReply.MayAnswer(packet.Key.ClientAddress)
            || !TcpResetReply.TryWrite(frames, ref slot, packet) || (!slot.Tag.IsNone && !slot.TryInsert(frames, slot.Tag)))
        {
            slot.Drop(VerdictReason.UnknownFlow);
            return;
        }

        slot.Kind = VerdictKind.Forward;
        slot.EgressPort = slot.IngressPort;
        slot.Reason = VerdictReason.UnknownFlow;
    }

    // From source, back to the packet's sender, the way that the packet came.
    private void Send(ref PacketSlot slot, in ParsedPacket packet, IcmpError error, ushort nextHopMtu, VerdictReason reason, uint source, Moment moment)
    {
        bool firstOrWhole = packet.HasTransportHeader; // RFC 1812 §4.3.2.7: none about later fragments
        uint sender = packet.Key.IsReturn ? packet.Key.PeerAddress : packet.Key.ClientAddress;
        if (!firstOrWhole || source == 0 || !IcmpErrorReply.MayAnswer(sender))
        {
            slot.Drop(reason);
        }
        else if (!_limit.TryTake(moment.Now))
        {
            slot.Drop(VerdictReason.IcmpRateLimited);
        }
        else if (!IcmpErrorReply.TryWrite(frames, ref slot, packet.TotalLength, error, nextHopMtu, source, sender)
            || (!slot.Tag.IsNone && !slot.TryInsert(frames, slot.Tag)))
        {
            slot.Drop(reason);
        }
        else
        {
            slot.Kind = VerdictKind.Forward;
            slot.EgressPort = slot.IngressPort;
            slot.Reason = reason;
        }
    }
}
