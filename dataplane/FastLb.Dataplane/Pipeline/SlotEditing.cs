using FastLb.Dataplane.Services;
using FastLb.Wire;

namespace FastLb.Dataplane.Pipeline;

/// <summary>What the pipeline does to the frame of a slot, and the verdicts that it gives.</summary>
internal static class SlotEditing
{
    /// <summary>The frame, or its first chunk, its VLAN tag moved into the slot.</summary>
    public static Span<byte> TakeTag(this ref PacketSlot slot, FrameMemory frames)
    {
        Span<byte> frame = frames.Slice(slot.Offset, slot.Length);
        if (frame.Length < EthernetView.HeaderLength + VlanTag.Size || !EthernetView.TryParse(frame, out EthernetView ethernet) || !VlanTag.IsTag(ethernet.Type))
            return frame;
        slot.Tag = VlanTag.Remove(frame);
        slot.Offset += VlanTag.Size;
        slot.Headroom += VlanTag.Size;
        slot.Length -= VlanTag.Size;
        return frame[VlanTag.Size..];
    }

    /// <summary>The IP packet; its headers have been checked by <see cref="ParsedPacket.Parse"/>, and it stays where it is until it is encapsulated.</summary>
    public static Ipv4View Packet(this in PacketSlot slot, FrameMemory frames)
    {
        _ = Ipv4View.TryParse(frames.Slice(slot.Offset, slot.Length)[EthernetView.HeaderLength..], slot.Rest, out Ipv4View ip);
        return ip;
    }

    /// <summary>Leaves out what follows the IP packet, such as Ethernet's padding.</summary>
    public static void EndWith(this ref PacketSlot slot, in ParsedPacket packet)
    {
        int length = EthernetView.HeaderLength + packet.TotalLength;
        slot.Length = Math.Min(slot.Length, length);
        slot.Rest = length - slot.Length;
    }

    /// <summary>Has a partial checksum completed by whoever sends the frame.</summary>
    public static void RequestChecksum(this ref PacketSlot slot, in ParsedPacket packet)
    {
        if (!packet.HasPartialChecksum)
            return;
        slot.ChecksumStart = packet.TransportOffset;
        slot.ChecksumOffset = packet.ChecksumOffset;
    }

    /// <summary>Writes the Ethernet header and gives the verdict to forward; false, and a verdict to drop, when a tag finds no room.</summary>
    public static bool TrySend(this ref PacketSlot slot, FrameMemory frames, ushort port, MacAddress destination, MacAddress source, VlanTag tag)
    {
        _ = EthernetView.TryParse(frames.Slice(slot.Offset, slot.Length), out EthernetView ethernet);
        ethernet.Destination = destination;
        ethernet.Source = source;
        ethernet.Type = EtherType.Ipv4;
        if (!tag.IsNone && !slot.TryInsert(frames, tag))
        {
            slot.Drop(VerdictReason.NoHeadroom);
            return false;
        }

        slot.EgressPort = port;
        slot.Kind = VerdictKind.Forward;
        return true;
    }

    /// <summary>Puts a tag into the frame, which grows into its headroom; false, and nothing done, when there is no room.</summary>
    public static bool TryInsert(this ref PacketSlot slot, FrameMemory frames, VlanTag tag)
    {
        if (slot.Headroom < VlanTag.Size)
            return false;
        slot.Offset -= VlanTag.Size;
        slot.Headroom -= VlanTag.Size;
        slot.Length += VlanTag.Size;
        if (slot.ChecksumStart != 0)
            slot.ChecksumStart += VlanTag.Size;
        tag.Insert(frames.Slice(slot.Offset, slot.Length));
        return true;
    }

    /// <summary>The verdict to drop.</summary>
    public static void Drop(this ref PacketSlot slot, VerdictReason reason)
    {
        slot.Kind = VerdictKind.Drop;
        slot.Reason = reason;
    }

    /// <summary>False, and a verdict, when frames can't be sent to the server now: the frame waits for the server's Ethernet address or is dropped.</summary>
    public static bool CanReach(this ref PacketSlot slot, in RealServer server, in Adjacency adjacency)
    {
        bool hasNoSource = server.Method == ForwardingMethod.Tunnel && adjacency.LocalAddress == 0;
        if (adjacency.State == AdjacencyState.Resolved && !hasNoSource)
            return true;
        if (adjacency.State != AdjacencyState.Pending)
        {
            slot.Drop(VerdictReason.NoRoute);
        }
        else
        {
            slot.Kind = VerdictKind.Hold;
            slot.Adjacency = server.Adjacency;
        }

        return false;
    }

    /// <summary>Leaves the frame to the kernel, with the tag that it came with.</summary>
    public static void Punt(this ref PacketSlot slot, FrameMemory frames, VerdictReason reason)
    {
        slot.Kind = VerdictKind.Punt;
        slot.Reason = reason;
        if (!slot.Tag.IsNone)
            _ = slot.TryInsert(frames, slot.Tag); // where it was taken out of, so that there is room
    }

    /// <summary>Leaves a frame that was taken for the kernel to it after all: whole, as far as the wire that it came by could have carried it, and with its checksum complete.</summary>
    public static void GiveBack(this ref PacketSlot slot, FrameMemory frames, in ParsedPacket packet, VerdictReason reason, ServiceTable table)
    {
        slot.RequestChecksum(packet);
        _ = Segmentation.TryFit(frames, ref slot, packet, int.MaxValue, table.Link(slot.IngressPort).Mtu); // the kernel knows best what is too big
        slot.Punt(frames, reason);
    }
}
