namespace FastLb.Vrrp;

/// <summary>A master's bursts of gratuitous ARP to come; <see cref="VirtualRouterState.Never"/> for those that don't.</summary>
/// <param name="Second">The second burst after becoming master.</param>
/// <param name="LowerPriority">The second burst after a lower-priority advertisement; the last one heard counts.</param>
/// <param name="Refresh">The next refresh.</param>
/// <param name="FurtherInterfaces">The next time that interfaces without advertisements are announced.</param>
public readonly record struct GratuitousArpSchedule(TimeSpan Second, TimeSpan LowerPriority, TimeSpan Refresh, TimeSpan FurtherInterfaces)
{
    /// <summary>None at all.</summary>
    public static GratuitousArpSchedule Nothing => new(VirtualRouterState.Never, VirtualRouterState.Never, VirtualRouterState.Never, VirtualRouterState.Never);

    /// <summary>The earliest.</summary>
    public TimeSpan Next
    {
        get
        {
            TimeSpan next = Second < LowerPriority ? Second : LowerPriority;
            TimeSpan periodic = Refresh < FurtherInterfaces ? Refresh : FurtherInterfaces;
            return next < periodic ? next : periodic;
        }
    }

    /// <summary>Sends the first burst of a new master, or of one with a new Ethernet address, and plans what follows.</summary>
    internal static GratuitousArpSchedule Begin(GratuitousArpBursts bursts, TimeSpan now, EffectList effects)
    {
        Send(bursts.MasterRepeat, effects);
        return new GratuitousArpSchedule(After(bursts.MasterDelay, now), VirtualRouterState.Never, After(bursts.MasterRefresh, now), After(bursts.FurtherInterfaces, now));
    }

    /// <summary>Sends the first burst that answers a lower-priority advertisement and plans the second.</summary>
    internal GratuitousArpSchedule AnswerLowerPriority(GratuitousArpBursts bursts, TimeSpan now, EffectList effects)
    {
        if (bursts.LowerPriorityRepeat == 0)
            return this;
        Send(bursts.LowerPriorityRepeat, effects);
        return this with { LowerPriority = After(bursts.LowerPriorityDelay, now) };
    }

    /// <summary>Sends the bursts that are due, and plans the periodic ones that a reload has brought.</summary>
    internal GratuitousArpSchedule SendDue(GratuitousArpBursts bursts, TimeSpan now, EffectList effects)
    {
        GratuitousArpSchedule rest = this with
        {
            Refresh = Refresh == VirtualRouterState.Never ? After(bursts.MasterRefresh, now) : Refresh,
            FurtherInterfaces = FurtherInterfaces == VirtualRouterState.Never ? After(bursts.FurtherInterfaces, now) : FurtherInterfaces,
        };
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

        if (FurtherInterfaces <= now)
        {
            effects.Add(VrrpEffect.AnnounceFurtherInterfaces);
            rest = rest with { FurtherInterfaces = After(bursts.FurtherInterfaces, now) };
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
