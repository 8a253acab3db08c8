namespace FastLb.Vrrp;

/// <summary>FAULT: can't take part until every fault is gone (keepalived's own state, INIT in RFC 3768 §6.4).</summary>
internal static class FaultRole
{
    public static VirtualRouterState Raise(in VirtualRouterState state, VrrpFaults fault, TimeSpan now, EffectList effects)
    {
        VirtualRouterState faulty = state with { Faults = state.Faults | fault };
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
        return state.Priority == VirtualRouterSettings.OwnerPriority
            ? MasterRole.Enter(settings, better, TransitionReason.FaultsCleared, now, effects)
            : BackupRole.Enter(settings, better, TransitionReason.FaultsCleared, now, effects);
    }

    public static VirtualRouterState Enter(in VirtualRouterState state, TimeSpan now, EffectList effects)
    {
        bool isDown = (state.Faults & VrrpFaults.InterfaceDown) != VrrpFaults.None;
        return state.Enter(VrrpRole.Fault, isDown ? TransitionReason.InterfaceDown : TransitionReason.NoAddress, now, effects);
    }
}
