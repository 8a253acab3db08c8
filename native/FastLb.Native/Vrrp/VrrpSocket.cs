using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastLb.Native.Interfaces;
using Microsoft.Win32.SafeHandles;
using Tmds.Linux;

namespace FastLb.Native.Vrrp;

/// <summary>
/// A raw IPv4 socket for VRRP (IP protocol 112) in the network namespace of the thread that opened it. It receives all VRRP packets of its interface, whatever
/// their virtual router, and none of its own. Sending and receiving never block and don't allocate. One thread at a time.
/// </summary>
/// <remarks>
/// An interface that goes down and up again needs nothing: its group memberships survive. One that is removed and comes back has another index and needs
/// another socket.
/// </remarks>
public sealed unsafe partial class VrrpSocket : SafeHandleMinusOneIsInvalid
{
    /// <summary>IANA's number (RFC 9568 §5.1.1.4).</summary>
    public const byte ProtocolNumber = 112;

    /// <summary>IPTOS_PREC_INTERNETCONTROL of <c>linux/ip.h</c>: DSCP CS6, for routing protocols (RFC 4594 §3.2).</summary>
    internal const int InternetControl = 0xC0;

    /// <summary>TC_PRIO_CONTROL of <c>linux/pkt_sched.h</c>: the first band of the usual queueing disciplines.</summary>
    internal const int TC_PRIO_CONTROL = 7;

    /// <summary>SO_BINDTOIFINDEX of <c>asm-generic/socket.h</c>. Linux 5.1.</summary>
    internal const int SO_BINDTOIFINDEX = 62;

    private const byte MulticastTimeToLive = 255; // a receiver drops any other (RFC 9568 §5.1.1.3)

    private readonly uint _source; // network order; 0: the kernel's choice

    private VrrpSocket(int descriptor, uint source)
        : base(ownsHandle: true)
    {
        _source = source;
        SetHandle(descriptor);
    }

    /// <summary>The file descriptor, for poll; valid until the socket is disposed.</summary>
    public int Descriptor => (int)handle;

    /// <summary>Opens a socket that receives from now on. The interface need not be up.</summary>
    /// <exception cref="ArgumentException">An address isn't IPv4, or a group has no interface.</exception>
    /// <exception cref="SystemCallException">No CAP_NET_RAW or CAP_NET_ADMIN, or no such interface (<see cref="Errno.ENODEV"/>).</exception>
    public static VrrpSocket Open(VrrpSocketSettings settings)
    {
        if (settings.Group is not null && settings.InterfaceIndex <= 0)
            throw new ArgumentException($"group {settings.Group} must be joined on one interface", nameof(settings));
        uint group = settings.Group is null ? 0 : ToNetworkOrder(settings.Group);
        uint source = settings.Source is null ? 0 : ToNetworkOrder(settings.Source);

        int descriptor = LibC.socket(LibC.AF_INET, LibC.SOCK_RAW | LibC.SOCK_CLOEXEC | LibC.SOCK_NONBLOCK, ProtocolNumber);
        if (descriptor < 0)
            throw Failure("socket", "VRRP (raw IPv4)");
        VrrpSocket socket = new(descriptor, source);
        try
        {
            socket.Configure(settings, group);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Sends one VRRP message; the kernel puts the IP header before it.</summary>
    /// <param name="message">From the VRRP version on, with its checksum.</param>
    /// <param name="destination">The group or a unicast peer, IPv4.</param>
    /// <returns>
    /// <see cref="Errno.None"/>, or why it wasn't sent, which may be over by the next time. ENETUNREACH, ENETDOWN: the interface is down. ENODEV, ENXIO: it is
    /// gone. ENETUNREACH, EINVAL, EADDRNOTAVAIL: the source address isn't this host's any more. ENOBUFS, EAGAIN: too much waits to be sent. EPERM: a packet
    /// filter refused.
    /// </returns>
    public Errno Send(ReadOnlySpan<byte> message, IPAddress destination)
    {
        InternetAddress address = new() { Family = (ushort)LibC.AF_INET, Address = ToNetworkOrder(destination) };
        PacketSource source = new()
        {
            MessageLength = PacketSource.Length,
            Level = LibC.IPPROTO_IP,
            Type = LibC.IP_PKTINFO,
            Source = _source,
        };
        fixed (byte* bytes = message)
        {
            MessagePart part = new() { Start = bytes, Length = (nuint)message.Length };
            MessageHeader header = new() { Name = &address, NameLength = (uint)sizeof(InternetAddress), Parts = &part, PartCount = 1 };
            if (_source != 0)
            {
                header.Control = &source;
                header.ControlLength = (nuint)sizeof(PacketSource);
            }

            return SendMessage(Descriptor, &header, 0) >= 0 ? Errno.None : SystemCallException.LastImportErrno;
        }
    }

    /// <summary>Receives one packet if there is one.</summary>
    /// <param name="packet">Filled from its IPv4 header on; what is longer is cut off.</param>
    /// <param name="length">Octets in <paramref name="packet"/>.</param>
    /// <returns>False when there is none.</returns>
    /// <exception cref="SystemCallException">The socket is of no use any more.</exception>
    public bool TryReceive(Span<byte> packet, out int length)
    {
        nint received;
        fixed (byte* bytes = packet)
            received = Receive(Descriptor, bytes, (nuint)packet.Length, 0);
        length = Math.Max((int)received, 0);
        if (received >= 0)
            return true;
        Errno errno = SystemCallException.LastImportErrno;
        // ENETDOWN: told once that the interface went down; packets follow when it is up.
        return errno is Errno.EAGAIN or Errno.EINTR or Errno.ENETDOWN ? false : throw new SystemCallException("receive from", "VRRP socket", errno);
    }

    protected override bool ReleaseHandle() => LibC.close((int)handle) == 0;

    private static uint ToNetworkOrder(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetwork)
            throw new ArgumentException($"{address} is no IPv4 address", nameof(address));
        Unsafe.SkipInit(out uint octets);
        address.TryWriteBytes(MemoryMarshal.AsBytes(new Span<uint>(ref octets)), out _);
        return octets;
    }

    private static SystemCallException Failure(string call, string target)
    {
        Errno errno = SystemCallException.LastImportErrno;
        return new SystemCallException(call, target, errno, errno switch
        {
            Errno.EPERM => "needs CAP_NET_RAW and CAP_NET_ADMIN, or root",
            Errno.ENODEV or Errno.EADDRNOTAVAIL => InterfaceControl.NoSuchInterface, // the latter from IP_MULTICAST_IF
            _ => null,
        });
    }

    private void Configure(VrrpSocketSettings settings, uint group)
    {
        int index = settings.InterfaceIndex;
        if (index > 0)
        {
            if (!NetworkDevice.Exists(index)) // the kernel takes any index
                throw new SystemCallException("bind VRRP socket to", $"interface {index}", Errno.ENODEV, InterfaceControl.NoSuchInterface);
            Set(LibC.SOL_SOCKET, SO_BINDTOIFINDEX, index, $"interface {index} of VRRP socket");
        }

        Set(LibC.IPPROTO_IP, LibC.IP_TOS, InternetControl, "TOS of VRRP socket");
        Set(LibC.SOL_SOCKET, LibC.SO_PRIORITY, TC_PRIO_CONTROL, "priority of VRRP socket"); // after the TOS, which sets it too
        Set(LibC.IPPROTO_IP, LibC.IP_TTL, settings.UnicastTimeToLive, "TTL of VRRP socket");
        Set(LibC.IPPROTO_IP, LibC.IP_MULTICAST_TTL, MulticastTimeToLive, "multicast TTL of VRRP socket");
        Set(LibC.IPPROTO_IP, LibC.IP_MULTICAST_LOOP, 0, "multicast loop of VRRP socket");
        Set(LibC.IPPROTO_IP, LibC.IP_MULTICAST_ALL, 0, "groups of VRRP socket"); // only those that this socket joins
        if (settings.Group is null)
            return;
        MulticastRequest request = new() { Group = group, InterfaceIndex = index };
        Set(LibC.IPPROTO_IP, LibC.IP_MULTICAST_IF, request, $"outgoing interface {index} of VRRP socket");
        Set(LibC.IPPROTO_IP, LibC.IP_ADD_MEMBERSHIP, request, $"group {settings.Group} on interface {index}");
    }

    private void Set<T>(int level, int option, T value, string what)
        where T : unmanaged
    {
        if (LibC.setsockopt(Descriptor, level, option, &value, sizeof(T)) != 0)
            throw Failure("set", what);
    }

    [LibraryImport("libc", EntryPoint = "sendmsg", SetLastError = true)]
    private static partial nint SendMessage(int socket, MessageHeader* message, int flags);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static partial nint Receive(int socket, byte* buffer, nuint length, int flags);
}
