using Microsoft.Win32.SafeHandles;
using Tmds.Linux;

namespace FastLb.Native.Interfaces;

/// <summary>A raw packet socket that announcements of addresses leave by and that receives nothing (packet(7)). Any thread may send.</summary>
internal sealed unsafe class AnnouncementSocket : SafeHandleMinusOneIsInvalid
{
    private const int MacLength = 6;

    private AnnouncementSocket(int descriptor)
        : base(ownsHandle: true) => SetHandle(descriptor);

    /// <exception cref="SystemCallException">Needs CAP_NET_RAW.</exception>
    public static AnnouncementSocket Open()
    {
        int descriptor = LibC.socket(LibC.AF_PACKET, LibC.SOCK_RAW | LibC.SOCK_CLOEXEC, 0);
        return descriptor >= 0
            ? new AnnouncementSocket(descriptor)
            : throw SystemCallException.FromLastErrno("socket", "AF_PACKET", errno => errno == Errno.EPERM ? "needs CAP_NET_RAW, or root" : null);
    }

    /// <summary>Sends an Ethernet frame as it is.</summary>
    /// <param name="interfaceIndex">Where to send.</param>
    /// <param name="frame">From its destination MAC address on.</param>
    /// <returns>Why it wasn't sent, or <see cref="Errno.None"/>.</returns>
    public Errno Send(int interfaceIndex, ReadOnlySpan<byte> frame)
    {
        sockaddr_ll destination = default;
        destination.sll_family = (ushort)LibC.AF_PACKET;
        destination.sll_protocol = BitConverter.ToUInt16(frame[(2 * MacLength)..]); // network order, as it is in the frame
        destination.sll_ifindex = interfaceIndex;
        destination.sll_halen = MacLength;
        frame[..MacLength].CopyTo(new Span<byte>(destination.sll_addr, MacLength));
        fixed (byte* bytes = frame)
        {
            ssize_t sent = LibC.sendto((int)handle, bytes, frame.Length, 0, (sockaddr*)&destination, sizeof(sockaddr_ll));
            return (long)sent >= 0 ? Errno.None : SystemCallException.LastErrno;
        }
    }

    /// <summary>What the operator can do about an error of <see cref="Send"/>.</summary>
    public static string? Remedy(Errno errno) => errno switch
    {
        Errno.ENETDOWN => "the interface is down",
        Errno.ENXIO or Errno.ENODEV => InterfaceControl.NoSuchInterface,
        _ => null,
    };

    protected override bool ReleaseHandle() => LibC.close((int)handle) == 0;
}
