namespace FastLb.Configuration.Keywords;

/// <summary>The kinds of block in which keywords stand.</summary>
public enum BlockContext
{
    /// <summary>A block whose keyword is not known: it is kept whole and not looked into.</summary>
    Unknown,

    /// <summary>Outside all blocks.</summary>
    Root,

    /// <summary><c>global_defs</c>.</summary>
    GlobalDefinitions,

    /// <summary><c>defence</c> in <c>fastlb</c>.</summary>
    Defence,

    /// <summary><c>fastlb</c>, which keepalived does not have.</summary>
    FastLb,

    /// <summary>A list of lines that are no keywords (names, addresses, routes).</summary>
    Lines,

    /// <summary><c>virtual_ipaddress</c> and <c>virtual_ipaddress_excluded</c>.</summary>
    VirtualAddresses,

    /// <summary>After an address in <c>virtual_ipaddress</c>; a place for options rather than a block.</summary>
    AddressOption,

    /// <summary><c>vrrp_instance</c>.</summary>
    VrrpInstance,

    /// <summary><c>authentication</c> in <c>vrrp_instance</c>.</summary>
    Authentication,

    /// <summary><c>auth_hmac</c> in <c>vrrp_instance</c>.</summary>
    HmacAuthentication,

    /// <summary><c>vrrp_sync_group</c>.</summary>
    VrrpSyncGroup,

    /// <summary><c>vrrp_script</c>.</summary>
    VrrpScript,

    /// <summary><c>track_file</c> as a root block.</summary>
    TrackFile,

    /// <summary><c>vrrp_track_process</c>.</summary>
    TrackProcess,

    /// <summary><c>track_group</c>.</summary>
    TrackGroup,

    /// <summary><c>bfd_instance</c>.</summary>
    BfdInstance,

    /// <summary><c>garp_group</c>.</summary>
    GarpGroup,

    /// <summary><c>SSL</c>: the certificate context of SSL_GET.</summary>
    SslContext,

    /// <summary><c>mark</c>, FastLb's rules for firewall marks.</summary>
    MarkRule,

    /// <summary><c>virtual_server</c>.</summary>
    VirtualServer,

    /// <summary><c>real_server</c>.</summary>
    RealServer,

    /// <summary><c>TCP_CHECK</c>.</summary>
    TcpCheck,

    /// <summary><c>HTTP_GET</c> and <c>SSL_GET</c>.</summary>
    HttpCheck,

    /// <summary><c>url</c> in <c>HTTP_GET</c> and <c>SSL_GET</c>.</summary>
    Url,

    /// <summary><c>SMTP_CHECK</c>.</summary>
    SmtpCheck,

    /// <summary><c>host</c> in <c>SMTP_CHECK</c>.</summary>
    SmtpHost,

    /// <summary><c>DNS_CHECK</c>.</summary>
    DnsCheck,

    /// <summary><c>MISC_CHECK</c>.</summary>
    MiscCheck,

    /// <summary><c>UDP_CHECK</c>.</summary>
    UdpCheck,

    /// <summary><c>PING_CHECK</c>.</summary>
    PingCheck,

    /// <summary><c>BFD_CHECK</c>.</summary>
    BfdCheck,

    /// <summary><c>FILE_CHECK</c>.</summary>
    FileCheck,
}
