using FastLb.Dataplane.Pipeline;
using FastLb.Wire;

namespace FastLb.Dataplane.Forwarding;

/// <summary>
/// IP in IP (RFC 2003; IPVS "Tunnel"): the packet, one hop taken off, travels whole inside another one from the director to the real server. The outer header is
/// IPVS's: the inner time to live and DF, type of service by the full-functionality rules of RFC 3168 §9.1.1, identification 0 under DF (RFC 6864).
/// </summary>
internal static class IpTunnel
{
    /// <summary>Bytes that the outer header adds.</summary>
    public const int Overhead = Ipv4View.MinimumHeaderLength;

    /// <summary>The smallest packet that any link must take (RFC 791 §3.2): the inner packet may always be that large, whatever an ICMP error says.</summary>
    public const int MinimumMtu = 68;

    private const byte EcnMask = 0b11;
    private const byte EcnCapable0 = 0b10;
    private const byte CongestionExperienced = 0b11;

    /// <summary>Puts the outer header before the packet. False, and nothing done, when there is no headroom for it.</summary>
    /// <param name="frames">Where the frame lies.</param>
    /// <param name="slot">The frame; it grows into its headroom. The Ethernet header has to be written anew.</param>
    /// <param name="source">The director's address towards the server.</param>
    /// <param name="destination">The server's address.</param>
    /// <param name="identification">For the outer header of a packet without DF.</param>
    public static bool TryEncapsulate(FrameMemory frames, ref PacketSlot slot, uint source, uint destination, ushort identification)
    {
        if (slot.Headroom < Overhead
            || !Ipv4View.TryParse(frames.Slice(slot.Offset, slot.Length)[EthernetView.HeaderLength..], slot.Rest, out Ipv4View inner))
            return false;
        byte typeOfService = inner.TypeOfService;
        if ((typeOfService & EcnMask) == CongestionExperienced)
            typeOfService = (byte)((typeOfService & ~EcnMask) | EcnCapable0);

        slot.Offset -= Overhead;
        slot.Headroom -= Overhead;
        slot.Length += Overhead;
        Span<byte> frame = frames.Slice(slot.Offset, slot.Length);
        Ipv4View.Write(
            frame[EthernetView.HeaderLength..], typeOfService, inner.DontFragment ? (ushort)0 : identification, inner.DontFragment, inner.TimeToLive, IpProtocol.IpInIp,
            source, destination, slot.Rest);
        if (slot.ChecksumStart != 0)
            slot.ChecksumStart += Overhead;
        return true;
    }
}
