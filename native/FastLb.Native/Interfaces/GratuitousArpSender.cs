using System.Buffers.Binary;
using System.Net;
using System.Net.NetworkInformation;
using Microsoft.Win32.SafeHandles;
using Tmds.Linux;

namespace FastLb.Native.Interfaces;

/// <summary>
/// Sends gratuitous ARP from the network namespace it was opened in, so that neighbours learn at once who has an address taken over. Any thread may send.
/// </summary>
public sealed unsafe class GratuitousArpSender : SafeHandleMinusOneIsInvalid
{
    private GratuitousArpSender(int descriptor)
        : base(ownsHandle: true) => SetHandle(descriptor);

    /// <summary>Opens a raw socket that receives nothing.</summary>
    /// <exception cref="SystemCallException">Needs CAP_NET_RAW.</exception>
    public static GratuitousArpSender Open()
    {
        int descriptor = LibC.socket(LibC.AF_PACKET, LibC.SOCK_RAW | LibC.SOCK_CLOEXEC, 0);
        return descriptor >= 0
            ? new GratuitousArpSender(descriptor)
            : throw SystemCallException.FromLastErrno("socket", "AF_PACKET", errno => errno == Errno.EPERM ? "needs CAP_NET_RAW, or root" : null);
    }

    /// <summary>Broadcasts once that <paramref name="owner"/> has <paramref name="address"/>.</summary>
    /// <param name="interfaceIndex">Where to send.</param>
    /// <param name="owner">The interface's Ethernet address, or the virtual router's.</param>
    /// <param name="address">An IPv4 address.</param>
    /// <exception cref="SystemCallException">The interface is down (<see cref="Errno.ENETDOWN"/>) or gone (<see cref="Errno.ENXIO"/>).</exception>
    public void Announce(int interfaceIndex, PhysicalAddress owner, IPAddress address)
    {
        byte* frame = stackalloc byte[GratuitousArp.FrameSize];
        GratuitousArp.Write(new Span<byte>(frame, GratuitousArp.FrameSize), owner, address);

        sockaddr_ll destination = default;
        destination.sll_family = (ushort)LibC.AF_PACKET;
        destination.sll_protocol = BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness((ushort)0x0806) : (ushort)0x0806;
        destination.sll_ifindex = interfaceIndex;
        destination.sll_halen = 6;
        new Span<byte>(destination.sll_addr, 6).Fill(0xFF);

        ssize_t sent = LibC.sendto((int)handle, frame, GratuitousArp.FrameSize, 0, (sockaddr*)&destination, sizeof(sockaddr_ll));
        if ((long)sent < 0)
        {
            throw SystemCallException.FromLastErrno("send gratuitous ARP for", $"{address} on interface {interfaceIndex}", errno => errno switch
            {
                Errno.ENETDOWN => "the interface is down",
                Errno.ENXIO or Errno.ENODEV => "there is no such interface in this network namespace",
                _ => null,
            });
        }
    }

    protected override bool ReleaseHandle() => LibC.close((int)handle) == 0;
}
