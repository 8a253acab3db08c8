namespace FastLb.Native.Xdp;

/// <summary>What an operator can do about the errors that AF_XDP's system calls return.</summary>
internal static class XdpRemedy
{
    public static string? ForOpen(Errno errno) => errno switch
    {
        Errno.EAFNOSUPPORT => "the kernel has no AF_XDP (CONFIG_XDP_SOCKETS); use the AF_PACKET port",
        Errno.EPERM => "run as root or with CAP_NET_RAW",
        _ => null,
    };

    public static string? ForUmem(Errno errno) => errno switch
    {
        Errno.ENOBUFS => "the memory lock limit is too low for the packet memory; run with CAP_IPC_LOCK or raise RLIMIT_MEMLOCK (LimitMEMLOCK=)",
        Errno.ENOMEM => "not enough memory to pin; use fewer frames",
        _ => null,
    };

    public static string? ForRing(Errno errno) => errno switch
    {
        Errno.EINVAL => "the size of a ring must be a power of two",
        Errno.ENOMEM => "not enough memory; use smaller rings",
        _ => null,
    };

    public static string? ForBind(Errno errno) => errno switch
    {
        Errno.EBUSY => "another AF_XDP socket has this queue; stop the program that owns it",
        Errno.EINVAL => "the interface has no such queue, or its chunk size does not suit the driver; see 'ethtool -l' for its queues",
        Errno.ENODEV => "there is no such interface in this network namespace",
        Errno.ENETDOWN => "the interface is down; set it up ('ip link set … up')",
        Errno.EOPNOTSUPP or Errno.ENOTSUPP => "the driver has no zero-copy mode; use copy mode",
        Errno.EPERM => "run as root or with CAP_NET_RAW",
        _ => null,
    };
}
