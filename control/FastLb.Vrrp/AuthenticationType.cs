namespace FastLb.Vrrp;

/// <summary>
/// How an advertisement of version 2 is authenticated, as its header numbers it (RFC 2338 §5.3.6; RFC 3768 §5.3.6 keeps only the first).
/// </summary>
public enum AuthenticationType : byte
{
    /// <summary>Not at all; the eight bytes behind the addresses are zero when sent and ignored when received.</summary>
    None = 0,

    /// <summary>A password in clear text, which keeps out misconfigured neighbours and nobody else (RFC 2338 §5.3.6.2).</summary>
    SimpleTextPassword = 1,

    /// <summary>IPsec AH with HMAC-MD5-96 (RFC 2338 §5.3.6.3).</summary>
    AuthenticationHeader = 2,
}
