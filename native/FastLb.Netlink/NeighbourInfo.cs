using System.Net;
using System.Net.NetworkInformation;

namespace FastLb.Netlink;

/// <summary>An entry of the ARP or neighbour discovery table (RTM_NEWNEIGH).</summary>
/// <param name="InterfaceIndex">The link it is on.</param>
/// <param name="Address">IPv4 or IPv6.</param>
/// <param name="Mac">Its Ethernet address; null while unknown.</param>
/// <param name="State">How far <paramref name="Mac"/> can be trusted.</param>
/// <param name="Flags">Who keeps the entry.</param>
public sealed record NeighbourInfo(int InterfaceIndex, IPAddress Address, PhysicalAddress? Mac, NeighbourState State, NeighbourFlags Flags)
{
    private const NeighbourState Fixed = NeighbourState.Permanent | NeighbourState.NoArp;

    private const NeighbourState Valid =
        Fixed | NeighbourState.Reachable | NeighbourState.Stale | NeighbourState.Delay | NeighbourState.Probe;

    /// <summary>True when frames can be sent to <see cref="Mac"/> (the kernel's NUD_VALID).</summary>
    public bool IsUsable => Mac is not null && (State & Valid) != NeighbourState.None;

    /// <summary>True for an entry that the administrator set, or that needs no resolution: not to be changed.</summary>
    public bool IsFixed => (State & Fixed) != NeighbourState.None;

    /// <summary>True when the kernel itself keeps the entry resolved.</summary>
    public bool IsManaged => Flags.HasFlag(NeighbourFlags.Managed);
}

/// <summary>NUD_ bits of <c>linux/neighbour.h</c>.</summary>
[Flags]
public enum NeighbourState : ushort
{
    None = 0,

    /// <summary>Being resolved for the first time.</summary>
    Incomplete = 0x01,

    /// <summary>Confirmed a short while ago.</summary>
    Reachable = 0x02,

    /// <summary>Known, not confirmed lately.</summary>
    Stale = 0x04,

    /// <summary>Used while stale; probed unless traffic confirms it soon.</summary>
    Delay = 0x08,

    /// <summary>Being confirmed again.</summary>
    Probe = 0x10,

    /// <summary>Does not answer.</summary>
    Failed = 0x20,

    /// <summary>The link needs no resolution.</summary>
    NoArp = 0x40,

    /// <summary>Set by the administrator.</summary>
    Permanent = 0x80,
}

/// <summary>NTF_ bits of <c>linux/neighbour.h</c>, those of NDA_FLAGS_EXT above the lowest 8; the ones not named here are kept.</summary>
[Flags]
public enum NeighbourFlags : uint
{
    None = 0,

    /// <summary>In a request: resolve it now.</summary>
    Use = 0x01,
    Proxy = 0x08,

    /// <summary>Learnt by something else than the kernel, and not collected as garbage.</summary>
    ExternallyLearned = 0x10,
    Router = 0x80,

    /// <summary>Kept resolved by the kernel (NTF_EXT_MANAGED, Linux 5.16).</summary>
    Managed = 0x100,
}
