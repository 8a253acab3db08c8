using System.Runtime.InteropServices;

namespace FastLb.Native.Bfd;

/// <summary><c>struct sockaddr_in6</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct InternetAddress6
{
    public ushort Family;

    /// <summary>Network order, as in <c>sockaddr_in</c>, where it is in the same place.</summary>
    public ushort Port;

    /// <summary>Network order. In this place <c>sockaddr_in</c> has its address.</summary>
    public uint FlowInfo;

    /// <summary>Network order.</summary>
    public fixed byte Address[16];

    /// <summary>The interface's index for a link-local address.</summary>
    public uint ScopeId;
}

/// <summary><c>struct cmsghdr</c>, the head of a control message; its data begins right behind.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ControlHeader
{
    /// <summary>Octets of head and data, without the padding to a multiple of 8 that the next message begins at.</summary>
    public nuint Length;
    public int Level;
    public int Type;
}

/// <summary><c>struct in_pktinfo</c>: how an IPv4 packet came.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PacketInfo
{
    public int InterfaceIndex;

    /// <summary>Network order; the host's address on the way back.</summary>
    public uint Local;

    /// <summary>Network order; the destination in the packet.</summary>
    public uint Destination;
}

/// <summary><c>struct in6_pktinfo</c>: how an IPv6 packet came.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct PacketInfo6
{
    /// <summary>Network order; the destination in the packet.</summary>
    public fixed byte Destination[16];
    public int InterfaceIndex;
}
