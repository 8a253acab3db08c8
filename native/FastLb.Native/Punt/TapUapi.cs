using System.Runtime.InteropServices;

namespace FastLb.Native.Punt;

/// <summary>Constants of <c>linux/if_tun.h</c>, <c>linux/virtio_net.h</c> and rtnetlink, as far as a TAP device needs them.</summary>
internal static class TapUapi
{
    public const int TUNSETIFF = 0x400454CA;
    public const ushort IFF_TAP = 0x0002;
    public const ushort IFF_MULTI_QUEUE = 0x0100;
    public const ushort IFF_NO_PI = 0x1000;
    public const ushort IFF_VNET_HDR = 0x4000;

    public const byte VIRTIO_NET_HDR_F_NEEDS_CSUM = 1;
    public const byte VIRTIO_NET_HDR_GSO_TCPV4 = 1;

    public const int NETLINK_ROUTE = 0;
    public const ushort RTM_NEWLINK = 16;
    public const ushort NLMSG_ERROR = 2;
    public const ushort NLM_F_REQUEST = 1;
    public const ushort NLM_F_ACK = 4;
    public const ushort IFLA_AF_SPEC = 26;
    public const ushort IFLA_INET6_ADDR_GEN_MODE = 8;
    public const byte IN6_ADDR_GEN_MODE_NONE = 1;
    public const uint IFF_UP = 1;
    public const uint IFF_NOARP = 0x80;
}

/// <summary><c>struct virtio_net_hdr</c>, in this machine's byte order: what is to be done about the frame that follows.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct VirtioNetHeader
{
    public byte Flags;
    public byte SegmentationType;
    public ushort HeaderLength;

    /// <summary>Octets of payload in each segment, when there is a type.</summary>
    public ushort SegmentSize;

    /// <summary>Octets from the frame's start to where the sum begins.</summary>
    public ushort ChecksumStart;

    /// <summary>Octets from there to the checksum field.</summary>
    public ushort ChecksumOffset;
}

/// <summary>
/// The RTM_NEWLINK request that changes a link: <c>struct nlmsghdr</c>, <c>struct ifinfomsg</c>, and when it is as long as that, how IPv6 makes itself
/// addresses (<c>IFLA_AF_SPEC</c> / <c>AF_INET6</c> / <c>IFLA_INET6_ADDR_GEN_MODE</c>).
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal struct LinkChange
{
    /// <summary>Bytes of a request without attributes.</summary>
    public const uint BareLength = 32;

    public uint Length;
    public ushort Type;
    public ushort RequestFlags;
    public uint Sequence;
    public uint Port;

    public byte Family;
    private readonly byte _padding;
    public ushort HardwareType;
    public int InterfaceIndex;
    public uint LinkFlags;
    public uint LinkFlagsChanged;

    public ushort FamiliesLength;
    public ushort FamiliesType;
    public ushort FamilyLength;
    public ushort FamilyType;
    public ushort ModeLength;
    public ushort ModeType;
    public uint Mode; // a byte and its padding
}

/// <summary>The answer to a request: <c>struct nlmsghdr</c> and the start of <c>struct nlmsgerr</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct LinkChangeAnswer
{
    public uint Length;
    public ushort Type;
    public ushort Flags;
    public uint Sequence;
    public uint Port;

    /// <summary>0 or a negative error.</summary>
    public int Error;
}
