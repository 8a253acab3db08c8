using FastLb.Wire;

namespace FastLb.Vrrp;

/// <summary>The kinds of <see cref="VrrpInput"/>.</summary>
public enum VrrpInputKind : byte
{
    /// <summary>Takes part from now on, or after the start delay.</summary>
    Start,

    /// <summary>In place of <see cref="Start"/>: the process had died while it was the master and has been restarted.</summary>
    Resume,

    /// <summary><see cref="VirtualRouterState.NextDeadline"/> has come. If it has not, nothing happens.</summary>
    TimerDue,

    /// <summary>An advertisement that has passed <see cref="AdvertisementCheck"/>.</summary>
    AdvertReceived,

    /// <summary>The primary address of the interface is another one, or gone.</summary>
    OwnAddressChanged,

    /// <summary>An interface that the addresses are on has another Ethernet address.</summary>
    MacChanged,

    /// <summary>An interface that is to hold addresses has appeared, been made anew, or come up: what was on it may have gone.</summary>
    AddressInterfaceRenewed,

    /// <summary>A fault of <see cref="VrrpInput.Fault"/> has come.</summary>
    FaultRaised,

    /// <summary>A fault of <see cref="VrrpInput.Fault"/> has gone.</summary>
    FaultCleared,

    /// <summary>All members of its sync group could become master, and now do.</summary>
    SyncGroupTakesOver,

    /// <summary>Another member of its sync group has become backup.</summary>
    SyncGroupYields,

    /// <summary>Another member of its sync group has heard a master of lower priority.</summary>
    SyncGroupDefends,

    /// <summary>Trackers or a reload have changed the priority.</summary>
    PriorityChanged,

    /// <summary>Leaves in order.</summary>
    Stop,
}

/// <summary>Something that happens to a virtual router.</summary>
public readonly record struct VrrpInput
{
    private VrrpInput(VrrpInputKind kind) => Kind = kind;

    /// <summary>Takes part from now on, or after the start delay.</summary>
    public static VrrpInput Start => new(VrrpInputKind.Start);

    /// <summary><see cref="VirtualRouterState.NextDeadline"/> has come.</summary>
    public static VrrpInput TimerDue => new(VrrpInputKind.TimerDue);

    /// <summary>The interface is there, up and running.</summary>
    public static VrrpInput InterfaceUp => Cleared(VrrpFaults.InterfaceDown);

    /// <summary>The interface is down or gone.</summary>
    public static VrrpInput InterfaceDown => Raised(VrrpFaults.InterfaceDown);

    /// <summary>All members of its sync group could become master, and now do.</summary>
    public static VrrpInput SyncGroupTakesOver => new(VrrpInputKind.SyncGroupTakesOver);

    /// <summary>Another member of its sync group has become backup.</summary>
    public static VrrpInput SyncGroupYields => new(VrrpInputKind.SyncGroupYields);

    /// <summary>Another member of its sync group has heard a master of lower priority.</summary>
    public static VrrpInput SyncGroupDefends => new(VrrpInputKind.SyncGroupDefends);

    /// <summary>An interface that the addresses are on has another Ethernet address.</summary>
    public static VrrpInput MacChanged => new(VrrpInputKind.MacChanged);

    /// <summary>An interface that is to hold addresses has appeared, been made anew, or come up.</summary>
    public static VrrpInput AddressInterfaceRenewed => new(VrrpInputKind.AddressInterfaceRenewed);

    /// <summary>Leaves in order.</summary>
    public static VrrpInput Stop => new(VrrpInputKind.Stop);

    /// <summary>What it is.</summary>
    public VrrpInputKind Kind { get; }

    /// <summary>Of <see cref="VrrpInputKind.AdvertReceived"/>.</summary>
    public VrrpAdvertisement Advertisement { get; private init; }

    /// <summary>Of <see cref="VrrpInputKind.OwnAddressChanged"/>; null when there is no address any more.</summary>
    public IpAddress? Address { get; private init; }

    /// <summary>Of <see cref="VrrpInputKind.PriorityChanged"/>: 1 to 255.</summary>
    public byte Priority { get; private init; }

    /// <summary>Of <see cref="VrrpInputKind.Resume"/>: since when the virtual router has not advertised.</summary>
    public TimeSpan Silence { get; private init; }

    /// <summary>Of <see cref="VrrpInputKind.FaultRaised"/> and <see cref="VrrpInputKind.FaultCleared"/>.</summary>
    public VrrpFaults Fault { get; private init; }

    /// <summary>A fault has come.</summary>
    public static VrrpInput Raised(VrrpFaults fault) => new(VrrpInputKind.FaultRaised) { Fault = fault };

    /// <summary>A fault has gone.</summary>
    public static VrrpInput Cleared(VrrpFaults fault) => new(VrrpInputKind.FaultCleared) { Fault = fault };

    /// <summary>The process had died while it was the master, whose last advertisement was sent <paramref name="silence"/> ago.</summary>
    public static VrrpInput Resume(TimeSpan silence) => new(VrrpInputKind.Resume) { Silence = silence };

    /// <summary>An advertisement that has passed <see cref="AdvertisementCheck"/>.</summary>
    public static VrrpInput AdvertReceived(in VrrpAdvertisement advertisement) => new(VrrpInputKind.AdvertReceived) { Advertisement = advertisement };

    /// <summary>The primary address of the interface is <paramref name="address"/> now; null when it has none.</summary>
    public static VrrpInput OwnAddressChanged(IpAddress? address) => new(VrrpInputKind.OwnAddressChanged) { Address = address };

    /// <summary>The priority is <paramref name="priority"/> now: 1 to 254 after trackers, 255 only when the configuration says so.</summary>
    public static VrrpInput PriorityChanged(byte priority)
    {
        ArgumentOutOfRangeException.ThrowIfZero(priority);
        return new VrrpInput(VrrpInputKind.PriorityChanged) { Priority = priority };
    }
}
