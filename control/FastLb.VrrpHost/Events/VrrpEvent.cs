using FastLb.Configuration.Model;
using FastLb.Vrrp;

namespace FastLb.VrrpHost.Events;

/// <summary>What others are told of an instance or a sync group.</summary>
internal enum VrrpEvent
{
    /// <summary>It has become master.</summary>
    Master,

    /// <summary>It has become backup.</summary>
    Backup,

    /// <summary>It can take no part any more.</summary>
    Fault,

    /// <summary>The director stops.</summary>
    Stop,

    /// <summary>A reload has taken the instance away, and it has a script for that.</summary>
    Deleted,

    /// <summary>
    /// A reload has taken the instance away, and it has no script for that: it is told of as a fault, but the script of faults isn't run, as in keepalived.
    /// </summary>
    DeletedAsFault,

    /// <summary>As master it has heard a lower priority.</summary>
    LowerPriorityHeard,

    /// <summary>Its priority has changed while it is master.</summary>
    MasterPriority,

    /// <summary>Its priority has changed while it is not.</summary>
    BackupPriority,
}

/// <summary>The words of events, and where they come from.</summary>
internal static class VrrpEvents
{
    /// <summary>The event of taking on a role; null for the role before the start, of which nobody is told.</summary>
    public static VrrpEvent? Of(VrrpRole role) => role switch
    {
        VrrpRole.Master => VrrpEvent.Master,
        VrrpRole.Backup => VrrpEvent.Backup,
        VrrpRole.Fault => VrrpEvent.Fault,
        VrrpRole.Stopped => VrrpEvent.Stop,
        _ => null,
    };

    /// <summary>The event of going with a reload.</summary>
    public static VrrpEvent OfRemoval(VrrpInstance instance) => instance.Notifications.Deleted is null ? VrrpEvent.DeletedAsFault : VrrpEvent.Deleted;

    /// <summary>keepalived's word for it, in event pipes and as the third further parameter of general scripts.</summary>
    public static string Word(VrrpEvent what) => what switch
    {
        VrrpEvent.Master => "MASTER",
        VrrpEvent.Backup => "BACKUP",
        VrrpEvent.Fault or VrrpEvent.DeletedAsFault => "FAULT",
        VrrpEvent.Stop => "STOP",
        VrrpEvent.Deleted => "DELETED",
        VrrpEvent.LowerPriorityHeard => "MASTER_RX_LOWER_PRI",
        VrrpEvent.MasterPriority => "MASTER_PRIORITY",
        _ => "BACKUP_PRIORITY",
    };
}
