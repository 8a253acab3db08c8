namespace FastLb.Vrrp;

/// <summary>FAULT: can't take part until every fault is gone (keepalived's own state, INIT in RFC 3768 §6.4).</summary>
internal static class FaultRole
{
    public static VirtualRouterState Raise(in VirtualRouterState state, VrrpFaults fault, TimeSpan now, EffectList effects)
    {
        VirtualRouterState faulty = state with { Faults = state.Faults | fault, WantsMaster = false };
        if (state.Role is not (VrrpRole.Backup or VrrpRole.Master))
            return faulty;
        if (state.Role == VrrpRole.Master)
            MasterRole.Resign(effects);
        return Enter(faulty, now, effects);
    }

    /// <summary>When the last fault goes, begins as at a start, without its delay.</summary>
    public static VirtualRouterState Clear(
        VirtualRouterSettings settings, in VirtualRouterState state, VrrpFaults fault, TimeSpan now, EffectList effects)
    {
        VirtualRouterState better = state with { Faults = state.Faults & ~fault };
        if (state.Role != VrrpRole.Fault || better.Faults != VrrpFaults.None)
            return better;
        if (settings.IsInSyncGroup)
            return BackupRole.EnterEagerly(settings, better, TransitionReason.FaultsCleared, now, effects);
        return state.Priority == VirtualRouterSettings.OwnerPriority
            ? MasterRole.Enter(settings, better, TransitionReason.FaultsCleared, now, effects)
            : BackupRole.Enter(settings, better, TransitionReason.FaultsCleared, now, effects);
    }

    public static VirtualRouterState Enter(in VirtualRouterState state, TimeSpan now, EffectList effects) =>
        state.Enter(VrrpRole.Fault, ReasonOf(state.Faults), now, effects);

    /// <summary>The first of several faults that is worth being told: another member's comes last.</summary>
    public static TransitionReason ReasonOf(VrrpFaults faults) => faults switch
    {
        _ when faults.HasFlag(VrrpFaults.InterfaceDown) => TransitionReason.InterfaceDown,
        _ when faults.HasFlag(VrrpFaults.NoAddress) => TransitionReason.NoAddress,
        _ when faults.HasFlag(VrrpFaults.NoPeer) => TransitionReason.NoPeer,
        _ when faults.HasFlag(VrrpFaults.Tracking) => TransitionReason.TrackingFailed,
        _ when faults.HasFlag(VrrpFaults.SyncGroup) => TransitionReason.SyncGroupFault,
        _ => TransitionReason.None,
    };
}
