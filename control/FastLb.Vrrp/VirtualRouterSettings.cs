using System.Collections.Immutable;
using FastLb.Wire;

namespace FastLb.Vrrp;

/// <summary>What a virtual router of version 2 (RFC 3768) or 3 (RFC 9568) is told by its configuration. Immutable; a reload makes another.</summary>
public sealed record VirtualRouterSettings
{
    /// <summary>The priority of the owner of the addresses (RFC 3768 §5.3.4).</summary>
    public const byte OwnerPriority = 255;

    /// <summary>The most addresses that fit an advertisement's count (RFC 3768 §5.3.5).</summary>
    public const int MaximumAddresses = 255;

    /// <summary>Its name in the configuration, for logs.</summary>
    public required string Name { get; init; }

    /// <summary>1 to 255 (RFC 3768 §5.3.3).</summary>
    public required byte VirtualRouterId { get; init; }

    /// <summary>1 to 255, before trackers add to it or take from it; 255 marks the owner of the addresses.</summary>
    public byte Priority { get; init; } = 100;

    /// <summary>2 or 3.</summary>
    public int Version { get; init; } = 2;

    /// <summary>Whether it is of IPv6, which only version 3 is.</summary>
    public bool IsIPv6 { get; init; }

    /// <summary>
    /// From one advertisement to the next: of version 2 whole seconds, 1 to 255 (RFC 3768 §5.3.7); of version 3 a multiple of 10 ms, up to 40.95 s (RFC 9568 §5.2.6).
    /// </summary>
    public TimeSpan AdvertisementInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How advertisements of version 2 are authenticated; version 3 has no such thing.</summary>
    public AuthenticationType Authentication { get; init; }

    /// <summary>The password that goes with every advertisement, or the key of the authentication header.</summary>
    public VrrpPassword Password { get; init; }

    /// <summary>The addresses that advertisements list, all of one family, at most <see cref="MaximumAddresses"/>.</summary>
    public ImmutableArray<IpAddress> AdvertisedAddresses { get; init; } = [];

    /// <summary>Where advertisements go by multicast; also what some old peers put into the checksum of what they send by unicast.</summary>
    public IpAddress Group { get; init; } = VrrpAdvertisement.Group4;

    /// <summary>The other directors, when advertisements go to each by unicast; empty for multicast.</summary>
    public ImmutableArray<VrrpPeer> Peers { get; init; } = [];

    /// <summary>Whether advertisements by unicast count only from <see cref="Peers"/>.</summary>
    public bool ChecksPeers { get; init; }

    /// <summary>What the checksum of version 3 over IPv4 covers beside the message.</summary>
    public PseudoHeaderRule PseudoHeader { get; init; }

    /// <summary>
    /// The role wished for at start (<c>state MASTER</c>). It doesn't make a master, which only priorities do, but rules out
    /// <see cref="Preempts"/> being false and <see cref="PreemptDelay"/>.
    /// </summary>
    public bool WishesToBeMaster { get; init; }

    /// <summary>
    /// False when a backup leaves a master of lower priority alone (<c>nopreempt</c>). Has no meaning for an owner or one that wishes to be master.
    /// </summary>
    public bool Preempts { get; init; } = true;

    /// <summary>
    /// From the first lower-priority advertisement that a backup hears until it ignores them; the master-down timer must still run out after that.
    /// Has no meaning for one that wishes to be master or doesn't preempt.
    /// </summary>
    public TimeSpan PreemptDelay { get; init; }

    /// <summary>Missed advertisements after which a master counts as down: 1 to 100.</summary>
    public int DownTimerAdverts { get; init; } = 3;

    /// <summary>Whether a master keeps quiet when it hears a lower-priority advertisement; otherwise it answers at once.</summary>
    public bool LowerPriorityNoAdvert { get; init; }

    /// <summary>Whether a master sends one more advertisement before it yields to a higher priority.</summary>
    public bool HigherPrioritySendAdvert { get; init; }

    /// <summary>Whether a backup compares the address list of an advertisement only when the master changes.</summary>
    public bool SkipCheckAdvertisementAddresses { get; init; }

    /// <summary>When neighbours are told about the addresses.</summary>
    public GratuitousArpBursts GratuitousArp { get; init; } = new();

    /// <summary>Whether a master that owns the addresses leaves what others advertise alone.</summary>
    public bool OwnerIgnoresAdvertisements { get; init; }

    /// <summary>
    /// The highest priority of another director, 1 to 254: a master that is so late that this one has taken over becomes backup, in place of advertising once more. Null
    /// when it doesn't.
    /// </summary>
    public byte? YieldsWhenLateTo { get; init; }

    /// <summary>Whether it becomes master only together with others (<see cref="SyncGroup"/>).</summary>
    public bool IsInSyncGroup { get; init; }

    /// <summary>How long the router does nothing after its start.</summary>
    public TimeSpan StartDelay { get; init; }

    /// <summary>Whether a backup takes over from a master of lower priority (<see cref="Preempts"/>, its exceptions considered).</summary>
    internal bool TakesOverFromLower => Preempts || WishesToBeMaster || Priority == OwnerPriority;

    /// <summary><see cref="PreemptDelay"/>, its exceptions considered; zero for none.</summary>
    internal TimeSpan EffectivePreemptDelay => Preempts && !WishesToBeMaster ? PreemptDelay : TimeSpan.Zero;

    /// <summary>
    /// What makes the settings such that no advertisement could carry them: the configuration's checks have been left out. Null when all is well.
    /// </summary>
    internal string? FindFault()
    {
        if (VirtualRouterId == 0)
            return "a virtual router id is 1 to 255";
        if (Priority == 0)
            return "a priority is 1 to 255";
        if (Version is not (2 or 3))
            return $"there are the versions 2 and 3, not {Version}";
        if (Version == 2 && (AdvertisementInterval.Ticks % TimeSpan.TicksPerSecond != 0 || AdvertisementInterval.TotalSeconds is < 1 or > 255))
            return $"an advertisement interval of version 2 is 1 to 255 whole seconds, not {AdvertisementInterval}";
        if (Version == 3 && (AdvertisementInterval.Ticks % VrrpTimers.TicksPerCentisecond != 0 || AdvertisementInterval.TotalSeconds is < 0.01 or > 40.95))
            return $"an advertisement interval of version 3 is 10 ms to 40.95 s in steps of 10 ms, not {AdvertisementInterval}";
        if (Version == 3 && Authentication != AuthenticationType.None)
            return "version 3 has no authentication (RFC 9568 section 9)";
        if (Version == 2 && IsIPv6)
            return "version 2 is of IPv4 alone";
        if (DownTimerAdverts is < 1 or > 100)
            return $"1 to 100 missed advertisements mean that the master is down, not {DownTimerAdverts}";
        if (AdvertisedAddresses.Length > MaximumAddresses)
            return $"an advertisement lists at most {MaximumAddresses} addresses, not {AdvertisedAddresses.Length}";
        return AdvertisedAddresses.All(address => address.IsIPv4 != IsIPv6) ? null : "the addresses of an advertisement are of one family";
    }
}
