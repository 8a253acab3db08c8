namespace FastLb.Vrrp;

/// <summary>A master's bursts of gratuitous ARP to come; <see cref="VirtualRouterState.Never"/> for those that don't.</summary>
/// <param name="Second">The second burst after becoming master.</param>
/// <param name="LowerPriority">The second burst after a lower-priority advertisement; the last one heard counts.</param>
/// <param name="Refresh">The next refresh.</param>
public readonly record struct GratuitousArpSchedule(TimeSpan Second, TimeSpan LowerPriority, TimeSpan Refresh)
{
    /// <summary>None at all.</summary>
    public static GratuitousArpSchedule Nothing => new(VirtualRouterState.Never, VirtualRouterState.Never, VirtualRouterState.Never);

    /// <summary>The earliest.</summary>
    public TimeSpan Next
    {
        get
        {
            TimeSpan next = Second < LowerPriority ? Second : LowerPriority;
            return next < Refresh ? next : Refresh;
        }
    }

    /// <summary>Sends the first burst of a new master, or of one with a new Ethernet address, and plans what follows.</summary>
    internal static GratuitousArpSchedule Begin(GratuitousArpBursts bursts, TimeSpan now, EffectList effects)
    {
        Send(bursts.MasterRepeat, effects);
        return new GratuitousArpSchedule(After(bursts.MasterDelay, now), VirtualRouterState.Never, After(bursts.MasterRefresh, now));
    }

    /// <summary>Sends the first burst that answers a lower-priority advertisement and plans the second.</summary>
    internal GratuitousArpSchedule AnswerLowerPriority(GratuitousArpBursts bursts, TimeSpan now, EffectList effects)
    {
        if (bursts.LowerPriorityRepeat == 0)
            return this;
        Send(bursts.LowerPriorityRepeat, effects);
        return this with { LowerPriority = After(bursts.LowerPriorityDelay, now) };
    }

    /// <summary>Sends the bursts that are due.</summary>
    internal GratuitousArpSchedule SendDue(GratuitousArpBursts bursts, TimeSpan now, EffectList effects)
    {
        GratuitousArpSchedule rest = this;
        if (Second <= now)
        {
            Send(bursts.MasterRepeat, effects);
            rest = rest with { Second = VirtualRouterState.Never };
        }

        if (LowerPriority <= now)
        {
            Send(bursts.LowerPriorityRepeat, effects);
            rest = rest with { LowerPriority = VirtualRouterState.Never };
        }

        if (Refresh <= now)
        {
            Send(bursts.MasterRefreshRepeat, effects);
            rest = rest with { Refresh = After(bursts.MasterRefresh, now) };
        }

        return rest;
    }

    private static void Send(uint repeat, EffectList effects)
    {
        if (repeat > 0)
            effects.Add(VrrpEffect.SendGratuitousArp(repeat));
    }

    private static TimeSpan After(TimeSpan delay, TimeSpan now) => delay > TimeSpan.Zero ? now + delay : VirtualRouterState.Never;
}
