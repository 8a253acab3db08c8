namespace FastLb.VrrpHost.Events;

/// <summary>What mail says of states: keepalived's words.</summary>
internal static class StateMailText
{
    /// <summary>Subject and body about an instance; null for events that mail doesn't tell.</summary>
    public static (string Subject, string Body)? OfInstance(string routerId, string name, VrrpEvent what)
    {
        (string Ending, string Body)? text = what switch
        {
            VrrpEvent.Master => ("Entering MASTER state", "=> VRRP Instance is now owning VRRP VIPs <="),
            VrrpEvent.Backup => ("Entering BACKUP state", "=> VRRP Instance is no longer owning VRRP VIPs <="),
            VrrpEvent.Fault or VrrpEvent.DeletedAsFault => ("Entering FAULT state", "=> VRRP Instance is no longer owning VRRP VIPs <="),
            VrrpEvent.Stop => ("Stopping", "=> VRRP Instance stopping <="),
            VrrpEvent.Deleted => ("Deleted", "=> VRRP Deleted at reload <="),
            _ => null,
        };
        return text is { } known ? ($"[{routerId}] VRRP Instance {name} - {known.Ending}", known.Body) : null;
    }

    /// <summary>Subject and body about a sync group; null for events that mail doesn't tell.</summary>
    public static (string Subject, string Body)? OfGroup(string routerId, string name, VrrpEvent what)
    {
        (string Ending, string State)? text = what switch
        {
            VrrpEvent.Master => ("Entering MASTER state", "in MASTER state"),
            VrrpEvent.Backup => ("Entering BACKUP state", "in BACKUP state"),
            VrrpEvent.Fault => ("Entering FAULT state", "in FAULT state"),
            VrrpEvent.Stop => ("Stopping", "stopping"),
            _ => null,
        };
        return text is { } known ? ($"[{routerId}] VRRP Group {name} - {known.Ending}", $"=> All VRRP group instances are now {known.State} <=") : null;
    }
}
