using System.Net;
using System.Net.NetworkInformation;

namespace FastLb.Native.Interfaces;

/// <summary>
/// Sends unsolicited neighbour advertisements from the network namespace it was opened in, IPv6's counterpart of <see cref="GratuitousArpSender"/>. Any thread
/// may send.
/// </summary>
public sealed class NeighbourAdvertisementSender : IDisposable
{
    private readonly AnnouncementSocket _socket;

    private NeighbourAdvertisementSender(AnnouncementSocket socket) => _socket = socket;

    /// <summary>Opens a raw socket that receives nothing.</summary>
    /// <exception cref="SystemCallException">Needs CAP_NET_RAW.</exception>
    public static NeighbourAdvertisementSender Open() => new(AnnouncementSocket.Open());

    /// <summary>Tells all nodes of the link (ff02::1) once that <paramref name="owner"/> has <paramref name="address"/>.</summary>
    /// <param name="interfaceIndex">Where to send.</param>
    /// <param name="owner">The interface's Ethernet address, or the virtual router's.</param>
    /// <param name="address">An IPv6 address, which is the packet's source too.</param>
    /// <param name="isRouter">
    /// True where the interface forwards IPv6 (<see cref="InterfaceSysctls.Forwards"/>): a host that hears false drops the sender from its default routers
    /// (RFC 4861 section 7.2.5).
    /// </param>
    /// <exception cref="SystemCallException">The interface is down (<see cref="Errno.ENETDOWN"/>) or gone (<see cref="Errno.ENXIO"/>).</exception>
    public void Announce(int interfaceIndex, PhysicalAddress owner, IPAddress address, bool isRouter)
    {
        Span<byte> frame = stackalloc byte[NeighbourAdvertisement.FrameSize];
        NeighbourAdvertisement.Write(frame, owner, address, isRouter);
        Errno errno = _socket.Send(interfaceIndex, frame);
        if (errno != Errno.None)
            throw new SystemCallException("send neighbour advertisement for", $"{address} on interface {interfaceIndex}", errno, AnnouncementSocket.Remedy(errno));
    }

    public void Dispose() => _socket.Dispose();
}
