using FastLb.Wire;

namespace FastLb.Vrrp;

/// <summary>What keeps a virtual router from taking part.</summary>
[Flags]
public enum VrrpFaults : byte
{
    None = 0,

    /// <summary>Its interface is down or gone.</summary>
    InterfaceDown = 1,

    /// <summary>Its interface has no address to advertise from.</summary>
    NoAddress = 2,

    /// <summary>Something that it tracks, and that has no weight, is down.</summary>
    Tracking = 4,

    /// <summary>It speaks by unicast, and there is no peer.</summary>
    NoPeer = 8,

    /// <summary>Another member of its sync group can't take part.</summary>
    SyncGroup = 16,
}

/// <summary>
/// All that a virtual router remembers; immutable. Moments are on the monotonic clock that <see cref="VirtualRouter.Step"/> is given, whose origin is
/// the caller's choice; <see cref="Never"/> stands for a timer that doesn't run.
/// </summary>
public readonly record struct VirtualRouterState
{
    /// <summary>The moment that doesn't come.</summary>
    public static readonly TimeSpan Never = TimeSpan.MaxValue;

    /// <summary>What it is at present.</summary>
    public VrrpRole Role { get; init; }

    /// <summary>The priority with which it competes, 1 to 255: the configured one and what trackers add or take.</summary>
    public byte Priority { get; init; }

    /// <summary>The primary address of its interface, from which it advertises; null when there is none.</summary>
    public IpAddress? OwnAddress { get; init; }

    /// <summary>What keeps it from taking part.</summary>
    public VrrpFaults Faults { get; init; }

    /// <summary>Who advertised last, the own address while master; null when nobody has yet.</summary>
    public IpAddress? MasterAddress { get; init; }

    /// <summary>The priority in that advertisement; 0 when there was none.</summary>
    public byte MasterPriority { get; init; }

    /// <summary>
    /// From one of the master's advertisements to the next, as version 3 has it from the last one heard; the own interval while there was none, and in version 2.
    /// </summary>
    public TimeSpan MasterInterval { get; init; }

    /// <summary>Whether it is a backup whose master-down timer has run out, and that waits for the others of its sync group.</summary>
    public bool WantsMaster { get; init; }

    /// <summary>Whether a peer was heard to sum up the multicast group in place of the destination; see <see cref="PseudoHeaderRule.Detected"/>.</summary>
    public bool SumsUpGroup { get; init; }

    /// <summary>The last sequence number of an authentication header sent; one that was heard is overtaken by what is sent next (keepalived's way).</summary>
    public uint SentSequence { get; init; }

    /// <summary>The greatest sequence number of an authentication header heard, from whomever; what isn't greater was there before.</summary>
    public uint HeardSequence { get; init; }

    /// <summary>
    /// The protocol's timer: Adver_Timer of a master, Master_Down_Timer of a backup (RFC 3768 §6.2), the end of the start delay before that.
    /// </summary>
    public TimeSpan RoleTimer { get; init; }

    /// <summary>Why a backup would become master if its timer ran out now.</summary>
    public TransitionReason TakeoverReason { get; init; }

    /// <summary>From when on a backup ignores lower-priority advertisements; <see cref="Never"/> while it hears none or needn't wait.</summary>
    public TimeSpan PreemptsFrom { get; init; }

    /// <summary>A master's gratuitous ARP to come.</summary>
    public GratuitousArpSchedule GratuitousArp { get; init; }

    /// <summary>When it took on its role.</summary>
    public TimeSpan LastTransition { get; init; }

    /// <summary>Why it took on its role.</summary>
    public TransitionReason LastReason { get; init; }

    /// <summary>
    /// When <see cref="VrrpInput.TimerDue"/> is wanted. Whoever comes late, because the process was held up, hands over the advertisements that have
    /// arrived meanwhile first: otherwise a backup would take over from a master that is alive.
    /// </summary>
    public TimeSpan NextDeadline => RoleTimer < GratuitousArp.Next ? RoleTimer : GratuitousArp.Next;

    /// <summary>Why it can take no part now: the fault that is worth being told first; <see cref="TransitionReason.None"/> without any.</summary>
    public TransitionReason FaultReason => FaultRole.ReasonOf(Faults);

    /// <summary>A virtual router before its start.</summary>
    /// <param name="settings">Its settings.</param>
    /// <param name="interfaceIsUp">Whether its interface is there, up and running.</param>
    /// <param name="ownAddress">The address of the interface to advertise from; null when it has none.</param>
    /// <param name="now">The present moment.</param>
    public static VirtualRouterState Initial(VirtualRouterSettings settings, bool interfaceIsUp, IpAddress? ownAddress, TimeSpan now) => new()
    {
        Role = VrrpRole.Init,
        Priority = settings.Priority,
        MasterInterval = settings.AdvertisementInterval,
        OwnAddress = ownAddress,
        Faults = (interfaceIsUp ? VrrpFaults.None : VrrpFaults.InterfaceDown) | (ownAddress is null ? VrrpFaults.NoAddress : VrrpFaults.None),
        RoleTimer = Never,
        PreemptsFrom = Never,
        GratuitousArp = GratuitousArpSchedule.Nothing,
        LastTransition = now,
    };

    /// <summary>The state in another role, with no timer running, and the effect that says so. A takeover that was in sight is forgotten.</summary>
    internal VirtualRouterState Enter(VrrpRole role, TransitionReason reason, TimeSpan now, EffectList effects)
    {
        effects.Add(VrrpEffect.RoleChanged(Role, role, reason));
        return this with
        {
            Role = role,
            RoleTimer = Never,
            TakeoverReason = TransitionReason.None,
            PreemptsFrom = Never,
            WantsMaster = false,
            GratuitousArp = GratuitousArpSchedule.Nothing,
            LastTransition = now,
            LastReason = reason,
        };
    }
}
