using System.Net;
using System.Net.Sockets;
using FastLb.Native.Interfaces;
using FastLb.Netlink;

namespace FastLb.VrrpHost.Holding;

/// <summary>Tells a segment where an address is, in the way of its family.</summary>
internal sealed class AddressAnnouncer : IDisposable
{
    private readonly GratuitousArpSender _arp = GratuitousArpSender.Open();
    private readonly NeighbourAdvertisementSender _neighbours = NeighbourAdvertisementSender.Open();

    /// <summary>Sends one message; none on an interface without Ethernet address.</summary>
    /// <exception cref="FastLb.Native.SystemCallException">The interface is down or gone.</exception>
    public void Announce(LinkInfo link, IPAddress address)
    {
        if (link.Mac is not { } mac)
            return;
        if (address.AddressFamily == AddressFamily.InterNetwork)
            _arp.Announce(link.Index, mac, address);
        else
            _neighbours.Announce(link.Index, mac, address, InterfaceSysctls.Forwards(AddressFamily.InterNetworkV6, link.Name));
    }

    public void Dispose()
    {
        _arp.Dispose();
        _neighbours.Dispose();
    }
}
