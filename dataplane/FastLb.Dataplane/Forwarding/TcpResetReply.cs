using FastLb.Dataplane.Pipeline;
using FastLb.Wire;

namespace FastLb.Dataplane.Forwarding;

/// <summary>
/// Turns a TCP segment into the reset that answers it, sent back the way it came, as a host does for a connection that it doesn't know (RFC 9293 §3.5.2 and §3.10.7.1).
/// Linux's resets have the segment's type of service, DF, identification 0 and time to live 64.
/// </summary>
internal static class TcpResetReply
{
    private const byte InitialTimeToLive = 64;
    private const int Length = EthernetView.HeaderLength + Ipv4View.MinimumHeaderLength + TcpView.MinimumHeaderLength;

    /// <summary>
    /// Writes the reset into the segment's place. False, and the frame is untouched, when a host would not answer either: a data offset that doesn't fit the segment,
    /// a wrong checksum. The latter is told of frames of one chunk alone.
    /// </summary>
    /// <param name="frames">Where the frame lies.</param>
    /// <param name="slot">The frame, which must be a whole segment, not a reset.</param>
    /// <param name="packet">What is known of it.</param>
    public static bool TryWrite(FrameMemory frames, ref PacketSlot slot, in ParsedPacket packet)
    {
        Ipv4View ip = slot.Packet(frames);
        (uint client, uint service, byte typeOfService) = (ip.Source, ip.Destination, ip.TypeOfService);
        _ = TcpView.TryParse(ip.Payload, out TcpView tcp);
        int payload = ip.PayloadLength - tcp.HeaderLength;
        if (tcp.HeaderLength < TcpView.MinimumHeaderLength || payload < 0 || !HasRightChecksum(slot, packet, ip))
            return false;
        bool acknowledges = (tcp.Flags & TcpFlags.Acknowledgment) != TcpFlags.None;
        uint occupied = (uint)payload + ((tcp.Flags & TcpFlags.Syn) != TcpFlags.None ? 1u : 0) + ((tcp.Flags & TcpFlags.Fin) != TcpFlags.None ? 1u : 0);
        (uint sequence, uint acknowledged) = acknowledges ? (tcp.AcknowledgmentNumber, 0u) : (0u, tcp.SequenceNumber + occupied);
        (ushort clientPort, ushort servicePort) = (tcp.SourcePort, tcp.DestinationPort);

        slot.Length = Length;
        slot.Rest = 0;
        slot.ChecksumStart = 0;
        Span<byte> frame = frames.Slice(slot.Offset, Length);
        _ = EthernetView.TryParse(frame, out EthernetView ethernet);
        (ethernet.Destination, ethernet.Source) = (ethernet.Source, ethernet.Destination);
        Span<byte> answer = frame[EthernetView.HeaderLength..];
        TcpView.WriteReset(answer[Ipv4View.MinimumHeaderLength..], servicePort, clientPort, sequence, acknowledged, acknowledges, service, client);
        Ipv4View.Write(answer, typeOfService, identification: 0, dontFragment: true, InitialTimeToLive, IpProtocol.Tcp, service, client);
        return true;
    }

    private static bool HasRightChecksum(in PacketSlot slot, in ParsedPacket packet, Ipv4View ip) =>
        slot.Rest != 0 || packet.HasPartialChecksum
        || InternetChecksum.Fold((ulong)InternetChecksum.Sum(ip.Payload) + InternetChecksum.PseudoHeaderSum(ip.Source, ip.Destination, IpProtocol.Tcp, ip.PayloadLength)) == 0xFFFF;
}
