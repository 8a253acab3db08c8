using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace FastLb.HealthChecks.Checkers.Http;

/// <summary>What is wrong with the certificate that a server shows. Its name doesn't matter: servers are asked by address.</summary>
internal sealed class CertificateVerdict
{
    /// <summary>A phrase for the log; null while nothing is wrong.</summary>
    public string? Fault { get; private set; }

    /// <summary>Takes what the handshake says of the certificate.</summary>
    /// <returns>True when it passes.</returns>
    public bool Take(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null)
            Fault = "it shows no certificate";
        else if ((errors & SslPolicyErrors.RemoteCertificateChainErrors) != SslPolicyErrors.None)
            Fault = Describe(certificate, chain);
        return Fault is null;
    }

    private static string Describe(X509Certificate certificate, X509Chain? chain)
    {
        X509ChainStatusFlags all = X509ChainStatusFlags.NoError;
        foreach (X509ChainStatus status in chain?.ChainStatus ?? [])
            all |= status.Status;
        X509ChainStatus[] own = chain is { ChainElements: [var first, ..] } ? first.ChainElementStatus : [];
        if (own.Any(status => status.Status == X509ChainStatusFlags.NotTimeValid))
            return $"its certificate is valid from {certificate.GetEffectiveDateString()} to {certificate.GetExpirationDateString()} only";
        return all switch
        {
            _ when all.HasFlag(X509ChainStatusFlags.NotTimeValid) => "a certificate that its own comes from is not valid now",
            _ when (all & (X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain)) != X509ChainStatusFlags.NoError => "its certificate comes from no authority of 'ca'",
            _ => $"its certificate is not valid: {all}",
        };
    }
}
