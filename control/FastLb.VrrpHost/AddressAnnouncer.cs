using System.Net;
using System.Net.Sockets;
using FastLb.Configuration.Model;
using FastLb.Native.Interfaces;
using FastLb.Netlink;

namespace FastLb.VrrpHost;

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

/// <summary>The pauses between two messages on one interface; zero for none.</summary>
/// <param name="GratuitousArp">Of IPv4 (<c>vrrp_garp_interval</c>).</param>
/// <param name="NeighbourAdvertisement">Of IPv6 (<c>vrrp_gna_interval</c>).</param>
internal readonly record struct AnnouncementSpacing(TimeSpan GratuitousArp, TimeSpan NeighbourAdvertisement)
{
    /// <summary>What a configuration says.</summary>
    public static AnnouncementSpacing Of(GlobalDefinitions global) => new(global.GratuitousArpInterval, global.NeighbourAdvertisementInterval);

    /// <summary>The pause behind a message for an address.</summary>
    public TimeSpan After(VirtualAddress address) => address.Address.AddressFamily == AddressFamily.InterNetwork ? GratuitousArp : NeighbourAdvertisement;
}
