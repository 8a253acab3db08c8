using System.Globalization;
using System.Net.Sockets;
using FastLb.Native.Interfaces;
using Tmds.Linux;

namespace FastLb.Native.Vrrp;

/// <summary>The options that a raw socket has for VRRP, of either family.</summary>
internal readonly unsafe struct VrrpSocketOptions(int descriptor)
{
    /// <summary>IPTOS_PREC_INTERNETCONTROL of <c>linux/ip.h</c>: DSCP CS6, for routing protocols (RFC 4594 section 3.2).</summary>
    public const int InternetControl = 0xC0;

    /// <summary>TC_PRIO_CONTROL of <c>linux/pkt_sched.h</c>: the first band of the usual queueing disciplines.</summary>
    public const int TC_PRIO_CONTROL = 7;

    /// <summary>SO_BINDTOIFINDEX of <c>asm-generic/socket.h</c>. Linux 5.1.</summary>
    public const int SO_BINDTOIFINDEX = 62;

    // linux/in6.h
    public const int IPPROTO_IPV6 = 41;
    public const int IPV6_UNICAST_HOPS = 16;
    public const int IPV6_MULTICAST_IF = 17;
    public const int IPV6_MULTICAST_HOPS = 18;
    public const int IPV6_MULTICAST_LOOP = 19;
    public const int IPV6_ADD_MEMBERSHIP = 20;
    public const int IPV6_MULTICAST_ALL = 29;
    public const int IPV6_RECVPKTINFO = 49;
    public const int IPV6_PKTINFO = 50;
    public const int IPV6_RECVHOPLIMIT = 51;
    public const int IPV6_HOPLIMIT = 52;
    public const int IPV6_TCLASS = 67;

    private const int MulticastHops = 255; // a receiver drops any other (RFC 9568 section 5.1.1.3)

    /// <summary>Sets them all, and joins the group.</summary>
    /// <exception cref="SystemCallException">No privilege, or no such interface.</exception>
    public void Apply(VrrpSocketSettings settings)
    {
        int index = settings.InterfaceIndex;
        if (index > 0)
        {
            if (!NetworkDevice.Exists(index)) // the kernel takes any index
                throw new SystemCallException("bind VRRP socket to", InterfaceName(index), Errno.ENODEV, InterfaceControl.NoSuchInterface);
            Set(LibC.SOL_SOCKET, SO_BINDTOIFINDEX, index, $"{InterfaceName(index)} of VRRP socket");
        }

        if (settings.ReceiveBufferSize is { } size)
            SetReceiveBuffer(size);
        if (settings.Family == AddressFamily.InterNetworkV6)
            ApplyIpv6(settings);
        else
            ApplyIpv4(settings);
        Set(LibC.SOL_SOCKET, LibC.SO_PRIORITY, TC_PRIO_CONTROL, "priority of VRRP socket"); // after the TOS, which sets it too
    }

    /// <summary>The exception for a call that failed just now.</summary>
    public static SystemCallException Failure(string call, string target)
    {
        Errno errno = SystemCallException.LastErrno;
        return new SystemCallException(call, target, errno, errno switch
        {
            Errno.EPERM => "needs CAP_NET_RAW and CAP_NET_ADMIN, or root",
            Errno.ENODEV or Errno.EADDRNOTAVAIL => InterfaceControl.NoSuchInterface, // the latter from IP_MULTICAST_IF
            Errno.EAFNOSUPPORT => "the kernel has no IPv6: boot it without ipv6.disable=1",
            _ => null,
        });
    }

    private void ApplyIpv4(VrrpSocketSettings settings)
    {
        Set(LibC.IPPROTO_IP, LibC.IP_TOS, InternetControl, "TOS of VRRP socket");
        Set(LibC.IPPROTO_IP, LibC.IP_TTL, (int)settings.UnicastTimeToLive, "TTL of VRRP socket");
        Set(LibC.IPPROTO_IP, LibC.IP_MULTICAST_TTL, MulticastHops, "multicast TTL of VRRP socket");
        Set(LibC.IPPROTO_IP, LibC.IP_MULTICAST_LOOP, 0, "multicast loop of VRRP socket");
        Set(LibC.IPPROTO_IP, LibC.IP_MULTICAST_ALL, 0, "groups of VRRP socket"); // only those that this socket joins
        if (settings.Transport == VrrpTransport.AuthenticationHeader)
            Set(LibC.IPPROTO_IP, LibC.IP_HDRINCL, 1, "header of VRRP socket");
        if (settings.Group is null)
            return;
        MulticastRequest request = new() { Group = VrrpSocket.ToNetworkOrder(settings.Group), InterfaceIndex = settings.InterfaceIndex };
        Set(LibC.IPPROTO_IP, LibC.IP_MULTICAST_IF, request, $"outgoing {InterfaceName(settings.InterfaceIndex)} of VRRP socket");
        Set(LibC.IPPROTO_IP, LibC.IP_ADD_MEMBERSHIP, request, $"group {settings.Group} on {InterfaceName(settings.InterfaceIndex)}");
    }

    // Raw sockets of protocols other than ICMPv6 neither make nor check checksums unless IPV6_CHECKSUM says where (rawv6_init_sk in net/ipv6/raw.c).
    private void ApplyIpv6(VrrpSocketSettings settings)
    {
        Set(IPPROTO_IPV6, IPV6_TCLASS, InternetControl, "traffic class of VRRP socket");
        Set(IPPROTO_IPV6, IPV6_UNICAST_HOPS, (int)settings.UnicastTimeToLive, "hop limit of VRRP socket");
        Set(IPPROTO_IPV6, IPV6_MULTICAST_HOPS, MulticastHops, "multicast hop limit of VRRP socket");
        Set(IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 0, "multicast loop of VRRP socket");
        Set(IPPROTO_IPV6, IPV6_MULTICAST_ALL, 0, "groups of VRRP socket");
        Set(IPPROTO_IPV6, IPV6_RECVPKTINFO, 1, "destinations for VRRP socket");
        Set(IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1, "hop limits for VRRP socket");
        if (settings.Group is null)
            return;
        MulticastRequest6 request = new() { Group = VrrpSocket.ToOctets(settings.Group), InterfaceIndex = settings.InterfaceIndex };
        Set(IPPROTO_IPV6, IPV6_MULTICAST_IF, settings.InterfaceIndex, $"outgoing {InterfaceName(settings.InterfaceIndex)} of VRRP socket");
        Set(IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, request, $"group {settings.Group} on {InterfaceName(settings.InterfaceIndex)}");
    }

    private void SetReceiveBuffer(int size)
    {
        if (LibC.setsockopt(descriptor, LibC.SOL_SOCKET, LibC.SO_RCVBUFFORCE, &size, sizeof(int)) != 0) // needs CAP_NET_ADMIN of the initial user namespace
            Set(LibC.SOL_SOCKET, LibC.SO_RCVBUF, size, "receive buffer of VRRP socket");
    }

    private static string InterfaceName(int index) => string.Create(CultureInfo.InvariantCulture, $"interface {index}");

    private void Set<T>(int level, int option, T value, string what)
        where T : unmanaged
    {
        if (LibC.setsockopt(descriptor, level, option, &value, sizeof(T)) != 0)
            throw Failure("set", what);
    }
}
