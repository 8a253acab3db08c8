using System.Net;

namespace FastLb.Native.Vrrp;

/// <summary>What a <see cref="VrrpSocket"/> is bound to.</summary>
/// <param name="InterfaceIndex">Sends and receives on this interface alone; 0 for any, which only unicast allows.</param>
/// <param name="Group">The IPv4 group to join on the interface, 224.0.0.18 by RFC 9568 §5.1.1.2; null to receive unicast only.</param>
/// <param name="Source">IPv4 source address of what is sent, one of this host's; null leaves the choice to the kernel.</param>
/// <param name="UnicastTimeToLive">TTL, 1 to 255, of what is sent to a unicast address; what is sent to a group always has 255 (RFC 9568 §5.1.1.3).</param>
public sealed record VrrpSocketSettings(int InterfaceIndex, IPAddress? Group, IPAddress? Source = null, byte UnicastTimeToLive = 255);
