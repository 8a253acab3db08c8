namespace FastLb.Native.Vrrp;

/// <summary>What is known of a packet that a <see cref="VrrpSocket"/> received.</summary>
/// <param name="Source">Who sent it.</param>
/// <param name="Destination">The group or one of this host's addresses.</param>
/// <param name="HopLimit">TTL of IPv4 or hop limit of IPv6 with which it arrived: 255 when no router has passed it on (RFC 9568 section 5.1.1.3).</param>
/// <param name="MessageOffset">
/// Where in the buffer what the IP header carries begins: behind the header of IPv4, at 0 for IPv6, whose raw sockets deliver no header (RFC 3542 section 3).
/// </param>
/// <param name="Length">Octets in the buffer, with the header.</param>
/// <param name="IsTruncated">True when the packet was longer than the buffer.</param>
public readonly record struct VrrpDatagram(PacketAddress Source, PacketAddress Destination, byte HopLimit, int MessageOffset, int Length, bool IsTruncated);
