using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace FastLb.Netlink;

/// <summary>An address of an interface (RTM_NEWADDR).</summary>
/// <param name="InterfaceIndex">The interface that has it.</param>
/// <param name="Address">IPv4 or IPv6.</param>
/// <param name="PrefixLength">0 to 32 or 128 bits.</param>
public sealed record AddressInfo(int InterfaceIndex, IPAddress Address, byte PrefixLength)
{
    /// <summary>The other end of a point-to-point address; null when there is none.</summary>
    public IPAddress? Peer { get; init; }

    /// <summary>Broadcast address, IPv4 only; null for none.</summary>
    public IPAddress? Broadcast { get; init; }

    /// <summary>IPv4 label, at most 15 bytes, starting with the interface's name; the kernel sets the name when null.</summary>
    public string? Label { get; init; }

    /// <summary>How far the address is valid.</summary>
    public AddressScope Scope { get; init; }

    /// <summary>What the kernel does with the address, and its state.</summary>
    public AddressFlags Flags { get; init; }

    /// <summary>
    /// How much longer it is preferred as the source of new connections, whole seconds up to 2^32 - 2; zero for not at all (then it is
    /// <see cref="AddressFlags.Deprecated"/>), null for ever. The address itself is valid for ever when it is added.
    /// </summary>
    public TimeSpan? PreferredLifetime { get; init; }

    /// <summary>
    /// The address as one that moves between directors: of IPv6 without duplicate address detection, since the other one may not have let go of it yet, and,
    /// unless a preferred lifetime is set, not preferred as a source if it stands alone (a prefix of 128 bits), as keepalived has it.
    /// </summary>
    public AddressInfo ForVirtualRouter() => Address.AddressFamily == AddressFamily.InterNetworkV6
        ? this with
        {
            Flags = Flags | AddressFlags.NoDuplicateDetection,
            PreferredLifetime = PreferredLifetime ?? (PrefixLength == 128 ? TimeSpan.Zero : null),
        }
        : this;

    /// <inheritdoc/>
    public override string ToString() => $"{Address}/{PrefixLength.ToString(CultureInfo.InvariantCulture)}";
}

/// <summary>RT_SCOPE_ values of <c>linux/rtnetlink.h</c>.</summary>
public enum AddressScope : byte
{
    Global = 0,
    Site = 200,
    Link = 253,
    Host = 254,
    Nowhere = 255,
}

/// <summary>IFA_F_ bits of <c>linux/if_addr.h</c>; the ones not named here are kept.</summary>
[Flags]
public enum AddressFlags : uint
{
    None = 0,

    /// <summary>IPv4: goes when the first address of the same prefix goes.</summary>
    Secondary = 0x1,

    /// <summary>IPv6: usable at once, without duplicate address detection.</summary>
    NoDuplicateDetection = 0x2,

    /// <summary>IPv6: usable while duplicate address detection runs.</summary>
    Optimistic = 0x4,

    /// <summary>IPv6: another host has it.</summary>
    DuplicateDetected = 0x8,

    /// <summary>IPv6: the home address of a mobile node (RFC 6275).</summary>
    Home = 0x10,

    /// <summary>Not for the source of new connections.</summary>
    Deprecated = 0x20,

    /// <summary>IPv6: not usable yet, duplicate address detection runs.</summary>
    Tentative = 0x40,

    /// <summary>Without a lifetime.</summary>
    Permanent = 0x80,

    /// <summary>IPv6: the kernel makes temporary addresses from it (RFC 8981).</summary>
    ManagesTemporaryAddresses = 0x100,

    /// <summary>Adds no route to the address's prefix.</summary>
    NoPrefixRoute = 0x200,

    /// <summary>The kernel joins the multicast group that the address is, on its interface.</summary>
    AutoJoin = 0x400,
}
