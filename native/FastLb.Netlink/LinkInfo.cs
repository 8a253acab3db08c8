using System.Net.NetworkInformation;

namespace FastLb.Netlink;

/// <summary>A network interface as rtnetlink describes it (RTM_NEWLINK).</summary>
/// <param name="Index">The kernel's interface index, above 0.</param>
/// <param name="Name">1 to 15 bytes.</param>
/// <param name="Mtu">Largest packet without the link-layer header, bytes.</param>
/// <param name="Flags">Administrative and operational state.</param>
public sealed record LinkInfo(int Index, string Name, int Mtu, LinkFlags Flags)
{
    /// <summary>The Ethernet address; null on links of other kinds and on the loopback.</summary>
    public PhysicalAddress? Mac { get; init; }

    /// <summary>The bridge, bond or VRF that the link belongs to.</summary>
    public int? MasterIndex { get; init; }

    /// <summary>The lower device of a VLAN or macvlan, or the other end of a veth pair (then an index of that end's network namespace).</summary>
    public int? LowerIndex { get; init; }

    /// <summary>True when <see cref="LowerIndex"/> counts in another network namespace.</summary>
    public bool LowerIsElsewhere { get; init; }

    /// <summary>The tag of the frames that a VLAN interface stands for; null for other kinds.</summary>
    public LinkVlan? Vlan { get; init; }

    /// <summary>The driver's kind of virtual links: veth, vlan, bridge, bond; null for hardware.</summary>
    public string? Kind { get; init; }

    /// <summary>Whether it has an Ethernet address of its own on a device below (linux/if_link.h).</summary>
    public bool IsMacvlan => Kind == "macvlan";

    /// <summary>Set up by the administrator.</summary>
    public bool IsUp => Flags.HasFlag(LinkFlags.Up);

    /// <summary>Set up and able to pass frames.</summary>
    public bool IsRunning => Flags.HasFlag(LinkFlags.Up | LinkFlags.Running);
}

/// <summary>The tag of a VLAN interface.</summary>
/// <param name="Id">The VLAN's number, 0 to 4095.</param>
/// <param name="EtherType">0x8100 for a customer's tag (802.1Q), 0x88A8 for a provider's (802.1ad).</param>
public readonly record struct LinkVlan(ushort Id, ushort EtherType);

/// <summary>IFF_ bits of <c>linux/if.h</c>; the ones not named here are kept.</summary>
[Flags]
public enum LinkFlags : uint
{
    None = 0,
    Up = 0x1,
    Broadcast = 0x2,
    Loopback = 0x8,
    PointToPoint = 0x10,
    Running = 0x40,
    NoArp = 0x80,
    Promiscuous = 0x100,
    Multicast = 0x1000,
    LowerUp = 0x10000,
}
