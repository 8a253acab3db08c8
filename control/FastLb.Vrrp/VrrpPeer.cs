using FastLb.Wire;

namespace FastLb.Vrrp;

/// <summary>Another director that gets advertisements by unicast (keepalived's <c>unicast_peer</c>).</summary>
/// <param name="Address">Its address.</param>
/// <param name="LeastTimeToLive">The least time to live, or hop limit, with which its advertisements count; null for any.</param>
/// <param name="MostTimeToLive">The greatest; null for any.</param>
public readonly record struct VrrpPeer(IpAddress Address, byte? LeastTimeToLive = null, byte? MostTimeToLive = null);

/// <summary>What the checksum of version 3 over IPv4 covers beside the message (RFC 9568 §5.2.8: addresses, protocol and length).</summary>
public enum PseudoHeaderRule : byte
{
    /// <summary>The packet's own addresses; of unicast the multicast group as destination, once a peer is heard to have that.</summary>
    Detected = 0,

    /// <summary>The packet's own addresses, always.</summary>
    Own,

    /// <summary>The multicast group as destination also of unicast, as keepalived before version 1.3.7 had it.</summary>
    Group,

    /// <summary>Nothing, as in version 2.</summary>
    None,
}
