using System.Net;
using System.Net.Sockets;

namespace FastLb.Native.Vrrp;

/// <summary>What a <see cref="VrrpSocket"/> is bound to.</summary>
/// <param name="InterfaceIndex">Sends and receives on this interface alone; 0 for any, which only unicast allows.</param>
/// <param name="Group">
/// The group to join on the interface, 224.0.0.18 by RFC 9568 section 5.1.1.2 or ff02::12 by section 5.1.2.2; null to receive unicast only.
/// </param>
/// <param name="Source">Source address of what is sent, one of this host's; null leaves the choice to the kernel.</param>
/// <param name="UnicastTimeToLive">
/// TTL, 1 to 255, or hop limit, 0 to 255, of what is sent to a unicast address; what is sent to a group always has 255 (RFC 9568 section 5.1.1.3).
/// </param>
public sealed record VrrpSocketSettings(int InterfaceIndex, IPAddress? Group, IPAddress? Source = null, byte UnicastTimeToLive = 255)
{
    /// <summary>The family of all addresses: IPv4 or IPv6.</summary>
    public AddressFamily Family { get; init; } = AddressFamily.InterNetwork;

    /// <summary>What follows the IP header.</summary>
    public VrrpTransport Transport { get; init; }

    /// <summary>
    /// Room for what waits to be received, bytes as SO_RCVBUF counts them: the kernel doubles it for what it needs itself. With CAP_NET_ADMIN it may be above
    /// net.core.rmem_max. Null for the kernel's default.
    /// </summary>
    public int? ReceiveBufferSize { get; init; }
}

/// <summary>How VRRP travels in IP; the values are IP protocol numbers, but for the first.</summary>
public enum VrrpTransport
{
    /// <summary>Directly, as protocol 112.</summary>
    Plain = 0,

    /// <summary>
    /// Behind an authentication header (RFC 2402), protocol 51, as version 2 could do with IPv4 (RFC 2338 section 5.3.6.3). Its check value covers the IP
    /// header, which the caller therefore writes: what is sent and received is the whole packet, from the IP header on.
    /// </summary>
    AuthenticationHeader = 51,
}
