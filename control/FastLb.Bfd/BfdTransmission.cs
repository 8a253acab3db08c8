namespace FastLb.Bfd;

/// <summary>What is sent and when (RFC 5880 section 6.8.7).</summary>
internal static class BfdTransmission
{
    /// <summary>Packets leave up to a quarter of the interval early, so that neighbours don't fall into step.</summary>
    private const double MostJitter = 0.25;

    /// <summary>With a multiplier of 1 they leave at least a tenth early, or the least delay would end the session.</summary>
    private const double LeastJitterOfOne = 0.10;

    /// <summary>Sends what a step calls for and sets the time of the next packet.</summary>
    /// <param name="settings">The session's.</param>
    /// <param name="before">The state before the step, of which the neighbour has been told.</param>
    /// <param name="state">The state after it.</param>
    /// <param name="isPolled">The neighbour wants an answer.</param>
    /// <param name="chance">0 up to 1: how early the next packet is.</param>
    /// <param name="now">The present moment.</param>
    /// <param name="effects">Gets the packet.</param>
    public static BfdSessionState Speak(
        BfdSessionSettings settings, in BfdSessionState before, in BfdSessionState state, bool isPolled, double chance, TimeSpan now, BfdEffectList effects)
    {
        bool isNews = SaysOtherwise(before, state);
        BfdSessionState next = isNews && state.NeighbourDemands ? state with { Poll = BfdPoll.Sent } : state; // it looks at the news alone (RFC 5880 section 6.6)
        if (isPolled)
        {
            // Without respect to any limit. The timer goes on, or a neighbour that polls all the time would keep this end's polls from being sent.
            effects.Add(BfdEffect.SendPacket(Compose(next) with { IsFinal = true }));
        }
        else if ((isNews && MaySend(settings, next)) || (now >= state.NextTransmission && MaySendPeriodically(settings, next)))
        {
            effects.Add(BfdEffect.SendPacket(Compose(next) with { IsPoll = next.Poll == BfdPoll.Sent }));
            return Schedule(settings, next with { LastTransmission = now, NextTransmission = BfdSessionState.Never }, chance, now);
        }

        return next.TransmitInterval == before.TransmitInterval
            ? Schedule(settings, next, chance, now)
            : Schedule(settings, next with { NextTransmission = BfdSessionState.Never }, chance, now);
    }

    /// <summary>The moment of a scheduled packet stays; without one it is counted from the last packet, and may have passed already.</summary>
    private static BfdSessionState Schedule(BfdSessionSettings settings, in BfdSessionState state, double chance, TimeSpan now)
    {
        if (!MaySendPeriodically(settings, state))
            return state with { NextTransmission = BfdSessionState.Never };
        if (state.NextTransmission != BfdSessionState.Never)
            return state;
        TimeSpan next = state.LastTransmission == BfdSessionState.Never ? now : state.LastTransmission + Jittered(state.TransmitInterval, state.DetectMultiplier, chance);
        return state with { NextTransmission = next };
    }

    private static TimeSpan Jittered(TimeSpan interval, byte multiplier, double chance)
    {
        double least = multiplier == 1 ? LeastJitterOfOne : 0;
        return interval * (1 - (least + ((MostJitter - least) * chance)));
    }

    /// <summary>The passive end waits until it has heard the other.</summary>
    private static bool MaySend(BfdSessionSettings settings, in BfdSessionState state) => state.HasStarted && !(settings.IsPassive && state.RemoteDiscriminator == 0);

    private static bool MaySendPeriodically(BfdSessionSettings settings, in BfdSessionState state) =>
        MaySend(settings, state) && state.TransmitInterval != BfdSessionState.Never && (!state.NeighbourDemands || state.Poll == BfdPoll.Sent);

    /// <summary>Whether packets of two states differ in more than P and F.</summary>
    private static bool SaysOtherwise(in BfdSessionState one, in BfdSessionState other) =>
        one.State != other.State || one.Diagnostic != other.Diagnostic || one.DetectMultiplier != other.DetectMultiplier || one.RemoteDiscriminator != other.RemoteDiscriminator
        || one.DesiredMinTransmit != other.DesiredMinTransmit || one.RequiredMinReceive != other.RequiredMinReceive;

    /// <summary>What the neighbour is told, but for P and F. D is never set: this end wants packets all the time.</summary>
    private static BfdControlPacket Compose(in BfdSessionState state) => new(state.State, state.LocalDiscriminator, state.RemoteDiscriminator)
    {
        Diagnostic = state.Diagnostic,
        DetectMultiplier = state.DetectMultiplier,
        DesiredMinTransmit = state.DesiredMinTransmit,
        RequiredMinReceive = state.RequiredMinReceive,
    };
}
