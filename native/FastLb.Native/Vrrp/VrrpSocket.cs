using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Tmds.Linux;

namespace FastLb.Native.Vrrp;

/// <summary>
/// A raw socket for VRRP over IPv4 or IPv6, in the network namespace of the thread that opened it. It receives all VRRP packets of its interface and family,
/// whatever their virtual router, and none of its own. Sending and receiving never block and don't allocate. One thread at a time.
/// </summary>
/// <remarks>
/// An interface that goes down and up again needs nothing: its group memberships survive. One that is removed and comes back has another index and needs
/// another socket.
/// </remarks>
public sealed unsafe partial class VrrpSocket : SafeHandleMinusOneIsInvalid
{
    /// <summary>IANA's number (RFC 9568 section 5.1.1.4).</summary>
    public const byte ProtocolNumber = 112;

    /// <summary>IANA's number of the authentication header (RFC 2402 section 2).</summary>
    public const byte AuthenticationHeaderNumber = (byte)VrrpTransport.AuthenticationHeader;

    private const int LeastIpv4Header = 20;

    private readonly uint _source; // network order; 0: the kernel's choice
    private readonly Octets16 _source6;
    private readonly bool _hasSource;
    private readonly PacketAddress _group;
    private readonly bool _hasGroup;
    private readonly int _interfaceIndex;

    private VrrpSocket(int descriptor, VrrpSocketSettings settings)
        : base(ownsHandle: true)
    {
        Family = settings.Family;
        _interfaceIndex = settings.InterfaceIndex;
        _hasSource = settings.Source is not null;
        _hasGroup = settings.Group is not null;
        _group = settings.Group is { } group ? PacketAddress.Of(group) : default;
        if (settings.Source is { } source)
        {
            if (Family == AddressFamily.InterNetworkV6)
                _source6 = ToOctets(source);
            else
                _source = ToNetworkOrder(source);
        }

        SetHandle(descriptor);
    }

    /// <summary>The family of the addresses that it sends to and receives from.</summary>
    public AddressFamily Family { get; }

    /// <summary>The file descriptor, for poll; valid until the socket is disposed.</summary>
    public int Descriptor => (int)handle;

    /// <summary>Opens a socket that receives from now on. The interface need not be up.</summary>
    /// <exception cref="ArgumentException">An address is of another family, a group has no interface, or the transport is not that family's.</exception>
    /// <exception cref="SystemCallException">No CAP_NET_RAW or CAP_NET_ADMIN, or no such interface (<see cref="Errno.ENODEV"/>).</exception>
    public static VrrpSocket Open(VrrpSocketSettings settings)
    {
        Check(settings);
        bool isIpv6 = settings.Family == AddressFamily.InterNetworkV6;
        int protocol = settings.Transport == VrrpTransport.Plain ? ProtocolNumber : (int)settings.Transport;
        int descriptor = LibC.socket(isIpv6 ? LibC.AF_INET6 : LibC.AF_INET, LibC.SOCK_RAW | LibC.SOCK_CLOEXEC | LibC.SOCK_NONBLOCK, protocol);
        if (descriptor < 0)
            throw VrrpSocketOptions.Failure("socket", isIpv6 ? "VRRP (raw IPv6)" : "VRRP (raw IPv4)");
        VrrpSocket socket = new(descriptor, settings);
        try
        {
            new VrrpSocketOptions(descriptor).Apply(settings);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Sends one VRRP message; the kernel puts the IP header before it.</summary>
    /// <param name="message">
    /// From the VRRP version on, with its checksum. For <see cref="VrrpTransport.AuthenticationHeader"/> the whole packet from the IP header on, of which the
    /// kernel writes checksum and length, and an identification and a source where they are zero: neither may be, since the check value covers them.
    /// </param>
    /// <param name="destination">The group or a unicast peer, of the socket's family; with its scope where it is link-local and the socket has no interface.</param>
    /// <returns>
    /// <see cref="Errno.None"/>, or why it wasn't sent, which may be over by the next time. ENETUNREACH, ENETDOWN: the interface is down. ENODEV, ENXIO: it is
    /// gone. ENETUNREACH, EINVAL, EADDRNOTAVAIL: the source address isn't this host's any more, or not yet. ENOBUFS, EAGAIN: too much waits to be sent. EPERM:
    /// a packet filter refused.
    /// </returns>
    /// <exception cref="ArgumentException">The destination is of another family.</exception>
    public Errno Send(ReadOnlySpan<byte> message, IPAddress destination)
    {
        if (Family == AddressFamily.InterNetworkV6)
            return SendIpv6(message, destination);

        InternetAddress address = new() { Family = (ushort)LibC.AF_INET, Address = ToNetworkOrder(destination) };
        PacketSource source = new()
        {
            MessageLength = PacketSource.Length,
            Level = LibC.IPPROTO_IP,
            Type = LibC.IP_PKTINFO,
            Source = _source,
        };
        return Send(message, &address, sizeof(InternetAddress), &source, sizeof(PacketSource));
    }

    /// <summary>Receives one packet if there is one.</summary>
    /// <param name="packet">Filled from its IPv4 header on, or of IPv6 from the VRRP message on; what is longer is cut off.</param>
    /// <param name="length">Octets in <paramref name="packet"/>.</param>
    /// <returns>False when there is none.</returns>
    /// <exception cref="SystemCallException">The socket is of no use any more.</exception>
    public bool TryReceive(Span<byte> packet, out int length)
    {
        bool received = TryReceive(packet, out VrrpDatagram datagram);
        length = datagram.Length;
        return received;
    }

    /// <summary>Receives one packet if there is one, and what is known of it.</summary>
    /// <param name="packet">Filled from its IPv4 header on, or of IPv6 from the VRRP message on; what is longer is cut off.</param>
    /// <param name="datagram">Where it came from and went to, and where in <paramref name="packet"/> the message begins.</param>
    /// <returns>False when there is none.</returns>
    /// <exception cref="SystemCallException">The socket is of no use any more.</exception>
    public bool TryReceive(Span<byte> packet, out VrrpDatagram datagram)
    {
        // IPV6_MULTICAST_ALL is lost on raw sockets that aren't bound to an address: they get what any socket joined (raw_v6_match in net/ipv6/raw.c).
        while (TryReceiveAny(packet, out datagram))
        {
            if (Family == AddressFamily.InterNetwork || !datagram.Destination.IsIpv6Multicast || (_hasGroup && datagram.Destination == _group))
                return true;
        }

        return false;
    }

    /// <summary>The octets of an IPv4 address as they travel.</summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    internal static uint ToNetworkOrder(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetwork)
            throw new ArgumentException($"{address} is no IPv4 address", nameof(address));
        Unsafe.SkipInit(out uint octets);
        address.TryWriteBytes(MemoryMarshal.AsBytes(new Span<uint>(ref octets)), out _);
        return octets;
    }

    /// <summary>The octets of an IPv6 address.</summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    internal static Octets16 ToOctets(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
            throw new ArgumentException($"{address} is no IPv6 address", nameof(address));
        Octets16 octets = default;
        address.TryWriteBytes(octets, out _);
        return octets;
    }

    protected override bool ReleaseHandle() => LibC.close((int)handle) == 0;

    private static void Check(VrrpSocketSettings settings)
    {
        if (settings.Family is not (AddressFamily.InterNetwork or AddressFamily.InterNetworkV6))
            throw new ArgumentException($"VRRP runs over IPv4 and IPv6, not {settings.Family}", nameof(settings));
        if (settings.Transport != VrrpTransport.Plain && settings.Family != AddressFamily.InterNetwork)
            throw new ArgumentException("VRRP behind an authentication header is IPv4's alone (RFC 2338)", nameof(settings));
        if (settings.Group is not null && settings.InterfaceIndex <= 0)
            throw new ArgumentException($"group {settings.Group} must be joined on one interface", nameof(settings));
        foreach (IPAddress? address in (ReadOnlySpan<IPAddress?>)[settings.Group, settings.Source])
        {
            if (address is not null && address.AddressFamily != settings.Family)
                throw new ArgumentException($"{address} is no address of {settings.Family}", nameof(settings));
        }

        if (settings is { UnicastTimeToLive: 0, Family: AddressFamily.InterNetwork })
            throw new ArgumentException("the kernel sends no IPv4 packet with a TTL of 0: give 1 to 255", nameof(settings));
    }

    private bool TryReceiveAny(Span<byte> packet, out VrrpDatagram datagram)
    {
        datagram = default;
        const int ControlLength = 128; // for the packet's information and the hop limit, 64 octets
        ulong* control = stackalloc ulong[ControlLength / sizeof(ulong)];
        InternetAddress6 peer = default; // room for either family's
        nint received;
        MessageHeader header = new() { Name = &peer, NameLength = (uint)sizeof(InternetAddress6), PartCount = 1, Control = control, ControlLength = ControlLength };
        fixed (byte* bytes = packet)
        {
            MessagePart part = new() { Start = bytes, Length = (nuint)packet.Length };
            header.Parts = &part;
            received = ReceiveMessage(Descriptor, &header, 0);
        }

        if (received < 0)
        {
            Errno errno = SystemCallException.LastImportErrno;
            // ENETDOWN: told once that the interface went down; packets follow when it is up.
            return errno is Errno.EAGAIN or Errno.EINTR or Errno.ENETDOWN ? false : throw new SystemCallException("receive from", "VRRP socket", errno);
        }

        bool isTruncated = (header.Flags & LibC.MSG_TRUNC) != 0;
        datagram = Family == AddressFamily.InterNetworkV6
            ? VrrpControlMessages.Describe(new ReadOnlySpan<byte>(control, (int)header.ControlLength), peer.Address, (int)received)
            : DescribeIpv4(packet[..(int)received]);
        datagram = datagram with { IsTruncated = isTruncated };
        return true;
    }

    // The kernel delivers no packet whose header it found wrong (ip_rcv_core in net/ipv4/ip_input.c); the caller's buffer may be too short for it.
    private static VrrpDatagram DescribeIpv4(ReadOnlySpan<byte> packet)
    {
        if (packet.Length < LeastIpv4Header)
            return new VrrpDatagram { MessageOffset = packet.Length, Length = packet.Length };
        int headerLength = Math.Min((packet[0] & 0xF) * 4, packet.Length);
        PacketAddress source = PacketAddress.Read(packet.Slice(12, 4));
        PacketAddress destination = PacketAddress.Read(packet.Slice(16, 4));
        return new VrrpDatagram(source, destination, packet[8], headerLength, packet.Length, IsTruncated: false);
    }

    private Errno SendIpv6(ReadOnlySpan<byte> message, IPAddress destination)
    {
        InternetAddress6 address = new() { Family = (ushort)LibC.AF_INET6, Address = ToOctets(destination) };
        if (destination.IsIPv6LinkLocal || destination.IsIPv6Multicast)
            address.Scope = destination.ScopeId != 0 ? (uint)destination.ScopeId : (uint)_interfaceIndex;
        PacketSource6 source = new()
        {
            MessageLength = PacketSource6.Length,
            Level = VrrpSocketOptions.IPPROTO_IPV6,
            Type = VrrpSocketOptions.IPV6_PKTINFO,
            Source = _source6,
            InterfaceIndex = _interfaceIndex,
        };
        return Send(message, &address, sizeof(InternetAddress6), &source, sizeof(PacketSource6));
    }

    private Errno Send(ReadOnlySpan<byte> message, void* address, int addressLength, void* source, int sourceLength)
    {
        fixed (byte* bytes = message)
        {
            MessagePart part = new() { Start = bytes, Length = (nuint)message.Length };
            MessageHeader header = new() { Name = address, NameLength = (uint)addressLength, Parts = &part, PartCount = 1 };
            if (_hasSource)
            {
                header.Control = source;
                header.ControlLength = (nuint)sourceLength;
            }

            return SendMessage(Descriptor, &header, 0) >= 0 ? Errno.None : SystemCallException.LastImportErrno;
        }
    }

    [LibraryImport("libc", EntryPoint = "sendmsg", SetLastError = true)]
    private static partial nint SendMessage(int socket, MessageHeader* message, int flags);

    [LibraryImport("libc", EntryPoint = "recvmsg", SetLastError = true)]
    private static partial nint ReceiveMessage(int socket, MessageHeader* message, int flags);
}
