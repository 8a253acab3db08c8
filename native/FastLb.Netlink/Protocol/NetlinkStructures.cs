using System.Runtime.InteropServices;

namespace FastLb.Netlink.Protocol;

/// <summary><c>struct sockaddr_nl</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NetlinkAddress
{
    public ushort Family;
    public ushort Padding;
    public uint PortId;
    public uint Groups;
}

/// <summary><c>struct nlmsghdr</c>. All integers of netlink are in host order.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct MessageHeader
{
    /// <summary>Octets of the message with this header.</summary>
    public uint Length;
    public ushort Type;
    public ushort Flags;
    public uint Sequence;
    public uint PortId;
}

/// <summary><c>struct rtattr</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct AttributeHeader
{
    /// <summary>Octets of the attribute with this header, without the padding after it.</summary>
    public ushort Length;
    public ushort Type;
}

/// <summary><c>struct ifinfomsg</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct LinkMessageBody
{
    public byte Family;
    public byte Padding;
    public ushort HardwareType;
    public int Index;
    public uint Flags;
    public uint ChangeMask;
}

/// <summary><c>struct ifaddrmsg</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct AddressMessageBody
{
    public byte Family;
    public byte PrefixLength;
    public byte Flags;
    public byte Scope;
    public uint Index;
}

/// <summary><c>struct ifa_cacheinfo</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct AddressLifetimes
{
    /// <summary>INFINITY_LIFE_TIME of <c>net/addrconf.h</c>.</summary>
    public const uint Infinity = uint.MaxValue;

    /// <summary>Seconds.</summary>
    public uint Preferred;

    /// <summary>Seconds.</summary>
    public uint Valid;

    /// <summary>When it was made, hundredths of a second.</summary>
    public uint Created;

    /// <summary>When it was changed, hundredths of a second.</summary>
    public uint Updated;

    /// <summary>Valid for ever, preferred as long as said; negative stands for ever too.</summary>
    public static AddressLifetimes Of(TimeSpan preferred) => new()
    {
        Preferred = preferred < TimeSpan.Zero ? Infinity : (uint)Math.Min(preferred.TotalSeconds, Infinity),
        Valid = Infinity,
    };
}

/// <summary><c>struct rtmsg</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct RouteMessageBody
{
    public byte Family;
    public byte DestinationLength;
    public byte SourceLength;
    public byte TypeOfService;
    public byte Table;
    public byte Protocol;
    public byte Scope;
    public byte Type;
    public uint Flags;
}

/// <summary><c>struct fib_rule_hdr</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct RuleMessageBody
{
    public byte Family;
    public byte DestinationLength;
    public byte SourceLength;
    public byte TypeOfService;
    public byte Table;
    public byte Reserved1;
    public byte Reserved2;
    public byte Action;
    public uint Flags;
}

/// <summary><c>struct rtnexthop</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NextHopHeader
{
    public ushort Length;
    public byte Flags;

    /// <summary>Weight less one.</summary>
    public byte Hops;
    public int Index;
}

/// <summary><c>struct ndmsg</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NeighbourMessageBody
{
    public byte Family;
    public byte Padding1;
    public ushort Padding2;
    public int Index;
    public ushort State;
    public byte Flags;
    public byte Type;
}

/// <summary><c>struct tcmsg</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TrafficControlMessageBody
{
    public byte Family;
    public byte Padding1;
    public ushort Padding2;
    public int Index;
    public uint Handle;
    public uint Parent;

    /// <summary>Of a filter: priority in the upper half, EtherType in network order in the lower.</summary>
    public uint Info;
}
