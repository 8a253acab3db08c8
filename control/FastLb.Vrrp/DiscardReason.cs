namespace FastLb.Vrrp;

/// <summary>Why a received packet is no advertisement for a virtual router, in the order of the checks. Each has one counter and one test.</summary>
public enum DiscardReason : byte
{
    /// <summary>It is one.</summary>
    None = 0,

    /// <summary>No IPv4 header, or one whose lengths don't fit the bytes there are.</summary>
    MalformedIp,

    /// <summary>Comes with an IPsec authentication header, which isn't configured.</summary>
    UnexpectedAuthenticationHeader,

    /// <summary>Comes without an IPsec authentication header, which is configured.</summary>
    MissingAuthenticationHeader,

    /// <summary>Another protocol than 112.</summary>
    NotVrrp,

    /// <summary>Too short for a VRRP header.</summary>
    Truncated,

    /// <summary>For another virtual router on the same interface.</summary>
    OtherVirtualRouter,

    /// <summary>The packet is not as long as its address count says; Ethernet's padding aside.</summary>
    WrongLength,

    /// <summary>
    /// The time to live, or hop limit, isn't 255: it was routed, so it comes from elsewhere (RFC 3768 §7.1). Of unicast: it isn't within what the peer may have.
    /// </summary>
    WrongTimeToLive,

    /// <summary>Another version of VRRP.</summary>
    WrongVersion,

    /// <summary>An authentication type that doesn't exist.</summary>
    UnknownAuthenticationType,

    /// <summary>An authentication type that isn't the configured one.</summary>
    AuthenticationTypeMismatch,

    /// <summary>A wrong password, or an authentication header that was made with another key or of another packet.</summary>
    AuthenticationFailed,

    /// <summary>An authentication header with a sequence number that was there before (RFC 4302 §3.4.3).</summary>
    Replayed,

    /// <summary>Another advertisement interval than the configured one; two such directors are both master.</summary>
    IntervalMismatch,

    /// <summary>An advertisement interval of zero, with which its sender would be down at once.</summary>
    ZeroInterval,

    /// <summary>A type other than ADVERTISEMENT (1).</summary>
    UnknownType,

    /// <summary>IP's total length says other than the address count.</summary>
    WrongTotalLength,

    /// <summary>The VRRP checksum is wrong.</summary>
    WrongChecksum,

    /// <summary>Sent to one host alone, while directors speak by multicast.</summary>
    NotMulticast,

    /// <summary>Sent by multicast, while directors speak to each other one by one.</summary>
    NotUnicast,

    /// <summary>Sent by a host that isn't among the peers, while only those count.</summary>
    UnknownPeer,
}
