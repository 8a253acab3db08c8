namespace FastLb.Wire;

/// <summary>Protocol numbers of IPv4's protocol and IPv6's next-header fields (IANA "Assigned Internet Protocol Numbers").</summary>
public enum IpProtocol : byte
{
    None = 0,
    Icmp = 1,

    /// <summary>IPv4 within IP (RFC 2003).</summary>
    IpInIp = 4,
    Tcp = 6,
    Udp = 17,
    AuthenticationHeader = 51,
    Icmp6 = 58,
    Vrrp = 112,
    Sctp = 132,
}
