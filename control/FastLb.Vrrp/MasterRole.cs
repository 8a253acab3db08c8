using FastLb.Wire;

namespace FastLb.Vrrp;

/// <summary>MASTER: holds the addresses and advertises (RFC 3768 §6.4.3, RFC 9568 §6.4.3).</summary>
internal static class MasterRole
{
    /// <summary>
    /// The advertisement comes first, so that a former master gives the addresses up before the neighbours learn where they are now.
    /// </summary>
    public static VirtualRouterState Enter(
        VirtualRouterSettings settings, in VirtualRouterState state, TransitionReason reason, TimeSpan now, EffectList effects)
    {
        effects.Add(VrrpEffect.SendAdvertisement(state.Priority));
        effects.Add(VrrpEffect.AcquireAddresses);
        GratuitousArpSchedule schedule = GratuitousArpSchedule.Begin(settings.GratuitousArp, now, effects);
        return state.Enter(VrrpRole.Master, reason, now, effects) with
        {
            RoleTimer = now + settings.AdvertisementInterval,
            MasterInterval = settings.AdvertisementInterval,
            GratuitousArp = schedule,
            MasterAddress = state.OwnAddress,
            MasterPriority = state.Priority,
        };
    }

    /// <summary>Puts the addresses on again where they may have gone, and has the neighbours learn where they are.</summary>
    public static VirtualRouterState Reclaim(VirtualRouterSettings settings, in VirtualRouterState state, TimeSpan now, EffectList effects)
    {
        effects.Add(VrrpEffect.AcquireAddresses);
        return state with { GratuitousArp = GratuitousArpSchedule.Begin(settings.GratuitousArp, now, effects) };
    }

    /// <summary>Says that the master stops and gives the addresses up; the next role is the caller's to enter.</summary>
    public static void Resign(EffectList effects)
    {
        effects.Add(VrrpEffect.SendAdvertisement(VrrpAdvertisement.StopPriority));
        effects.Add(VrrpEffect.ReleaseAddresses);
    }

    public static VirtualRouterState OnTimer(VirtualRouterSettings settings, in VirtualRouterState state, TimeSpan now, EffectList effects)
    {
        TimeSpan timer = state.RoleTimer;
        if (IsTooLate(settings, timer, now))
        {
            effects.Add(VrrpEffect.ReleaseAddresses);
            return BackupRole.Enter(settings, state, TransitionReason.TimerLate, now, effects);
        }

        if (timer <= now)
        {
            effects.Add(VrrpEffect.SendAdvertisement(state.Priority));

            // Counted from when it was due, so that small delays don't add up; one that missed more than a whole interval begins afresh.
            timer += settings.AdvertisementInterval;
            if (timer <= now)
                timer = now + settings.AdvertisementInterval;
        }

        GratuitousArpSchedule rest = state.GratuitousArp.SendDue(settings.GratuitousArp, now, effects);
        return state with { RoleTimer = timer, MasterAddress = state.OwnAddress, MasterPriority = state.Priority, GratuitousArp = rest };
    }

    public static VirtualRouterState OnAdvert(
        VirtualRouterSettings settings, in VirtualRouterState state, in VrrpAdvertisement advert, TimeSpan now, EffectList effects)
    {
        if (settings.OwnerIgnoresAdvertisements && state.Priority == VirtualRouterSettings.OwnerPriority)
            return state;
        if (advert.Priority == VrrpAdvertisement.StopPriority)
        {
            effects.Add(VrrpEffect.Heard(VrrpEffectKind.StopHeard, advert));
            return Advertise(settings, state, now, effects);
        }

        if (advert.Priority < state.Priority)
            return Defend(settings, state, advert, now, effects);
        if (advert.Priority > state.Priority)
            return Yield(settings, state, advert, TransitionReason.HigherPriorityHeard, now, effects);
        return OnEqualPriority(settings, state, advert, now, effects);
    }

    /// <summary>
    /// Between equals the higher primary address decides. Of two that claim to own the addresses, one is misconfigured: the loser ends its claim.
    /// </summary>
    private static VirtualRouterState OnEqualPriority(
        VirtualRouterSettings settings, in VirtualRouterState state, in VrrpAdvertisement advert, TimeSpan now, EffectList effects)
    {
        int order = advert.Source.Value.CompareTo(state.OwnAddress.GetValueOrDefault().Value);
        if (order == 0)
        {
            effects.Add(VrrpEffect.Heard(VrrpEffectKind.AddressConflict, advert));
            return state;
        }

        VirtualRouterState remaining = state;
        if (state.Priority == VirtualRouterSettings.OwnerPriority)
        {
            if (order > 0)
                remaining = state with { Priority = VirtualRouterSettings.OwnerPriority - 1 };
            effects.Add(VrrpEffect.OwnerConflict(advert.Source, remaining.Priority));
        }

        return order < 0
            ? Defend(settings, remaining, advert, now, effects)
            : Yield(settings, remaining, advert, TransitionReason.HigherAddressHeard, now, effects);
    }

    /// <summary>Another master that has to yield: it is told so at once, and neighbours that have listened to it, too.</summary>
    private static VirtualRouterState Defend(
        VirtualRouterSettings settings, in VirtualRouterState state, in VrrpAdvertisement advert, TimeSpan now, EffectList effects)
    {
        effects.Add(VrrpEffect.Heard(VrrpEffectKind.LowerPriorityHeard, advert));
        VirtualRouterState answered = settings.LowerPriorityNoAdvert ? state : Advertise(settings, state, now, effects);
        return answered with { GratuitousArp = state.GratuitousArp.AnswerLowerPriority(settings.GratuitousArp, now, effects) };
    }

    private static VirtualRouterState Yield(
        VirtualRouterSettings settings,
        in VirtualRouterState state,
        in VrrpAdvertisement advert,
        TransitionReason reason,
        TimeSpan now,
        EffectList effects)
    {
        if (settings.HigherPrioritySendAdvert)
            effects.Add(VrrpEffect.SendAdvertisement(state.Priority));
        effects.Add(VrrpEffect.ReleaseAddresses);
        VirtualRouterState follower = state with { MasterInterval = advert.Interval, MasterAddress = advert.Source, MasterPriority = advert.Priority };
        return BackupRole.Enter(settings, follower, reason, now, effects);
    }

    /// <summary>Gives the addresses up because another member of the sync group did; who has taken over from that one knows without being told.</summary>
    public static VirtualRouterState YieldWithSyncGroup(VirtualRouterSettings settings, in VirtualRouterState state, TimeSpan now, EffectList effects)
    {
        effects.Add(VrrpEffect.ReleaseAddresses);
        return BackupRole.Enter(settings, state, TransitionReason.SyncGroupYielded, now, effects);
    }

    /// <summary>Whether another director must have taken over since the last advertisement (keepalived's <c>timer_expired_backup</c>).</summary>
    private static bool IsTooLate(VirtualRouterSettings settings, TimeSpan timer, TimeSpan now) =>
        settings.YieldsWhenLateTo is { } other && now >= timer - settings.AdvertisementInterval + VrrpTimers.MasterDown(settings, other, settings.AdvertisementInterval);

    private static VirtualRouterState Advertise(VirtualRouterSettings settings, in VirtualRouterState state, TimeSpan now, EffectList effects)
    {
        effects.Add(VrrpEffect.SendAdvertisement(state.Priority));
        return state with { RoleTimer = now + settings.AdvertisementInterval, MasterPriority = state.Priority };
    }
}
