using System.Net;

namespace FastLb.Configuration.Model;

/// <summary>How an instance's advertisements travel to single directors in place of the multicast group.</summary>
public sealed record VrrpUnicast
{
    /// <summary>Multicast, as far as nothing else is said.</summary>
    public static readonly VrrpUnicast None = new();

    /// <summary>The other directors (<c>unicast_peer</c>), each of which gets a copy; with none advertisements travel by multicast.</summary>
    public ValueList<UnicastPeer> Peers { get; init; } = [];

    /// <summary>The time to live of advertisements to peers (<c>unicast_ttl</c>), 0 to 255; null for 255.</summary>
    public byte? TimeToLive { get; init; }

    /// <summary>True when advertisements from others than the peers are dropped (<c>check_unicast_src</c>).</summary>
    public bool ChecksSource { get; init; }

    /// <summary>True when having no peer is a fault, rather than a reason for multicast (<c>unicast_fault_no_peer</c>).</summary>
    public bool FailsWithoutPeer { get; init; }

    /// <summary>How the checksum of version 3 is made.</summary>
    public UnicastChecksum Checksum { get; init; }
}

/// <summary>A director that gets advertisements of its own.</summary>
/// <param name="Address">Its address.</param>
public sealed record UnicastPeer(IPAddress Address)
{
    /// <summary>Where the address stands.</summary>
    public Origin Origin { get; init; }

    /// <summary>The least time to live with which its advertisements are accepted; null for none.</summary>
    public byte? LeastTimeToLive { get; init; }

    /// <summary>The greatest time to live with which its advertisements are accepted; null for none.</summary>
    public byte? MostTimeToLive { get; init; }
}

/// <summary>The destination in the pseudo header of an advertisement's checksum (RFC 5798 section 5.2.8) when it travels by unicast.</summary>
public enum UnicastChecksum
{
    /// <summary>The packet's own, and the multicast group once the peer is heard to have that.</summary>
    Detected,

    /// <summary>The multicast group, as keepalived before version 1.3.7 had it (<c>old_unicast_checksum</c>).</summary>
    MulticastGroup,

    /// <summary>The packet's own always (<c>old_unicast_checksum never</c>).</summary>
    Destination,
}
