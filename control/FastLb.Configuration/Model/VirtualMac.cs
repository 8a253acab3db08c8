namespace FastLb.Configuration.Model;

/// <summary>The interface of its own, on top of the instance's, that holds a virtual router's MAC address (<c>use_vmac</c>, RFC 5798 section 7.3).</summary>
public sealed record VirtualMac
{
    /// <summary>The interface's name, at most 15 characters; null for <c>vrrp.</c> and the virtual router id.</summary>
    public string? Name { get; init; }

    /// <summary>
    /// The MAC address in colon notation, six octets or five, to which the virtual router id is added as the sixth; null for 00-00-5E-00-01-id, of IPv6 00-00-5E-00-02-id.
    /// </summary>
    public string? MacAddress { get; init; }

    /// <summary>True when netlink tells of the interface even where it is hidden (<c>netlink_notify_msg</c>).</summary>
    public bool NotifiesByNetlink { get; init; }

    /// <summary>The interface's group, as ip-link(8) numbers them; null for the kernel's default.</summary>
    public uint? Group { get; init; }
}

/// <summary>The IPVLAN on top of the instance's interface that holds its addresses (<c>use_ipvlan</c>).</summary>
public sealed record VirtualIpvlan
{
    /// <summary>The interface's name, at most 15 characters; null for one that is made up.</summary>
    public string? Name { get; init; }

    /// <summary>The address of the interface itself, with a prefix length or without; null for none, which IPv6 alone can do with.</summary>
    public string? Address { get; init; }

    /// <summary>What passes between IPVLANs of one interface.</summary>
    public IpvlanMode Mode { get; init; }
}

/// <summary>What passes between the IPVLANs of one interface, as ip-link(8) has it.</summary>
public enum IpvlanMode
{
    /// <summary>They reach each other.</summary>
    Bridge,

    /// <summary>They don't.</summary>
    Private,

    /// <summary>They do by way of the switch.</summary>
    Vepa,
}
