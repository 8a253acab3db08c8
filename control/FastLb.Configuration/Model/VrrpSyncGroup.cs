namespace FastLb.Configuration.Model;

/// <summary>Instances that are master, backup or faulty together (<c>vrrp_sync_group</c>).</summary>
/// <param name="Name">Its name, unique among sync groups.</param>
/// <param name="Instances">The names of instances, at least one; none is in two groups.</param>
public sealed record VrrpSyncGroup(string Name, ValueList<string> Instances)
{
    /// <summary>Where its name stands.</summary>
    public Origin Origin { get; init; }

    /// <summary>What decides for all of its instances.</summary>
    public VrrpTrackers Trackers { get; init; } = VrrpTrackers.None;

    /// <summary>The scripts that are run when its state changes.</summary>
    public VrrpNotifications Notifications { get; init; } = VrrpNotifications.None;

    /// <summary>Whether mail tells of its states; null for what <c>global_defs</c> says.</summary>
    public bool? SendsMail { get; init; }

    /// <summary>Whether event pipes tell of changed priorities; null for what <c>global_defs</c> says.</summary>
    public bool? TellsPriorityChanges { get; init; }

    /// <summary>
    /// True with <c>global_tracking</c>. It was the former way to have what one instance tracks count for all; in keepalived 2.2.7 it does what <see cref="KeepsWeights"/> does, and
    /// nothing else.
    /// </summary>
    public bool SharesTrackers { get; init; }

    /// <summary>True when its instances keep weights of their own other than 0 (<c>sync_group_tracking_weight</c>).</summary>
    public bool KeepsWeights { get; init; }
}
