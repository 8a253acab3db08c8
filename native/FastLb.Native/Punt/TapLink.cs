using Tmds.Linux;
using static FastLb.Native.Punt.TapUapi;

namespace FastLb.Native.Punt;

/// <summary>What a TAP device needs over rtnetlink: to be up, and to say nothing of its own.</summary>
internal static unsafe class TapLink
{
    private const int AF_INET6 = 10;

    /// <summary>Turns address resolution off, has IPv6 make no address, and sets the device up.</summary>
    /// <exception cref="SystemCallException">The kernel refused.</exception>
    public static void SetUpQuietly(int interfaceIndex, string name)
    {
        int socket = LibC.socket(LibC.AF_NETLINK, LibC.SOCK_RAW | LibC.SOCK_CLOEXEC, NETLINK_ROUTE);
        if (socket < 0)
            throw SystemCallException.FromLastErrno("socket", "NETLINK_ROUTE");
        try
        {
            // Two requests: within one, the kernel sets the link up first, and it would have an address then.
            LinkChange quiet = Request(interfaceIndex, (uint)sizeof(LinkChange));
            quiet.ModeLength = 5;
            quiet.ModeType = IFLA_INET6_ADDR_GEN_MODE;
            quiet.Mode = IN6_ADDR_GEN_MODE_NONE;
            quiet.FamilyType = AF_INET6;
            quiet.FamilyLength = 12;
            quiet.FamiliesType = IFLA_AF_SPEC;
            quiet.FamiliesLength = 16;
            Errno errno = Execute(socket, quiet);
            if (errno is not (Errno.None or Errno.EAFNOSUPPORT)) // the latter: there is no IPv6 here
                throw new SystemCallException("turn off IPv6 addresses of", name, errno);

            LinkChange up = Request(interfaceIndex, LinkChange.BareLength);
            up.LinkFlags = up.LinkFlagsChanged = IFF_UP | IFF_NOARP;
            errno = Execute(socket, up);
            if (errno != Errno.None)
                throw new SystemCallException("set up", name, errno, errno == Errno.EPERM ? "needs CAP_NET_ADMIN, or root" : null);
        }
        finally
        {
            _ = LibC.close(socket);
        }
    }

    private static LinkChange Request(int interfaceIndex, uint length) => new()
    {
        Length = length,
        Type = RTM_NEWLINK,
        RequestFlags = NLM_F_REQUEST | NLM_F_ACK,
        InterfaceIndex = interfaceIndex,
    };

    private static Errno Execute(int socket, LinkChange request)
    {
        if ((long)LibC.send(socket, &request, (int)request.Length, 0) < 0)
            throw SystemCallException.FromLastErrno("send", "RTM_NEWLINK");

        const int Largest = 512; // the answer repeats the request
        byte* buffer = stackalloc byte[Largest];
        long received = (long)LibC.recv(socket, buffer, Largest, 0);
        if (received < 0)
            throw SystemCallException.FromLastErrno("receive", "answer to RTM_NEWLINK");
        var answer = (LinkChangeAnswer*)buffer;
        return received >= sizeof(LinkChangeAnswer) && answer->Type == NLMSG_ERROR ? (Errno)(-answer->Error) : Errno.EBADMSG;
    }
}
