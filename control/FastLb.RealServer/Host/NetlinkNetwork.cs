using System.Net;
using FastLb.Netlink;

namespace FastLb.RealServer.Host;

/// <summary>Links and addresses through rtnetlink.</summary>
internal sealed class NetlinkNetwork(Rtnetlink kernel) : IHostNetwork
{
    public IReadOnlyList<LinkInfo> Links() => kernel.Links.List();

    public IReadOnlyList<AddressInfo> Addresses() => kernel.Addresses.List();

    public bool AddAddress(LinkInfo link, IPAddress address, byte prefixLength) => kernel.Addresses.Add(new AddressInfo(link.Index, address, prefixLength));

    public bool RemoveAddress(LinkInfo link, IPAddress address, byte prefixLength) =>
        kernel.Addresses.Remove(new AddressInfo(link.Index, address, prefixLength));

    public bool CreateLink(string name, string kind) => kernel.Links.Create(name, kind);

    public void RemoveLink(LinkInfo link) => kernel.Links.Remove(link.Index);

    public void SetUp(LinkInfo link, bool up) => kernel.Links.SetUp(link.Index, up);
}
