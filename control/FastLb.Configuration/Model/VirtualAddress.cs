using System.Net;

namespace FastLb.Configuration.Model;

/// <summary>An address that moves with an instance.</summary>
/// <param name="Address">The address itself.</param>
/// <param name="PrefixLength">0 to 32, or to 128 for IPv6.</param>
/// <param name="Device">The interface that holds it.</param>
public sealed record VirtualAddress(IPAddress Address, byte PrefixLength, string Device)
{
    /// <summary>Where it is written.</summary>
    public Origin Origin { get; init; }

    /// <summary>False for those of <c>virtual_ipaddress_excluded</c>.</summary>
    public bool IsAdvertised { get; init; } = true;

    /// <summary>False when <see cref="Device"/> being down is no fault of the instance (<c>no_track</c>).</summary>
    public bool TracksDevice { get; init; } = true;

    /// <summary>The broadcast address; null for none.</summary>
    public IPAddress? Broadcast { get; init; }

    /// <summary>The address's scope, as rtnetlink(7) numbers it: 0 global, 200 site, 253 link, 254 host, 255 nowhere.</summary>
    public byte Scope { get; init; }

    /// <summary>The label that the address shows in old tools, at most 15 characters; null for none.</summary>
    public string? Label { get; init; }

    /// <summary>The other end of a point-to-point link (<c>peer</c>); null for none. Such an address has no prefix length of its own.</summary>
    public IPAddress? Peer { get; init; }

    /// <summary>How long it is preferred as a source, in whole seconds or <see cref="Timeout.InfiniteTimeSpan"/>; null unless set, and then IPv6 addresses of length 128 are not.</summary>
    public TimeSpan? PreferredLifetime { get; init; }

    /// <summary>Flags that the kernel takes as they are.</summary>
    public VirtualAddressFlags Flags { get; init; }

    /// <summary>True when the address is held on a virtual MAC interface on top of <see cref="Device"/> (<c>use_vmac</c> on its line).</summary>
    public bool UsesVirtualMac { get; init; }
}

/// <summary>Flags of an address, as ip-address(8) has them.</summary>
[Flags]
public enum VirtualAddressFlags
{
    None = 0,

    /// <summary><c>home</c> (IFA_F_HOMEADDRESS, RFC 6275); IPv6.</summary>
    Home = 1,

    /// <summary><c>-nodad</c> (IFA_F_NODAD): without duplicate address detection; IPv6.</summary>
    NoDuplicateDetection = 2,

    /// <summary><c>mngtmpaddr</c> (IFA_F_MANAGETEMPADDR): the kernel makes temporary addresses from it; IPv6.</summary>
    ManagesTemporaryAddresses = 4,

    /// <summary><c>noprefixroute</c> (IFA_F_NOPREFIXROUTE): without a route to its network.</summary>
    NoPrefixRoute = 8,

    /// <summary><c>autojoin</c> (IFA_F_MCAUTOJOIN): the kernel joins the multicast group of this address.</summary>
    AutoJoin = 16,
}
