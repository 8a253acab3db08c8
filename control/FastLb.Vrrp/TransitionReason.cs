namespace FastLb.Vrrp;

/// <summary>Why a virtual router took on its role.</summary>
public enum TransitionReason : byte
{
    /// <summary>It has had no other.</summary>
    None = 0,

    /// <summary>Started; a backup until the master-down timer says otherwise.</summary>
    Started,

    /// <summary>Started as the owner of the addresses (priority 255), which is master at once.</summary>
    OwnerStarted,

    /// <summary>Its process was restarted so quickly that nobody noticed; goes on as master.</summary>
    Resumed,

    /// <summary>Its process was restarted after more than an advertisement interval; starts over as a backup.</summary>
    ResumedTooLate,

    /// <summary>No advertisement was heard for the master-down interval.</summary>
    MasterDown,

    /// <summary>The master said that it stops (priority 0), and nobody else took over.</summary>
    MasterStopped,

    /// <summary>The master has a lower priority.</summary>
    Preempted,

    /// <summary>Heard a master of higher priority.</summary>
    HigherPriorityHeard,

    /// <summary>Heard a master of equal priority whose primary address is higher.</summary>
    HigherAddressHeard,

    /// <summary>Its interface went or was down.</summary>
    InterfaceDown,

    /// <summary>Its interface has no address to advertise from.</summary>
    NoAddress,

    /// <summary>Something tracked is down.</summary>
    TrackingFailed,

    /// <summary>There is no peer to speak to.</summary>
    NoPeer,

    /// <summary>Another member of its sync group can't take part.</summary>
    SyncGroupFault,

    /// <summary>All members of its sync group could become master.</summary>
    SyncGroupReady,

    /// <summary>Another member of its sync group has become backup.</summary>
    SyncGroupYielded,

    /// <summary>Its own timer was so late that another director has taken over.</summary>
    TimerLate,

    /// <summary>All faults are gone.</summary>
    FaultsCleared,

    /// <summary>Asked to stop.</summary>
    StopRequested,
}
