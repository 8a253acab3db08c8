namespace FastLb.Configuration.Model;

/// <summary>The certificates of all <c>SSL_GET</c> checks (<c>SSL</c>). Files are opened only when checks are run.</summary>
public sealed record SslContext
{
    /// <summary>Where it is written.</summary>
    public Origin Origin { get; init; }

    /// <summary>What the key is encrypted with; null for none.</summary>
    public Secret? Password { get; init; }

    /// <summary>The file of the authorities that servers' certificates must come from; null when they are not verified.</summary>
    public string? AuthorityFile { get; init; }

    /// <summary>The file of the certificate that is shown to servers; null for none.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>The file of that certificate's key; null for none.</summary>
    public string? KeyFile { get; init; }
}
