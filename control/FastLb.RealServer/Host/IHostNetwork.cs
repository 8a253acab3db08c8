using System.Net;
using FastLb.Native;
using FastLb.Netlink;

namespace FastLb.RealServer.Host;

/// <summary>The links and addresses of this host.</summary>
internal interface IHostNetwork
{
    /// <exception cref="SystemCallException">The kernel refused.</exception>
    IReadOnlyList<LinkInfo> Links();

    /// <exception cref="SystemCallException">The kernel refused.</exception>
    IReadOnlyList<AddressInfo> Addresses();

    /// <summary>False when the interface has the address already.</summary>
    /// <exception cref="SystemCallException">The kernel refused.</exception>
    bool AddAddress(LinkInfo link, IPAddress address, byte prefixLength);

    /// <summary>False when it wasn't there.</summary>
    /// <exception cref="SystemCallException">The kernel refused.</exception>
    bool RemoveAddress(LinkInfo link, IPAddress address, byte prefixLength);

    /// <summary>False when there is one of that name.</summary>
    /// <exception cref="KernelFeatureException">The kernel doesn't know the kind.</exception>
    /// <exception cref="SystemCallException">The kernel refused.</exception>
    bool CreateLink(string name, string kind);

    /// <exception cref="SystemCallException">The kernel refused.</exception>
    void RemoveLink(LinkInfo link);

    /// <exception cref="SystemCallException">The kernel refused.</exception>
    void SetUp(LinkInfo link, bool up);
}
