using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastLb.Native.Vrrp;
using Microsoft.Win32.SafeHandles;
using Tmds.Linux;
using static FastLb.Native.Bfd.BfdUapi;

namespace FastLb.Native.Bfd;

/// <summary>
/// A UDP socket that sends the control packets of one session, always from the same source port of 49152 to 65535 that no other socket has (RFC 5881 section 4), in the network
/// namespace of the thread that opened it. Sending never blocks and doesn't allocate. One thread at a time.
/// </summary>
public sealed unsafe partial class BfdSender : SafeHandleMinusOneIsInvalid
{
    private InternetAddress6 _neighbour;
    private readonly uint _addressLength;

    private BfdSender(int descriptor, in InternetAddress6 neighbour)
        : base(ownsHandle: true)
    {
        _neighbour = neighbour;
        _addressLength = LengthOf(neighbour);
        SetHandle(descriptor);
    }

    /// <summary>The source port.</summary>
    public ushort SourcePort { get; private set; }

    private int Descriptor => (int)handle;

    private bool IsIpv6 => _neighbour.Family == LibC.AF_INET6;

    /// <summary>Opens a socket.</summary>
    /// <exception cref="ArgumentException">The addresses are of different families.</exception>
    /// <exception cref="SystemCallException">
    /// The source isn't this host's address (<see cref="Errno.EADDRNOTAVAIL"/>), no source port is free (<see cref="Errno.EADDRINUSE"/>), or there is no IPv6
    /// (<see cref="Errno.EAFNOSUPPORT"/>).
    /// </exception>
    public static BfdSender Open(BfdSenderSettings settings)
    {
        if (settings.Source is { } given && given.AddressFamily != settings.Neighbour.AddressFamily)
            throw new ArgumentException($"{given} and {settings.Neighbour} are of different families", nameof(settings));
        InternetAddress6 neighbour = ToSocketAddress(settings.Neighbour, settings.Port);
        int descriptor = LibC.socket(neighbour.Family, LibC.SOCK_DGRAM | LibC.SOCK_CLOEXEC | LibC.SOCK_NONBLOCK, LibC.IPPROTO_UDP);
        if (descriptor < 0)
            throw SystemCallException.FromLastErrno("socket", "BFD (UDP)");
        BfdSender sender = new(descriptor, neighbour);
        try
        {
            sender.Configure(settings);
            return sender;
        }
        catch
        {
            sender.Dispose();
            throw;
        }
    }

    /// <summary>Sends one control packet.</summary>
    /// <returns>
    /// <see cref="Errno.None"/>, or why it wasn't sent, which may be over by the next time. ENETUNREACH, EHOSTUNREACH: there is no route, or the neighbour isn't resolved. ENETDOWN:
    /// the interface is down. EINVAL, EADDRNOTAVAIL: the source address isn't this host's any more. ENOBUFS, EAGAIN: too much waits to be sent. EPERM: a packet filter refused.
    /// </returns>
    public Errno Send(ReadOnlySpan<byte> packet)
    {
        fixed (byte* bytes = packet)
        {
            fixed (InternetAddress6* neighbour = &_neighbour)
                return SendTo(Descriptor, bytes, (nuint)packet.Length, 0, neighbour, _addressLength) >= 0 ? Errno.None : SystemCallException.LastImportErrno;
        }
    }

    /// <summary>Sets the time to live or hop limit of what is sent from now on, 1 to 255.</summary>
    public void SetTimeToLive(byte hops)
    {
        if (IsIpv6)
            Set(IPPROTO_IPV6, IPV6_UNICAST_HOPS, hops, "hop limit of BFD socket");
        else
            Set(IPPROTO_IP, IP_TTL, hops, "TTL of BFD socket");
    }

    protected override bool ReleaseHandle() => LibC.close((int)handle) == 0;

    private static InternetAddress6 ToSocketAddress(IPAddress address, ushort port)
    {
        InternetAddress6 result = new() { Port = BinaryPrimitives.ReverseEndianness(port) };
        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            result.Family = (ushort)LibC.AF_INET;
            address.TryWriteBytes(MemoryMarshal.AsBytes(new Span<uint>(ref result.FlowInfo)), out _);
            return result;
        }

        result.Family = (ushort)LibC.AF_INET6;
        result.ScopeId = (uint)address.ScopeId;
        address.TryWriteBytes(new Span<byte>(result.Address, 16), out _);
        return result;
    }

    private static uint LengthOf(in InternetAddress6 address) => (uint)(address.Family == LibC.AF_INET6 ? sizeof(InternetAddress6) : sizeof(InternetAddress));

    private void Configure(BfdSenderSettings settings)
    {
        if (IsIpv6)
            Set(IPPROTO_IPV6, IPV6_TCLASS, VrrpSocketOptions.InternetControl, "traffic class of BFD socket");
        else
            Set(IPPROTO_IP, LibC.IP_TOS, VrrpSocketOptions.InternetControl, "TOS of BFD socket");
        Set(LibC.SOL_SOCKET, LibC.SO_PRIORITY, VrrpSocketOptions.TC_PRIO_CONTROL, "priority of BFD socket"); // after the TOS, which sets it too
        SetTimeToLive(settings.TimeToLive);
        IPAddress source = settings.Source ?? (IsIpv6 ? IPAddress.IPv6Any : IPAddress.Any);
        for (int attempt = 0; attempt < BfdPorts.SourceCount; attempt++)
        {
            SourcePort = (ushort)(BfdPorts.FirstSource + (((long)settings.PortHint + attempt) % BfdPorts.SourceCount));
            InternetAddress6 address = ToSocketAddress(source, SourcePort);
            if (Bind(Descriptor, &address, _addressLength) == 0)
                return;
            Errno errno = SystemCallException.LastImportErrno;
            if (errno != Errno.EADDRINUSE)
                throw new SystemCallException("bind BFD socket to", $"{source}", errno, errno == Errno.EADDRNOTAVAIL ? "no interface of this host has the address" : null);
        }

        throw new SystemCallException("bind BFD socket to", $"{source}", Errno.EADDRINUSE, $"no port from {BfdPorts.FirstSource} on is free");
    }

    private void Set(int level, int option, int value, string what)
    {
        if (LibC.setsockopt(Descriptor, level, option, &value, sizeof(int)) != 0)
            throw SystemCallException.FromLastErrno("set", what);
    }

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    private static partial int Bind(int socket, void* address, uint length);

    [LibraryImport("libc", EntryPoint = "sendto", SetLastError = true)]
    private static partial nint SendTo(int socket, byte* bytes, nuint length, int flags, void* address, uint addressLength);
}
