using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using FastLb.Native.Interfaces;
using FastLb.Native.Polling;
using FastLb.Native.Tests.Namespaces;
using FastLb.Native.Vrrp;
using FastLb.Netlink;

namespace FastLb.Native.Tests.Vrrp;

/// <summary>
/// Advertisements that travel by a virtual router's own link, which has no address of the network, while reverse paths are filtered strictly on all other
/// interfaces.
/// </summary>
public sealed class VrrpVirtualLinkTests : IDisposable
{
    private const int Patience = 10_000; // milliseconds
    private static readonly byte[] Message = [0x31, 51, 100, 1, 0, 100, 0, 0];

    private readonly VethPair _pair = new();
    private readonly Rtnetlink _kernel;

    public VrrpVirtualLinkTests()
    {
        foreach ((NetworkNamespace place, string device, string own) in new[] { (_pair.Near, VethPair.NearName, "fe80::1"), (_pair.Far, VethPair.FarName, "fe80::2") })
        {
            place.Invoke(() =>
            {
                File.WriteAllText($"/proc/sys/net/ipv6/conf/{device}/accept_dad", "0");
                File.WriteAllText($"/proc/sys/net/ipv6/conf/{device}/addr_gen_mode", "1");
                File.WriteAllText($"/proc/sys/net/ipv6/conf/{device}/disable_ipv6", "0");
                InterfaceSysctls.Write(AddressFamily.InterNetwork, InterfaceSysctls.AllInterfaces, "rp_filter", 1);
            });
            place.Run("ip", $"address add {own}/64 dev {device} nodad");
        }

        _pair.AwaitTraffic();
        _kernel = _pair.Near.Invoke(Rtnetlink.Open);
    }

    public void Dispose()
    {
        _kernel.Dispose();
        _pair.Dispose();
    }

    [Theory]
    [InlineData(AddressFamily.InterNetwork, "224.0.0.18", VethPair.NearAddress, VethPair.FarAddress)]
    [InlineData(AddressFamily.InterNetworkV6, "ff02::12", "fe80::1", "fe80::2")]
    public void Advertisements_go_out_and_come_in_by_the_link_with_the_addresses_of_the_interface_below(AddressFamily family, string group, string near, string far)
    {
        int parent = _kernel.Links.Find(VethPair.NearName)!.Index;
        VirtualLinkRequest request = new("vrrp.51", parent, VirtualLinkKind.Macvlan)
        {
            Mac = new PhysicalAddress([0, 0, 0x5E, 0, family == AddressFamily.InterNetworkV6 ? (byte)2 : (byte)1, 51]),
            UsesIpv4 = family == AddressFamily.InterNetwork,
            UsesIpv6 = family == AddressFamily.InterNetworkV6,
        };
        LinkInfo link = _pair.Near.Invoke(() =>
        {
            foreach ((string name, VirtualLinkSetting setting) in _kernel.VirtualLinks.ReversePathSettings(request))
                InterfaceSysctls.Write(AddressFamily.InterNetwork, name, setting.Name, setting.Value);
            return _kernel.VirtualLinks.Create(request);
        });
        if (request.UsesIpv6)
            _kernel.VirtualLinks.AddLinkLocal(link.Index, IPAddress.Parse(near));
        using VrrpSocket own = Open(_pair.Near, link.Name, family, group, near);
        using VrrpSocket peer = Open(_pair.Far, VethPair.FarName, family, group, far);

        Assert.Equal(Errno.None, own.Send(Message, IPAddress.Parse(group)));
        Assert.Equal(near, Receive(peer).Source.ToString());
        Assert.Equal(Errno.None, peer.Send(Message, IPAddress.Parse(group)));
        Assert.Equal(far, Receive(own).Source.ToString());

        string mac = family == AddressFamily.InterNetwork ? "00005E000133" : "00005E000233";
        Assert.Equal(mac, _kernel.Links.Find(link.Index)!.Mac!.ToString());
    }

    private static VrrpSocket Open(NetworkNamespace place, string device, AddressFamily family, string group, string source) => place.Invoke(
        () => VrrpSocket.Open(new VrrpSocketSettings(NetworkDevice.Read(device).Index, IPAddress.Parse(group), IPAddress.Parse(source)) { Family = family }));

    private static VrrpDatagram Receive(VrrpSocket socket)
    {
        Assert.Equal(1, new PollSet(socket.Descriptor).Wait(Patience));
        Assert.True(socket.TryReceive(new byte[100], out VrrpDatagram datagram));
        return datagram;
    }
}
