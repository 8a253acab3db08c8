using FastLb.Wire;

namespace FastLb.Vrrp.Tests.Simulation;

/// <summary>A virtual router with its process, which may die, and its addresses, which a dead process leaves behind.</summary>
internal sealed class SimulatedRouter(int index, VirtualRouterSettings settings, TimeSpan clockOffset)
{
    private readonly EffectList _effects = new();
    private readonly VirtualRouter _router = new(settings);
    private VirtualRouterState _state;
    private bool _isLate;
    private bool _wasLate; // the next advertisement is counted from when the late one was due

    public int Index => index;

    public VirtualRouterSettings Settings => settings;

    public VirtualRouterState State => _state;

    public bool IsRunning { get; private set; }

    /// <summary>Its interface's primary address; null when it has none.</summary>
    public IpAddress? Address { get; private set; } = IpAddress.FromV4(0xC000_020Au + (uint)index);

    public bool HoldsAddresses { get; private set; }

    /// <summary>When it last advertised anything; null when it has not since its start.</summary>
    public TimeSpan? LastAdvertAt { get; private set; }

    /// <summary>Was master when it died, and nothing has been started since.</summary>
    public bool DiedAsMaster { get; private set; }

    /// <summary>Its process gets no time at present: whatever happens waits in <see cref="Waiting"/>.</summary>
    public bool IsStalled { get; private set; }

    /// <summary>What has arrived while it was stalled, in order.</summary>
    public List<Action> Waiting { get; } = [];

    public bool IsMaster => IsRunning && _state.Role == VrrpRole.Master;

    public bool Preempts => settings.Preempts || settings.WishesToBeMaster || settings.Priority == VirtualRouterSettings.OwnerPriority;

    /// <summary>The effects of the last step.</summary>
    public ReadOnlySpan<VrrpEffect> Effects => _effects.Effects;

    /// <summary>When its timer is due, on the simulation's clock.</summary>
    public TimeSpan NextDeadline => _state.NextDeadline == VirtualRouterState.Never ? VirtualRouterState.Never : _state.NextDeadline - clockOffset;

    /// <summary>Its process is there; a start or a resumption must follow. Each process has its own idea of when time began.</summary>
    public void Launch(bool linkIsUp, TimeSpan now)
    {
        IsRunning = true;
        DiedAsMaster = false;
        _state = VirtualRouterState.Initial(settings, linkIsUp, Address, now + clockOffset);
    }

    /// <summary>Takes away what a dead process left behind, as is done before a start.</summary>
    public void ClearLeftovers() => HoldsAddresses = false;

    public void Stall() => IsStalled = true;

    /// <summary>Does what has waited: packets and the like first, then timers, as the product's thread does.</summary>
    public void CatchUp(Action actIfDue)
    {
        IsStalled = false;
        _isLate = true;
        Action[] waited = [.. Waiting];
        Waiting.Clear();
        foreach (Action action in waited)
            action();
        actIfDue();
        _isLate = false;
        _wasLate = true;
    }

    public void Crash()
    {
        IsStalled = false;
        Waiting.Clear();
        DiedAsMaster = IsMaster;
        IsRunning = false;
    }

    public void SetAddress(IpAddress? address) => Address = address;

    public DiscardReason Receive(byte[] packet, out VrrpAdvertisement advert) => AdvertisementCheck.Check(packet, settings, _state, out advert);

    /// <summary>Takes a step, and holds it to what is true of every step. The answer is what isn't; null when all is.</summary>
    public string? Step(VrrpInput input, TimeSpan now)
    {
        VirtualRouterState before = _state;
        _state = _router.Step(before, input, now + clockOffset, _effects);
        if (!_isLate && NextDeadline < now)
            return $"wants its timer in the past, at {NextDeadline}";
        foreach (ref readonly VrrpEffect effect in Effects)
        {
            string? fault = effect.Kind switch
            {
                VrrpEffectKind.SendAdvertisement => Advertise(effect.Priority, before, input, now),
                VrrpEffectKind.AcquireAddresses => Hold(true, input),
                VrrpEffectKind.ReleaseAddresses => Hold(false, input),
                VrrpEffectKind.SendGratuitousArp or VrrpEffectKind.AnnounceFurtherInterfaces when !HoldsAddresses => "claims addresses by ARP that it doesn't hold",
                VrrpEffectKind.RoleChanged when effect.Reason == TransitionReason.Preempted && !Preempts => "preempts, and must not",
                _ => null,
            };
            if (fault is not null)
                return fault;
        }

        if (before.Role != VrrpRole.Master && _state.Role == VrrpRole.Master && !BeginsAsMasterShould())
            return "became master in another order than advertisement, addresses, gratuitous ARP, notice";
        return HoldsAddresses == IsMaster ? null : $"holds its addresses: {HoldsAddresses}, but is {_state.Role}";
    }

    private bool BeginsAsMasterShould() => Effects is
        [
        { Kind: VrrpEffectKind.SendAdvertisement }, { Kind: VrrpEffectKind.AcquireAddresses },
        { Kind: VrrpEffectKind.SendGratuitousArp }, { Kind: VrrpEffectKind.RoleChanged, To: VrrpRole.Master },
        ];

    private string? Advertise(byte priority, in VirtualRouterState before, VrrpInput input, TimeSpan now)
    {
        TimeSpan? last = LastAdvertAt;
        LastAdvertAt = now;
        if (priority == 0)
        {
            bool mayStop = before.Role == VrrpRole.Master && _state.Role is VrrpRole.Stopped or VrrpRole.Fault;
            return mayStop ? null : $"says that it stops, going from {before.Role} to {_state.Role}";
        }

        if (before.Role != VrrpRole.Master && _state.Role != VrrpRole.Master)
            return $"advertises as {_state.Role}";
        bool isRegular = input.Kind == VrrpInputKind.TimerDue && before.Role == VrrpRole.Master && !_isLate && !_wasLate;
        _wasLate = false;
        return !isRegular || now - last == settings.AdvertisementInterval ? null : $"advertises {now - last} after the last time";
    }

    private string? Hold(bool hold, VrrpInput input)
    {
        // A resumed process finds the addresses as the dead one left them.
        bool redundant = HoldsAddresses == hold && input.Kind != VrrpInputKind.Resume;
        HoldsAddresses = hold;
        return redundant ? $"{(hold ? "takes" : "gives up")} addresses twice" : null;
    }
}
