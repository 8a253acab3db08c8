using FastLb.Wire;

namespace FastLb.Vrrp;

/// <summary>
/// The state machine of a virtual router (RFC 3768 §6.4, RFC 9568 §6.4, keepalived's extensions included): a function of state, input and time, which has no clock,
/// socket or memory of its own. Who reloads the configuration makes another one and goes on with the state.
/// </summary>
public sealed class VirtualRouter
{
    /// <summary>
    /// Takes settings whose ranges the configuration has checked; throws <see cref="ArgumentException"/> for those that it would have refused.
    /// </summary>
    public VirtualRouter(VirtualRouterSettings settings)
    {
        if (settings.FindFault() is { } fault)
            throw new ArgumentException($"{settings.Name}: {fault}", nameof(settings));
        Settings = settings;
    }

    /// <summary>What the configuration says.</summary>
    public VirtualRouterSettings Settings { get; }

    /// <summary>The state after an input. Allocates nothing.</summary>
    /// <param name="state">The state before.</param>
    /// <param name="input">What happens.</param>
    /// <param name="now">The present moment on a monotonic clock.</param>
    /// <param name="effects">Gets what is to be done, in order; what it held is lost.</param>
    public VirtualRouterState Step(in VirtualRouterState state, in VrrpInput input, TimeSpan now, EffectList effects)
    {
        effects.Clear();
        VirtualRouterState after = Move(state, input, now, effects);
        return Settings.Authentication == AuthenticationType.AuthenticationHeader ? Number(after, effects) : after;
    }

    private static VirtualRouterState Number(in VirtualRouterState state, EffectList effects) =>
        state with { SentSequence = effects.NumberAdvertisements(Math.Max(state.SentSequence, state.HeardSequence)) };

    private VirtualRouterState Move(in VirtualRouterState state, in VrrpInput input, TimeSpan now, EffectList effects) =>
        input.Kind switch
        {
            VrrpInputKind.Start => InitRole.Start(Settings, state, now, effects),
            VrrpInputKind.Resume => InitRole.Resume(Settings, state, input.Silence, now, effects),
            VrrpInputKind.TimerDue => OnTimer(state, now, effects),
            VrrpInputKind.AdvertReceived => OnAdvert(state, input.Advertisement, now, effects),
            VrrpInputKind.FaultRaised => FaultRole.Raise(state, input.Fault, now, effects),
            VrrpInputKind.FaultCleared => FaultRole.Clear(Settings, state, input.Fault, now, effects),
            VrrpInputKind.SyncGroupTakesOver => OnSyncGroupTakesOver(state, now, effects),
            VrrpInputKind.SyncGroupYields => state.Role == VrrpRole.Master ? MasterRole.YieldWithSyncGroup(Settings, state, now, effects) : state with { WantsMaster = false },
            VrrpInputKind.SyncGroupDefends => OnSyncGroupDefends(state, now, effects),
            VrrpInputKind.OwnAddressChanged => OnOwnAddress(state, input.Address, now, effects),
            VrrpInputKind.MacChanged => OnMac(state, now, effects),
            VrrpInputKind.AddressInterfaceRenewed => state.Role == VrrpRole.Master ? MasterRole.Reclaim(Settings, state, now, effects) : state,
            VrrpInputKind.PriorityChanged => OnPriority(state, input.Priority, now),
            VrrpInputKind.Stop => OnStop(state, now, effects),
            _ => throw new ArgumentOutOfRangeException(nameof(input), input.Kind, "There is no such input"),
        };

    private VirtualRouterState OnTimer(in VirtualRouterState state, TimeSpan now, EffectList effects)
    {
        if (now < state.NextDeadline)
            return state;
        return state.Role switch
        {
            VrrpRole.Init => InitRole.Begin(Settings, state, now, effects),
            VrrpRole.Backup when Settings.IsInSyncGroup => BackupRole.WaitForSyncGroup(Settings, state, now, effects),
            VrrpRole.Backup => MasterRole.Enter(Settings, state, state.TakeoverReason, now, effects),
            VrrpRole.Master => MasterRole.OnTimer(Settings, state, now, effects),
            _ => state,
        };
    }

    /// <summary>Who takes no part doesn't listen either.</summary>
    private VirtualRouterState OnAdvert(in VirtualRouterState state, in VrrpAdvertisement advert, TimeSpan now, EffectList effects)
    {
        VirtualRouterState heard = state with { HeardSequence = Math.Max(state.HeardSequence, advert.Sequence), SumsUpGroup = state.SumsUpGroup || advert.SumsUpGroup };
        return state.Role switch
        {
            VrrpRole.Backup => BackupRole.OnAdvert(Settings, heard, advert, now, effects),
            VrrpRole.Master => MasterRole.OnAdvert(Settings, heard, advert, now, effects),
            _ => state,
        };
    }

    /// <summary>Who has no part in it, because of a fault or a stop, is left alone.</summary>
    private VirtualRouterState OnSyncGroupTakesOver(in VirtualRouterState state, TimeSpan now, EffectList effects) =>
        state.Role != VrrpRole.Backup
            ? state
            : MasterRole.Enter(Settings, state, state.WantsMaster ? state.TakeoverReason : TransitionReason.SyncGroupReady, now, effects);

    private VirtualRouterState OnSyncGroupDefends(in VirtualRouterState state, TimeSpan now, EffectList effects) => state.Role != VrrpRole.Master
        ? state
        : state with { GratuitousArp = state.GratuitousArp.AnswerLowerPriority(Settings.GratuitousArp, now, effects) };

    private VirtualRouterState OnOwnAddress(in VirtualRouterState state, IpAddress? address, TimeSpan now, EffectList effects)
    {
        VirtualRouterState changed = state with { OwnAddress = address };
        return address is null
            ? FaultRole.Raise(changed, VrrpFaults.NoAddress, now, effects)
            : FaultRole.Clear(Settings, changed, VrrpFaults.NoAddress, now, effects);
    }

    /// <summary>A master's neighbours learn where its addresses are now, as they did when it became master.</summary>
    private VirtualRouterState OnMac(in VirtualRouterState state, TimeSpan now, EffectList effects) =>
        state.Role == VrrpRole.Master ? state with { GratuitousArp = GratuitousArpSchedule.Begin(Settings.GratuitousArp, now, effects) } : state;

    /// <summary>A master's next advertisement tells the others; a backup's running timer is moved by what the skew differs.</summary>
    private VirtualRouterState OnPriority(in VirtualRouterState state, byte priority, TimeSpan now)
    {
        if (state.Role != VrrpRole.Backup)
            return state with { Priority = priority };
        TimeSpan timer = state.RoleTimer + VrrpTimers.Skew(Settings, priority, state.MasterInterval) - VrrpTimers.Skew(Settings, state.Priority, state.MasterInterval);
        return state with { Priority = priority, RoleTimer = timer < now ? now : timer };
    }

    private static VirtualRouterState OnStop(in VirtualRouterState state, TimeSpan now, EffectList effects)
    {
        if (state.Role == VrrpRole.Stopped)
            return state;
        if (state.Role == VrrpRole.Master)
            MasterRole.Resign(effects);
        return state.Enter(VrrpRole.Stopped, TransitionReason.StopRequested, now, effects);
    }
}
