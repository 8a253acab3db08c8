using FastLb.Wire;

namespace FastLb.Vrrp;

/// <summary>The kinds of <see cref="VrrpEffect"/>.</summary>
public enum VrrpEffectKind : byte
{
    /// <summary>Send an advertisement of <see cref="VrrpEffect.Priority"/>.</summary>
    SendAdvertisement,

    /// <summary>Put the addresses on their interfaces; those that are there already stay.</summary>
    AcquireAddresses,

    /// <summary>Take the addresses off their interfaces, and forget gratuitous ARP that waits for its turn.</summary>
    ReleaseAddresses,

    /// <summary>Send <see cref="VrrpEffect.Repeat"/> gratuitous ARP messages for each address, all addresses in turn.</summary>
    SendGratuitousArp,

    /// <summary>Send a gratuitous ARP message on each interface that holds an address and sends no advertisements.</summary>
    AnnounceFurtherInterfaces,

    /// <summary>
    /// Tell who wants to know that the role has gone from <see cref="VrrpEffect.From"/> to <see cref="VrrpEffect.To"/>, and the
    /// <see cref="VrrpEffect.Reason"/>.
    /// </summary>
    RoleChanged,

    /// <summary>Note that a master has heard another one with lower priority, or equal priority and a lower address.</summary>
    LowerPriorityHeard,

    /// <summary>Note that a backup has ignored an advertisement of lower priority, and that its timer runs on.</summary>
    LowerPriorityDiscarded,

    /// <summary>Note that a master has heard another master stop.</summary>
    StopHeard,

    /// <summary>Note that the delay before preempting has begun.</summary>
    PreemptDelayStarted,

    /// <summary>Note that another director advertises with the same priority from the same address.</summary>
    AddressConflict,

    /// <summary>Note that a backup's master-down timer has run out, and that it waits for the others of its sync group.</summary>
    WaitsForSyncGroup,

    /// <summary>Note that another director claims to own the addresses, too; <see cref="VrrpEffect.Priority"/> is what the own one is now.</summary>
    OwnerConflict,
}

/// <summary>Something that the shell around a virtual router must do. Effects are carried out in their order.</summary>
public readonly record struct VrrpEffect
{
    private VrrpEffect(VrrpEffectKind kind) => Kind = kind;

    /// <summary>What is to be done.</summary>
    public VrrpEffectKind Kind { get; }

    /// <summary>To send, or that of the advertisement heard; 0 to 255.</summary>
    public byte Priority { get; private init; }

    /// <summary>Messages for each address.</summary>
    public uint Repeat { get; private init; }

    /// <summary>Of an advertisement with an authentication header: its sequence number.</summary>
    public uint Sequence { get; private init; }

    /// <summary>The role before.</summary>
    public VrrpRole From { get; private init; }

    /// <summary>The role now.</summary>
    public VrrpRole To { get; private init; }

    /// <summary>Why the role has changed.</summary>
    public TransitionReason Reason { get; private init; }

    /// <summary>Who sent the advertisement heard.</summary>
    public IpAddress Source { get; private init; }

    internal static VrrpEffect AcquireAddresses => new(VrrpEffectKind.AcquireAddresses);

    internal static VrrpEffect ReleaseAddresses => new(VrrpEffectKind.ReleaseAddresses);

    internal static VrrpEffect AnnounceFurtherInterfaces => new(VrrpEffectKind.AnnounceFurtherInterfaces);

    internal static VrrpEffect WaitsForSyncGroup => new(VrrpEffectKind.WaitsForSyncGroup);

    internal static VrrpEffect PreemptDelayStarted => new(VrrpEffectKind.PreemptDelayStarted);

    internal static VrrpEffect SendAdvertisement(byte priority) => new(VrrpEffectKind.SendAdvertisement) { Priority = priority };

    /// <summary>The same advertisement with a sequence number.</summary>
    internal VrrpEffect Numbered(uint sequence) => this with { Sequence = sequence };

    internal static VrrpEffect SendGratuitousArp(uint repeat) => new(VrrpEffectKind.SendGratuitousArp) { Repeat = repeat };

    internal static VrrpEffect RoleChanged(VrrpRole from, VrrpRole to, TransitionReason reason) =>
        new(VrrpEffectKind.RoleChanged) { From = from, To = to, Reason = reason };

    /// <summary>One of the kinds that note what was heard.</summary>
    internal static VrrpEffect Heard(VrrpEffectKind kind, in VrrpAdvertisement advert) =>
        new(kind) { Priority = advert.Priority, Source = advert.Source };

    internal static VrrpEffect OwnerConflict(IpAddress source, byte priority) =>
        new(VrrpEffectKind.OwnerConflict) { Priority = priority, Source = source };
}
