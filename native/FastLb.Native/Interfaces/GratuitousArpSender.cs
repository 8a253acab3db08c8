using System.Net;
using System.Net.NetworkInformation;

namespace FastLb.Native.Interfaces;

/// <summary>
/// Sends gratuitous ARP from the network namespace it was opened in, so that neighbours learn at once who has an address taken over. Any thread may send.
/// </summary>
public sealed class GratuitousArpSender : IDisposable
{
    private readonly AnnouncementSocket _socket;

    private GratuitousArpSender(AnnouncementSocket socket) => _socket = socket;

    /// <summary>Opens a raw socket that receives nothing.</summary>
    /// <exception cref="SystemCallException">Needs CAP_NET_RAW.</exception>
    public static GratuitousArpSender Open() => new(AnnouncementSocket.Open());

    /// <summary>Broadcasts once that <paramref name="owner"/> has <paramref name="address"/>.</summary>
    /// <param name="interfaceIndex">Where to send.</param>
    /// <param name="owner">The interface's Ethernet address, or the virtual router's.</param>
    /// <param name="address">An IPv4 address.</param>
    /// <exception cref="SystemCallException">The interface is down (<see cref="Errno.ENETDOWN"/>) or gone (<see cref="Errno.ENXIO"/>).</exception>
    public void Announce(int interfaceIndex, PhysicalAddress owner, IPAddress address)
    {
        Span<byte> frame = stackalloc byte[GratuitousArp.FrameSize];
        GratuitousArp.Write(frame, owner, address);
        Errno errno = _socket.Send(interfaceIndex, frame);
        if (errno != Errno.None)
            throw new SystemCallException("send gratuitous ARP for", $"{address} on interface {interfaceIndex}", errno, AnnouncementSocket.Remedy(errno));
    }

    public void Dispose() => _socket.Dispose();
}
