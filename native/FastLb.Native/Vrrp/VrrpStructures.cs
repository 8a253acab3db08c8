using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FastLb.Native.Vrrp;

/// <summary><c>struct ip_mreqn</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct MulticastRequest
{
    /// <summary>Network order.</summary>
    public uint Group;

    /// <summary>Network order; not needed with an index.</summary>
    public uint Address;
    public int InterfaceIndex;
}

/// <summary><c>struct sockaddr_in</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct InternetAddress
{
    public ushort Family;
    public ushort Port;

    /// <summary>Network order.</summary>
    public uint Address;
    public ulong Zero;
}

/// <summary>A <c>struct cmsghdr</c> with a <c>struct in_pktinfo</c>, that names the source address of one packet (ip(7), IP_PKTINFO).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PacketSource
{
    /// <summary>CMSG_LEN of an <c>in_pktinfo</c>: without the padding at the end.</summary>
    public const int Length = 28;

    public nuint MessageLength;
    public int Level;
    public int Type;
    public int InterfaceIndex;

    /// <summary>The source address, network order.</summary>
    public uint Source;
    public uint Destination;
    private readonly uint _padding;
}

/// <summary><c>struct iovec</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct MessagePart
{
    public void* Start;
    public nuint Length;
}

/// <summary><c>struct msghdr</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct MessageHeader
{
    public void* Name;
    public uint NameLength;
    public MessagePart* Parts;
    public nuint PartCount;
    public void* Control;
    public nuint ControlLength;
    public int Flags;
}

/// <summary><c>struct ipv6_mreq</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct MulticastRequest6
{
    public Octets16 Group;
    public int InterfaceIndex;
}

/// <summary><c>struct sockaddr_in6</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct InternetAddress6
{
    public ushort Family;
    public ushort Port;
    public uint FlowInformation;
    public Octets16 Address;

    /// <summary>Interface index; link-local addresses need one.</summary>
    public uint Scope;
}

/// <summary>A <c>struct cmsghdr</c> with a <c>struct in6_pktinfo</c>, that names the source address of one packet (RFC 3542 section 6.2).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PacketSource6
{
    /// <summary>CMSG_LEN of an <c>in6_pktinfo</c>: without the padding at the end.</summary>
    public const int Length = 36;

    public nuint MessageLength;
    public int Level;
    public int Type;
    public Octets16 Source;
    public int InterfaceIndex;
    private readonly uint _padding;
}

/// <summary><c>struct cmsghdr</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ControlHeader
{
    /// <summary>Octets with this header, without the padding after it.</summary>
    public nuint Length;
    public int Level;
    public int Type;
}

/// <summary><c>struct in6_addr</c>, network order.</summary>
[InlineArray(16)]
internal struct Octets16
{
    private byte _first;
}
