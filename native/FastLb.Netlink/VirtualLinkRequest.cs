using System.Net.NetworkInformation;

namespace FastLb.Netlink;

/// <summary>An interface of a virtual router's own on top of another one.</summary>
/// <param name="Name">1 to 15 bytes.</param>
/// <param name="ParentIndex">The interface below.</param>
/// <param name="Kind">How it shares that interface.</param>
public sealed record VirtualLinkRequest(string Name, int ParentIndex, VirtualLinkKind Kind)
{
    /// <summary>The virtual router's MAC address (RFC 9568 section 7.3), which a MACVLAN needs and an IPVLAN can't have.</summary>
    public PhysicalAddress? Mac { get; init; }

    /// <summary>The group of links that it belongs to (ip-link(8)); null for the kernel's default, 0.</summary>
    public uint? Group { get; init; }

    /// <summary>What passes between the IPVLANs of one interface; a MACVLAN is private always.</summary>
    public IpvlanReach Reach { get; init; }

    /// <summary>True when it holds IPv4 addresses: then the interface below no longer answers ARP for them.</summary>
    public bool UsesIpv4 { get; init; }

    /// <summary>True when it holds IPv6 addresses; else it has no IPv6 at all.</summary>
    public bool UsesIpv6 { get; init; }

    /// <summary>The driver's name.</summary>
    internal string KindName => Kind == VirtualLinkKind.Macvlan ? "macvlan" : "ipvlan";
}

/// <summary>How a virtual link shares the interface below it.</summary>
public enum VirtualLinkKind
{
    /// <summary>With a MAC address of its own (<c>use_vmac</c>).</summary>
    Macvlan,

    /// <summary>By layer 2 under the same MAC address (<c>use_ipvlan</c>).</summary>
    Ipvlan,
}

/// <summary>What passes between the IPVLANs of one interface: IPVLAN_F_ values of <c>linux/if_link.h</c>.</summary>
public enum IpvlanReach : ushort
{
    /// <summary>They reach each other.</summary>
    Bridge = 0,

    /// <summary>They don't.</summary>
    Private = 1,

    /// <summary>They do by way of the switch.</summary>
    Vepa = 2,
}

/// <summary>A setting under <c>/proc/sys/net</c> that a virtual link wants.</summary>
/// <param name="IsIpv6">Whose: IPv6's or IPv4's.</param>
/// <param name="Name">A file's name: <c>arp_ignore</c>.</param>
/// <param name="Value">What to write.</param>
public sealed record VirtualLinkSetting(bool IsIpv6, string Name, int Value);
