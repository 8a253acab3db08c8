namespace FastLb.Vrrp;

/// <summary>BACKUP: watches the master (RFC 3768 §6.4.2, RFC 9568 §6.4.2).</summary>
internal static class BackupRole
{
    /// <summary>Begins with a full master-down timer.</summary>
    public static VirtualRouterState Enter(
        VirtualRouterSettings settings, in VirtualRouterState state, TransitionReason reason, TimeSpan now, EffectList effects) =>
        state.Enter(VrrpRole.Backup, reason, now, effects) with
        {
            RoleTimer = now + VrrpTimers.MasterDown(settings, state.Priority, state.MasterInterval),
            TakeoverReason = TransitionReason.MasterDown,
        };

    /// <summary>
    /// Begins as a member of a sync group: the owner of the addresses, and who wishes to be master, are ready sooner, because nothing comes of it before the others are, too.
    /// </summary>
    public static VirtualRouterState EnterEagerly(
        VirtualRouterSettings settings, in VirtualRouterState state, TransitionReason reason, TimeSpan now, EffectList effects)
    {
        VirtualRouterState backup = Enter(settings, state, reason, now, effects);
        if (state.Priority == VirtualRouterSettings.OwnerPriority)
            return backup with { RoleTimer = now, TakeoverReason = TransitionReason.OwnerStarted };
        return settings.WishesToBeMaster ? backup with { RoleTimer = now + VrrpTimers.EagerStart(settings, state.Priority) } : backup;
    }

    /// <summary>The timer has run out; what comes of it is the sync group's to decide. It runs once more meanwhile, as keepalived has it.</summary>
    public static VirtualRouterState WaitForSyncGroup(VirtualRouterSettings settings, in VirtualRouterState state, TimeSpan now, EffectList effects)
    {
        if (!state.WantsMaster)
            effects.Add(VrrpEffect.WaitsForSyncGroup);
        return state with { WantsMaster = true, RoleTimer = now + VrrpTimers.MasterDown(settings, state.Priority, state.MasterInterval) };
    }

    public static VirtualRouterState OnAdvert(
        VirtualRouterSettings settings, in VirtualRouterState state, in VrrpAdvertisement advert, TimeSpan now, EffectList effects)
    {
        if (advert.Priority == VrrpAdvertisement.StopPriority)
            return state with { RoleTimer = now + VrrpTimers.Skew(settings, state.Priority, state.MasterInterval), TakeoverReason = TransitionReason.MasterStopped };

        if (advert.Priority >= state.Priority)
            return Accept(settings, state, advert, now) with { PreemptsFrom = VirtualRouterState.Never };
        if (!settings.TakesOverFromLower)
            return Accept(settings, state, advert, now);
        return settings.EffectivePreemptDelay > TimeSpan.Zero && (state.PreemptsFrom == VirtualRouterState.Never || now < state.PreemptsFrom)
            ? Tolerate(settings, state, advert, now, effects)
            : Discard(state, advert, effects);
    }

    /// <summary>The master is alive: the timer starts anew.</summary>
    private static VirtualRouterState Accept(
        VirtualRouterSettings settings, in VirtualRouterState state, in VrrpAdvertisement advert, TimeSpan now) =>
        state with
        {
            RoleTimer = now + VrrpTimers.MasterDown(settings, state.Priority, advert.Interval),
            TakeoverReason = TransitionReason.MasterDown,
            WantsMaster = false,
            MasterInterval = advert.Interval,
            MasterAddress = advert.Source,
            MasterPriority = advert.Priority,
        };

    /// <summary>A master of lower priority is accepted until the delay, which begins with its first advertisement, is over.</summary>
    private static VirtualRouterState Tolerate(
        VirtualRouterSettings settings, in VirtualRouterState state, in VrrpAdvertisement advert, TimeSpan now, EffectList effects)
    {
        VirtualRouterState accepted = Accept(settings, state, advert, now);
        if (state.PreemptsFrom != VirtualRouterState.Never)
            return accepted;
        effects.Add(VrrpEffect.PreemptDelayStarted);
        return accepted with { PreemptsFrom = now + settings.EffectivePreemptDelay };
    }

    /// <summary>A master of lower priority doesn't count: the timer runs on, and with it comes the takeover.</summary>
    private static VirtualRouterState Discard(in VirtualRouterState state, in VrrpAdvertisement advert, EffectList effects)
    {
        effects.Add(VrrpEffect.Heard(VrrpEffectKind.LowerPriorityDiscarded, advert));
        return state with { TakeoverReason = TransitionReason.Preempted, MasterAddress = advert.Source, MasterPriority = advert.Priority };
    }
}
