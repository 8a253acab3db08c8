using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Tmds.Linux;
using static FastLb.Native.Xdp.XdpUapi;

namespace FastLb.Native.Xdp;

/// <summary>
/// An AF_XDP socket: the system calls and nothing more. It lives in the network namespace of the thread that opened it. Setting up and closing is for one
/// thread; <see cref="Kick"/> may be called by the owner of the transmit ring while another thread reads statistics.
/// </summary>
public sealed unsafe partial class XdpSocket : SafeHandleMinusOneIsInvalid
{
    private xdp_mmap_offsets? _offsets;

    private XdpSocket(int descriptor)
        : base(ownsHandle: true) => SetHandle(descriptor);

    /// <summary>The file descriptor, for poll and for an XSKMAP; valid until the socket is disposed.</summary>
    public int Descriptor => (int)handle;

    /// <summary>Opens an unbound socket in the calling thread's network namespace.</summary>
    /// <exception cref="SystemCallException">No AF_XDP in this kernel, or no CAP_NET_RAW.</exception>
    public static XdpSocket Open()
    {
        int descriptor = LibC.socket(AF_XDP, LibC.SOCK_RAW | LibC.SOCK_CLOEXEC, 0);
        return descriptor >= 0 ? new XdpSocket(descriptor) : throw Failure("socket", "AF_XDP", XdpRemedy.ForOpen);
    }

    /// <summary>Registers memory as the socket's UMEM and pins its pages.</summary>
    /// <returns><see cref="Errno.None"/>, or EINVAL when the kernel doesn't know a flag: the caller may try again without it.</returns>
    /// <exception cref="SystemCallException">Any other error, such as a memory lock limit.</exception>
    public Errno RegisterUmem(xdp_umem_reg registration)
    {
        if (LibC.setsockopt(Descriptor, SOL_XDP, XDP_UMEM_REG, &registration, sizeof(xdp_umem_reg)) == 0)
            return Errno.None;
        return SystemCallException.LastImportErrno == Errno.EINVAL
            ? Errno.EINVAL
            : throw Failure("register UMEM", $"of {registration.len} bytes", XdpRemedy.ForUmem);
    }

    /// <summary>Gives a ring its size, before <see cref="MapRing"/> and before binding.</summary>
    /// <param name="ring">Which ring.</param>
    /// <param name="entries">A power of two.</param>
    public void CreateRing(XdpRing ring, uint entries)
    {
        if (LibC.setsockopt(Descriptor, SOL_XDP, OptionOf(ring), &entries, sizeof(uint)) != 0)
            throw Failure("create", $"{ring} ring of {entries} entries", XdpRemedy.ForRing);
    }

    /// <summary>Maps a ring created before. The mapping outlives the socket's descriptor but is of no use without it.</summary>
    /// <param name="ring">Which ring.</param>
    /// <param name="entries">The size it was created with.</param>
    public XdpRingMapping MapRing(XdpRing ring, uint entries)
    {
        xdp_mmap_offsets offsets = _offsets ??= GetOption<xdp_mmap_offsets>(XDP_MMAP_OFFSETS, "XDP_MMAP_OFFSETS");
        (xdp_ring_offset parts, long pageOffset, int entrySize) = ring switch
        {
            XdpRing.Fill => (offsets.fr, XDP_UMEM_PGOFF_FILL_RING, sizeof(ulong)),
            XdpRing.Completion => (offsets.cr, XDP_UMEM_PGOFF_COMPLETION_RING, sizeof(ulong)),
            XdpRing.Receive => (offsets.rx, XDP_PGOFF_RX_RING, sizeof(xdp_desc)),
            _ => (offsets.tx, XDP_PGOFF_TX_RING, sizeof(xdp_desc)),
        };
        long length = checked((long)parts.desc + ((long)entries * entrySize));
        return XdpRingMapping.Map(Descriptor, ring, pageOffset, length, parts);
    }

    /// <summary>Binds to one queue of one interface. On failure the socket may be bound again otherwise.</summary>
    /// <returns><see cref="Errno.None"/> or the error, which may be a reason to fall back; <see cref="BindFailure"/> makes an exception of it.</returns>
    public Errno TryBind(sockaddr_xdp address)
    {
        int result = LibC.bind(Descriptor, (sockaddr*)&address, sizeof(sockaddr_xdp));
        return result == 0 ? Errno.None : SystemCallException.LastImportErrno;
    }

    /// <summary>The exception for an error of <see cref="TryBind"/>.</summary>
    public static SystemCallException BindFailure(string interfaceName, uint queue, Errno errno) =>
        new("bind xsk to", $"{interfaceName} queue {queue}", errno, XdpRemedy.ForBind(errno));

    /// <summary>True once bound in zero-copy mode.</summary>
    public bool IsZeroCopy() => (GetOption<xdp_options>(XDP_OPTIONS, "XDP_OPTIONS").flags & XDP_OPTIONS_ZEROCOPY) != 0;

    /// <summary>The kernel's counters of this socket.</summary>
    public xdp_statistics GetStatistics() => GetOption<xdp_statistics>(XDP_STATISTICS, "XDP_STATISTICS");

    /// <summary>Raises the number of frames per <c>sendto</c> in copy mode; false where the kernel (before 6.18) or the ring's size doesn't allow it.</summary>
    public bool TrySetTransmitBudget(uint frames) =>
        LibC.setsockopt(Descriptor, SOL_XDP, XDP_MAX_TX_SKB_BUDGET, &frames, sizeof(uint)) == 0;

    /// <summary>
    /// Raises the memory that frames on their way out may take in copy mode, beyond <c>net.core.wmem_max</c> where CAP_NET_ADMIN allows it.
    /// A kernel that grants less only makes the transmit ring wait earlier.
    /// </summary>
    public void RaiseSendBuffer(int bytes)
    {
        if (LibC.setsockopt(Descriptor, LibC.SOL_SOCKET, SocketOption.SO_SNDBUFFORCE, &bytes, sizeof(int)) != 0)
            _ = LibC.setsockopt(Descriptor, LibC.SOL_SOCKET, LibC.SO_SNDBUF, &bytes, sizeof(int));
    }

    /// <summary>
    /// Takes the error that the kernel has left on the socket, <see cref="Errno.None"/> if there is none. ENETDOWN: the interface was removed and the
    /// socket is bound to nothing any more (<c>xsk_notifier</c>).
    /// </summary>
    public Errno TakeError() => (Errno)GetOption<int>(LibC.SOL_SOCKET, LibC.SO_ERROR, "SO_ERROR");

    /// <summary>Has the kernel work off the transmit ring. Never blocks.</summary>
    /// <returns>
    /// <see cref="Errno.None"/>: the ring was worked off (copy mode) or the driver was woken (zero-copy). EAGAIN: the budget was spent, the completion ring
    /// is full or too many frames are on their way. ENOBUFS: no memory for a frame. EBUSY: the device dropped a frame. ENETDOWN: the link is down. ENXIO: the
    /// interface is gone.
    /// </returns>
    public Errno Kick() =>
        SendTo(Descriptor, null, 0, LibC.MSG_DONTWAIT, null, 0) >= 0 ? Errno.None : (Errno)Marshal.GetLastPInvokeError();

    /// <summary>Has the driver look into the fill ring again (zero-copy mode with <see cref="XDP_RING_NEED_WAKEUP"/>). Never blocks.</summary>
    public Errno KickReceive() =>
        ReceiveFrom(Descriptor, null, 0, LibC.MSG_DONTWAIT, null, null) >= 0 ? Errno.None : (Errno)Marshal.GetLastPInvokeError();

    protected override bool ReleaseHandle() => LibC.close((int)handle) == 0;

    private static SystemCallException Failure(string call, string target, Func<Errno, string?> remedy)
    {
        Errno errno = SystemCallException.LastImportErrno;
        return new SystemCallException(call, target, errno, remedy(errno));
    }

    private static int OptionOf(XdpRing ring) => ring switch
    {
        XdpRing.Fill => XDP_UMEM_FILL_RING,
        XdpRing.Completion => XDP_UMEM_COMPLETION_RING,
        XdpRing.Receive => XDP_RX_RING,
        _ => XDP_TX_RING,
    };

    private T GetOption<T>(int option, string name)
        where T : unmanaged => GetOption<T>(SOL_XDP, option, name);

    private T GetOption<T>(int level, int option, string name)
        where T : unmanaged
    {
        Unsafe.SkipInit(out T value);
        socklen_t length = (uint)sizeof(T);
        if (LibC.getsockopt(Descriptor, level, option, &value, &length) != 0)
            throw new SystemCallException("getsockopt", name, SystemCallException.LastImportErrno);
        if (length != (uint)sizeof(T))
            throw new KernelFeatureException($"{name} of {sizeof(T)} bytes (the kernel gave {length})", new Version(5, 9));
        return value;
    }

    [LibraryImport("libc", EntryPoint = "sendto", SetLastError = true)]
    private static partial nint SendTo(int socket, void* buffer, nuint length, int flags, void* address, uint addressLength);

    [LibraryImport("libc", EntryPoint = "recvfrom", SetLastError = true)]
    private static partial nint ReceiveFrom(int socket, void* buffer, nuint length, int flags, void* address, uint* addressLength);
}
