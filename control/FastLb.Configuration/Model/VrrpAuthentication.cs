namespace FastLb.Configuration.Model;

/// <summary>Authentication of version 2 (RFC 2338).</summary>
/// <param name="Type">Its kind.</param>
/// <param name="Password">At most 8 bytes in UTF-8.</param>
public sealed record VrrpAuthentication(VrrpAuthenticationType Type, Secret Password);

/// <summary>The kinds of authentication.</summary>
public enum VrrpAuthenticationType
{
    /// <summary>A password in clear text (RFC 2338 section 5.3.6.2).</summary>
    SimpleText = 1,

    /// <summary>IPsec AH with HMAC-MD5-96 (RFC 2338 section 5.3.6.3).</summary>
    AuthenticationHeader = 2,
}
