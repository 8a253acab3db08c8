using static FastLb.Bfd.BfdControlPacket;

namespace FastLb.Bfd;

/// <summary>
/// The checks of RFC 5880 section 6.8.6 that a datagram must pass before its session is looked for, in the RFC's order. Any bytes are fine: nothing throws and nothing is
/// allocated. The others are made by who knows the sessions, and by <see cref="BfdSessionMachine"/>.
/// </summary>
public static class BfdPacketCheck
{
    /// <summary>The least authentication section: its type and length.</summary>
    private const int LeastAuthentication = 2;

    /// <summary>Checks a datagram.</summary>
    /// <param name="payload">What follows the UDP header.</param>
    /// <param name="packet">What it says, when the answer is <see cref="BfdDiscardReason.None"/>.</param>
    public static BfdDiscardReason Check(ReadOnlySpan<byte> payload, out BfdControlPacket packet)
    {
        packet = default;
        if (payload.Length <= Offset.Length)
            return BfdDiscardReason.Truncated;
        if (payload[Offset.Diagnostic] >> 5 != ProtocolVersion)
            return BfdDiscardReason.WrongVersion;
        int least = (payload[Offset.Flags] & Flag.Authentication) == 0 ? Length : Length + LeastAuthentication;
        if (payload[Offset.Length] < least)
            return BfdDiscardReason.LengthTooShort;
        if (payload[Offset.Length] > payload.Length)
            return BfdDiscardReason.LengthExceedsPayload;
        if (payload[Offset.DetectMultiplier] == 0)
            return BfdDiscardReason.ZeroDetectMultiplier;
        if ((payload[Offset.Flags] & Flag.Multipoint) != 0)
            return BfdDiscardReason.Multipoint;
        BfdControlPacket read = Read(payload);
        if (read.MyDiscriminator == 0)
            return BfdDiscardReason.ZeroMyDiscriminator;
        if (read.YourDiscriminator == 0 && read.State is not (BfdState.Down or BfdState.AdminDown))
            return BfdDiscardReason.ZeroYourDiscriminator;
        packet = read;
        return BfdDiscardReason.None;
    }
}
