namespace FastLb.Vrrp;

/// <summary>INIT: how a virtual router begins (RFC 3768 §6.4.1).</summary>
internal static class InitRole
{
    public static VirtualRouterState Start(VirtualRouterSettings settings, in VirtualRouterState state, TimeSpan now, EffectList effects)
    {
        if (!AwaitsStart(state))
            return state;
        return settings.StartDelay > TimeSpan.Zero
            ? state with { Role = VrrpRole.Init, RoleTimer = now + settings.StartDelay }
            : Begin(settings, state, now, effects);
    }

    /// <summary>
    /// Goes on as the master that the dead process was, unless others may have thought it dead. Then its addresses, which the dead process couldn't
    /// take off, must go first. There is no start delay: the director has been up. With authentication headers it can't go on: their sequence numbers have gone, and others would
    /// take what it sends for replayed.
    /// </summary>
    public static VirtualRouterState Resume(
        VirtualRouterSettings settings, in VirtualRouterState state, TimeSpan silence, TimeSpan now, EffectList effects)
    {
        if (!AwaitsStart(state))
            return state;
        bool isInTime = silence <= settings.AdvertisementInterval && settings.Authentication != AuthenticationType.AuthenticationHeader;
        if (state.Faults == VrrpFaults.None && isInTime)
            return MasterRole.Enter(settings, state, TransitionReason.Resumed, now, effects);
        effects.Add(VrrpEffect.ReleaseAddresses);
        return state.Faults == VrrpFaults.None
            ? BackupRole.Enter(settings, state, TransitionReason.ResumedTooLate, now, effects)
            : FaultRole.Enter(state, now, effects);
    }

    /// <summary>
    /// Only the owner of the addresses is master at once. All others listen for a whole master-down interval first, even if they wish to be master.
    /// </summary>
    public static VirtualRouterState Begin(VirtualRouterSettings settings, in VirtualRouterState state, TimeSpan now, EffectList effects)
    {
        if (state.Faults != VrrpFaults.None)
            return FaultRole.Enter(state, now, effects);
        VirtualRouterState fresh = state with { MasterInterval = settings.AdvertisementInterval };
        if (settings.IsInSyncGroup)
            return BackupRole.EnterEagerly(settings, fresh, TransitionReason.Started, now, effects);
        return state.Priority == VirtualRouterSettings.OwnerPriority
            ? MasterRole.Enter(settings, fresh, TransitionReason.OwnerStarted, now, effects)
            : BackupRole.Enter(settings, fresh, TransitionReason.Started, now, effects);
    }

    private static bool AwaitsStart(in VirtualRouterState state) =>
        state.Role == VrrpRole.Stopped || (state.Role == VrrpRole.Init && state.RoleTimer == VirtualRouterState.Never);
}
