using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastLb.Native.Vrrp;
using Microsoft.Win32.SafeHandles;
using Tmds.Linux;
using static FastLb.Native.Bfd.BfdUapi;

namespace FastLb.Native.Bfd;

/// <summary>
/// A UDP socket that receives the control packets of all sessions of one address family on one port, in the network namespace of the thread that opened it, and tells of each
/// packet what its session and its distance are found by. Receiving never blocks and doesn't allocate. One thread at a time.
/// </summary>
public sealed unsafe partial class BfdReceiver : SafeHandleMinusOneIsInvalid
{
    /// <summary>Room for the two control messages asked for, each with its padding, and then some.</summary>
    private const int ControlSize = 128;

    private static readonly UInt128 MappedPrefix = new(0, 0xFFFF_0000_0000);

    private readonly bool _isIpv6;

    private BfdReceiver(int descriptor, bool isIpv6)
        : base(ownsHandle: true)
    {
        _isIpv6 = isIpv6;
        SetHandle(descriptor);
    }

    /// <summary>The file descriptor, for poll; valid until the socket is disposed.</summary>
    public int Descriptor => (int)handle;

    /// <summary>Opens a socket that receives from now on, on all addresses of the host.</summary>
    /// <param name="family">IPv4 or IPv6; the latter doesn't receive IPv4.</param>
    /// <param name="port"><see cref="BfdPorts.SingleHop"/> or <see cref="BfdPorts.Multihop"/>.</param>
    /// <exception cref="SystemCallException">Another program has the port (<see cref="Errno.EADDRINUSE"/>), or the host has no IPv6 (<see cref="Errno.EAFNOSUPPORT"/>).</exception>
    public static BfdReceiver Open(AddressFamily family, ushort port)
    {
        bool isIpv6 = family == AddressFamily.InterNetworkV6;
        int descriptor = LibC.socket(isIpv6 ? LibC.AF_INET6 : LibC.AF_INET, LibC.SOCK_DGRAM | LibC.SOCK_CLOEXEC | LibC.SOCK_NONBLOCK, LibC.IPPROTO_UDP);
        if (descriptor < 0)
            throw SystemCallException.FromLastErrno("socket", "BFD (UDP)");
        BfdReceiver receiver = new(descriptor, isIpv6);
        try
        {
            receiver.Configure(port);
            return receiver;
        }
        catch
        {
            receiver.Dispose();
            throw;
        }
    }

    /// <summary>Receives one datagram if there is one.</summary>
    /// <param name="payload">Gets what follows the UDP header; what is longer is cut off.</param>
    /// <param name="datagram">How it came.</param>
    /// <returns>False when there is none.</returns>
    /// <exception cref="SystemCallException">The socket is of no use any more.</exception>
    public bool TryReceive(Span<byte> payload, out BfdDatagram datagram)
    {
        InternetAddress6 source;
        byte* control = stackalloc byte[ControlSize];
        nint received;
        MessageHeader header;
        fixed (byte* bytes = payload)
        {
            MessagePart part = new() { Start = bytes, Length = (nuint)payload.Length };
            header = new() { Name = &source, NameLength = (uint)sizeof(InternetAddress6), Parts = &part, PartCount = 1, Control = control, ControlLength = ControlSize };
            received = ReceiveMessage(Descriptor, &header, 0);
        }

        datagram = default;
        if (received < 0)
        {
            Errno errno = SystemCallException.LastImportErrno;
            return errno is Errno.EAGAIN or Errno.EINTR ? false : throw new SystemCallException("receive from", "BFD socket", errno);
        }

        datagram = ReadControl(control, (int)header.ControlLength) with
        {
            Length = (int)received,
            Source = _isIpv6 ? Address6(source.Address) : Address4(source.FlowInfo),
        };
        return true;
    }

    protected override bool ReleaseHandle() => LibC.close((int)handle) == 0;

    private static BfdDatagram ReadControl(byte* control, int length)
    {
        BfdDatagram datagram = default;
        for (int at = 0; at + sizeof(ControlHeader) <= length;)
        {
            var header = (ControlHeader*)(control + at);
            byte* data = control + at + sizeof(ControlHeader);
            switch (header->Level, header->Type)
            {
                case (IPPROTO_IP, IP_TTL) or (IPPROTO_IPV6, IPV6_HOPLIMIT):
                    datagram = datagram with { TimeToLive = (byte)*(int*)data };
                    break;
                case (IPPROTO_IP, IP_PKTINFO):
                    datagram = datagram with { Destination = Address4(((PacketInfo*)data)->Destination), InterfaceIndex = ((PacketInfo*)data)->InterfaceIndex };
                    break;
                case (IPPROTO_IPV6, IPV6_PKTINFO):
                    datagram = datagram with { Destination = Address6(((PacketInfo6*)data)->Destination), InterfaceIndex = ((PacketInfo6*)data)->InterfaceIndex };
                    break;
            }

            at += (int)(header->Length + 7) & ~7; // CMSG_NXTHDR on 64-bit systems
        }

        return datagram;
    }

    private static UInt128 Address4(uint networkOrder) => MappedPrefix | (BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(networkOrder) : networkOrder);

    private static UInt128 Address6(byte* octets) => BinaryPrimitives.ReadUInt128BigEndian(new ReadOnlySpan<byte>(octets, 16));

    private void Configure(ushort port)
    {
        if (_isIpv6)
        {
            Set(IPPROTO_IPV6, IPV6_V6ONLY, "IPV6_V6ONLY of BFD socket"); // IPv4 has a socket of its own on the same port
            Set(IPPROTO_IPV6, IPV6_RECVHOPLIMIT, "IPV6_RECVHOPLIMIT of BFD socket");
            Set(IPPROTO_IPV6, IPV6_RECVPKTINFO, "IPV6_RECVPKTINFO of BFD socket");
        }
        else
        {
            Set(IPPROTO_IP, IP_RECVTTL, "IP_RECVTTL of BFD socket");
            Set(IPPROTO_IP, IP_PKTINFO, "IP_PKTINFO of BFD socket");
        }

        // Without SO_REUSEADDR: two that share the port would take each other's packets without either knowing.
        InternetAddress6 any = new() { Family = (ushort)(_isIpv6 ? LibC.AF_INET6 : LibC.AF_INET), Port = BinaryPrimitives.ReverseEndianness(port) };
        if (Bind(Descriptor, &any, (uint)(_isIpv6 ? sizeof(InternetAddress6) : sizeof(InternetAddress))) == 0)
            return;
        Errno errno = SystemCallException.LastImportErrno;
        throw new SystemCallException(
            "bind BFD socket to",
            $"UDP port {port} ({(_isIpv6 ? "IPv6" : "IPv4")})",
            errno,
            errno == Errno.EADDRINUSE ? "another program on this host speaks BFD (BIRD, FRR, keepalived); only one can" : null);
    }

    private void Set(int level, int option, string what)
    {
        int on = 1;
        if (LibC.setsockopt(Descriptor, level, option, &on, sizeof(int)) != 0)
            throw SystemCallException.FromLastErrno("set", what);
    }

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    private static partial int Bind(int socket, void* address, uint length);

    [LibraryImport("libc", EntryPoint = "recvmsg", SetLastError = true)]
    private static partial nint ReceiveMessage(int socket, MessageHeader* message, int flags);
}
