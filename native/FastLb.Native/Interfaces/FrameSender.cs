using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;
using Tmds.Linux;

namespace FastLb.Native.Interfaces;

/// <summary>Sends Ethernet frames as they are by one interface of the network namespace that it was opened in (packet(7)). One thread.</summary>
public sealed unsafe class FrameSender : SafeHandleMinusOneIsInvalid
{
    private const int PollMilliseconds = 100;
    private readonly NetworkDevice _device;
    private sockaddr_ll _link;

    private FrameSender(int descriptor, NetworkDevice device)
        : base(ownsHandle: true)
    {
        _device = device;
        _link.sll_family = (ushort)LibC.AF_PACKET;
        _link.sll_ifindex = device.Index;
        SetHandle(descriptor);
    }

    /// <summary>The interface.</summary>
    public NetworkDevice Device => _device;

    /// <summary>Opens a raw socket that receives nothing.</summary>
    /// <exception cref="SystemCallException">Needs CAP_NET_RAW; or there is no such interface.</exception>
    public static FrameSender Open(string interfaceName)
    {
        NetworkDevice device = NetworkDevice.Read(interfaceName);
        int descriptor = LibC.socket(LibC.AF_PACKET, LibC.SOCK_RAW | LibC.SOCK_CLOEXEC, 0);
        return descriptor >= 0
            ? new FrameSender(descriptor, device)
            : throw SystemCallException.FromLastErrno("open a packet socket on", interfaceName, errno => errno == Errno.EPERM ? "needs CAP_NET_RAW; run it as root" : null);
    }

    /// <summary>Sends a frame; waits while the interface has no room.</summary>
    /// <returns>False when the frame is too long for the interface.</returns>
    /// <exception cref="SystemCallException">The interface is down or gone.</exception>
    public bool Send(ReadOnlySpan<byte> frame)
    {
        _link.sll_protocol = frame.Length >= 14 ? BitConverter.ToUInt16(frame[12..]) : BinaryPrimitives.ReverseEndianness((ushort)0x0800);
        while (true)
        {
            ssize_t sent;
            fixed (byte* bytes = frame)
            fixed (sockaddr_ll* link = &_link)
                sent = LibC.sendto((int)handle, bytes, frame.Length, 0, (sockaddr*)link, sizeof(sockaddr_ll));
            if ((long)sent >= 0)
                return true;
            Errno errno = SystemCallException.LastErrno;
            if (errno == Errno.EMSGSIZE)
                return false;
            if (errno is not (Errno.ENOBUFS or Errno.EAGAIN or Errno.EINTR))
                throw Describe(errno);
            WaitForRoom();
        }
    }

    protected override bool ReleaseHandle() => LibC.close((int)handle) == 0;

    private void WaitForRoom()
    {
        pollfd wanted = new() { fd = (int)handle, events = LibC.POLLOUT };
        if (LibC.poll(&wanted, 1, PollMilliseconds) < 0 && SystemCallException.LastErrno != Errno.EINTR)
            throw SystemCallException.FromLastErrno("poll packet socket on", _device.Name);
    }

    private SystemCallException Describe(Errno errno) => new("send a frame by", _device.Name, errno, errno switch
    {
        Errno.ENETDOWN => "the interface is down; set it up",
        Errno.ENXIO or Errno.ENODEV => "the interface is gone",
        Errno.EINVAL => "the frame is shorter than an Ethernet header, or the interface is not Ethernet",
        _ => null,
    });
}
