using FastLb.Dataplane.Pipeline;
using FastLb.Wire;

namespace FastLb.Dataplane.Forwarding;

/// <summary>
/// Turns a frame into the ICMP error about it, sent back the way it came. The source is the virtual address for clients and the director's own for
/// servers, as IPVS has it; type of service is 0xc0 (RFC 1812 §4.3.2.5) and the message has at most 576 bytes (§4.3.2.3).
/// </summary>
internal static class IcmpErrorReply
{
    private const int Prepended = Ipv4View.MinimumHeaderLength + IcmpView.HeaderLength;
    private const int MaximumLength = 576;
    private const byte InternetworkControl = 0xC0;
    private const byte InitialTimeToLive = 64;

    /// <summary>
    /// Whether an error may be sent about a packet from this address at all: not to multicast, broadcast, "this network", class E or loopback ones
    /// (RFC 1812 §4.3.2.7).
    /// </summary>
    public static bool MayAnswer(uint source) => (source >> 24) is not (0 or 127 or >= 224);

    /// <summary>
    /// Puts IP and ICMP headers before the packet, which becomes the quote, and an Ethernet header before them; the frame grows into the headroom. Only what the
    /// first chunk holds is quoted.
    /// False when there is not enough of it, and the slot is then untouched.
    /// </summary>
    public static bool TryWrite(FrameMemory frames, ref PacketSlot slot, int totalLength, IcmpError error, ushort nextHopMtu, uint source, uint destination)
    {
        if (slot.Headroom < Prepended)
            return false;
        Span<byte> old = frames.Slice(slot.Offset, EthernetView.HeaderLength);
        MacAddress sender = MacAddress.Read(old[MacAddress.Size..]);
        MacAddress director = MacAddress.Read(old);

        int quoted = Math.Min(Math.Min(totalLength, slot.Length - EthernetView.HeaderLength), MaximumLength - Prepended);
        slot.Offset -= Prepended;
        slot.Headroom -= Prepended;
        slot.Length = EthernetView.HeaderLength + Prepended + quoted;
        slot.Rest = 0;
        slot.ChecksumStart = 0;

        Span<byte> frame = frames.Slice(slot.Offset, slot.Length);
        _ = EthernetView.TryParse(frame, out EthernetView ethernet);
        ethernet.Destination = sender;
        ethernet.Source = director;
        ethernet.Type = EtherType.Ipv4;
        Span<byte> answer = frame[EthernetView.HeaderLength..];
        IcmpView.WriteError(answer[Ipv4View.MinimumHeaderLength..], error, nextHopMtu);
        Ipv4View.Write(
            answer, InternetworkControl, identification: 0, dontFragment: true, InitialTimeToLive, IpProtocol.Icmp, source, destination);
        return true;
    }
}
