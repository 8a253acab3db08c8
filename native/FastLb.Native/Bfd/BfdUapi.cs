namespace FastLb.Native.Bfd;

/// <summary>Socket options, with the names and values of the kernel's headers, that BFD's sockets need and Tmds.LibC doesn't have.</summary>
internal static class BfdUapi
{
    public const int IPPROTO_IP = 0;
    public const int IPPROTO_IPV6 = 41;

    /// <summary>The type of a control message as well as the option that asks for it (<c>linux/in.h</c>).</summary>
    public const int IP_PKTINFO = 8;

    public const int IP_TTL = 2;
    public const int IP_RECVTTL = 12;

    /// <summary>From <c>linux/in6.h</c>.</summary>
    public const int IPV6_UNICAST_HOPS = 16;

    public const int IPV6_V6ONLY = 26;
    public const int IPV6_RECVPKTINFO = 49;
    public const int IPV6_PKTINFO = 50;
    public const int IPV6_RECVHOPLIMIT = 51;
    public const int IPV6_HOPLIMIT = 52;
    public const int IPV6_TCLASS = 67;
}
