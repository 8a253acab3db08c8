namespace FastLb.Configuration.Model.Checks;

/// <summary>
/// Passes when pages are as they should be (<c>HTTP_GET</c>, <c>SSL_GET</c>): each period one of them is asked for, in turn, and a server that was down is up when all of
/// them have passed.
/// </summary>
public sealed record HttpCheck : NetworkCheck
{
    /// <summary>True for <c>SSL_GET</c>. Certificates are verified only as <see cref="DirectorConfiguration.Ssl"/> says.</summary>
    public bool UsesTls { get; init; }

    /// <summary>The pages, at least one.</summary>
    public required ValueList<HttpUrl> Urls { get; init; }

    /// <summary>The <c>Host</c> of pages that name none; null for the address and port.</summary>
    public string? VirtualHost { get; init; }

    /// <summary>How requests are written.</summary>
    public HttpProtocol Protocol { get; init; }

    /// <summary>True when the pages are asked for one upon the other while the server is down, with no period between them.</summary>
    public bool RecoversFast { get; init; }

    /// <summary>True when the TLS handshake names the server (<c>enable_sni</c>, RFC 6066 section 3); of no effect without TLS.</summary>
    public bool SendsServerName { get; init; }

    /// <summary>The name that the handshake gives (<c>sni_name</c>); null for the page's virtual host.</summary>
    public string? ServerName { get; init; }
}

/// <summary>How the requests of an HTTP check are written (<c>http_protocol</c>).</summary>
public enum HttpProtocol
{
    /// <summary><c>1.0</c>.</summary>
    Http10,

    /// <summary><c>1.0C</c>: HTTP/1.0 with <c>Connection: close</c>.</summary>
    Http10Close,

    /// <summary><c>1.1</c>, with <c>Connection: close</c>.</summary>
    Http11,
}
