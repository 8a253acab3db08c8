namespace FastLb.Bfd;

/// <summary>
/// When changed intervals are told and when they are acted on (RFC 5880 section 6.8.3): at once, except that while up an interval grows, and a detection time shrinks, only after the
/// neighbour has answered that it knows.
/// </summary>
internal static class BfdNegotiation
{
    /// <summary>Brings the intervals of a state in line with its settings, as far as that may be now.</summary>
    public static BfdSessionState Apply(BfdSessionSettings settings, in BfdSessionState state) =>
        WithBases(Advertise(settings, state) with { DetectMultiplier = settings.Multiplier });

    /// <summary>
    /// A change begins a poll sequence. One that must wait for its answer waits for the sequence before it too, or an answer to that would count as its own.
    /// </summary>
    private static BfdSessionState Advertise(BfdSessionSettings settings, in BfdSessionState state)
    {
        bool isUp = state.State == BfdState.Up;
        TimeSpan transmit = isUp ? settings.TransmitInterval : settings.IdleTransmitInterval;
        TimeSpan receive = settings.ReceiveInterval;
        if (transmit == state.DesiredMinTransmit && receive == state.RequiredMinReceive)
            return state;
        bool needsAnswer = isUp && (transmit > state.TransmitBasis || receive < state.DetectionBasis);
        if (needsAnswer && state.Poll != BfdPoll.None)
            return state;
        return state with { DesiredMinTransmit = transmit, RequiredMinReceive = receive, Poll = BfdPoll.Sent };
    }

    private static BfdSessionState WithBases(in BfdSessionState state) => state.State == BfdState.Up && state.Poll == BfdPoll.Sent
        ? state with
        {
            TransmitBasis = state.DesiredMinTransmit < state.TransmitBasis ? state.DesiredMinTransmit : state.TransmitBasis,
            DetectionBasis = state.RequiredMinReceive > state.DetectionBasis ? state.RequiredMinReceive : state.DetectionBasis,
        }
        : state with { TransmitBasis = state.DesiredMinTransmit, DetectionBasis = state.RequiredMinReceive };
}
