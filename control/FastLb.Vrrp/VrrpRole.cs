namespace FastLb.Vrrp;

/// <summary>What a virtual router is at present (RFC 3768 §6.4, and keepalived's FAULT and STOP).</summary>
public enum VrrpRole : byte
{
    /// <summary>Not started, or waiting for the start delay to end.</summary>
    Init = 0,

    /// <summary>Watches the master's advertisements.</summary>
    Backup,

    /// <summary>Holds the addresses and advertises.</summary>
    Master,

    /// <summary>Unable to take part: its interface is down or has no address.</summary>
    Fault,

    /// <summary>Ended in order.</summary>
    Stopped,
}
