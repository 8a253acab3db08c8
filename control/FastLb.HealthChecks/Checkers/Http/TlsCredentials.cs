using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FastLb.Configuration.Model;

namespace FastLb.HealthChecks.Checkers.Http;

/// <summary>
/// The certificates of all <c>SSL_GET</c> checks. Files are read when the first check asks, and again by each until that succeeds. Any thread.
/// </summary>
/// <param name="settings">What the configuration says; null for nothing.</param>
public sealed class TlsCredentials(SslContext? settings)
{
    private readonly Lock _gate = new();
    private Loaded? _loaded;

    /// <summary>How a client greets a server.</summary>
    /// <param name="serverName">The name that the handshake gives; null for none.</param>
    /// <param name="verdict">Takes what is wrong with the server's certificate.</param>
    /// <param name="fault">What can't be read and why; null when all can.</param>
    /// <returns>Null when something can't be read.</returns>
    [SuppressMessage("Security", "CA5359:Do not disable certificate validation", Justification = "A check asks whether the server answers; without 'ca' the operator says nothing of who it must be.")]
    internal SslClientAuthenticationOptions? CreateOptions(string? serverName, CertificateVerdict verdict, out string? fault)
    {
        Loaded loaded;
        lock (_gate)
        {
            if (_loaded is null && (_loaded = Load(out fault)) is null)
                return null;
            (loaded, fault) = (_loaded, null);
        }

        return new SslClientAuthenticationOptions
        {
            TargetHost = serverName ?? string.Empty,
            AllowTlsResume = false, // each probe is to see the certificate
            ClientCertificateContext = loaded.Client,
            CertificateChainPolicy = loaded.CreatePolicy(),
            RemoteCertificateValidationCallback = loaded.Authorities is null ? static (_, _, _, _) => true : verdict.Take,
        };
    }

    private Loaded? Load(out string? fault)
    {
        fault = null;
        string? path = null;
        try
        {
            X509Certificate2Collection? authorities = null;
            if (settings?.AuthorityFile is { } file)
            {
                authorities = [];
                authorities.ImportFromPemFile(path = file);
            }

            SslStreamCertificateContext? client = null;
            if (settings is { CertificateFile: { } certificate, KeyFile: { } key })
                client = LoadClient(path = certificate, key);
            return new Loaded(authorities, client);
        }
        catch (Exception failure) when (failure is CryptographicException or IOException or UnauthorizedAccessException)
        {
            fault = $"the certificate or key of 'SSL' in {path} can't be used: {failure.Message}";
            return null;
        }
    }

    // The first certificate of the file is the client's, those after it lead to its authority.
    private SslStreamCertificateContext LoadClient(string certificate, string key)
    {
        X509Certificate2 own = settings?.Password is { } password
            ? X509Certificate2.CreateFromEncryptedPemFile(certificate, password.Reveal(), key)
            : X509Certificate2.CreateFromPemFile(certificate, key);
        X509Certificate2Collection chain = [];
        chain.ImportFromPemFile(certificate);
        return SslStreamCertificateContext.Create(own, chain, offline: true);
    }

    private sealed record Loaded(X509Certificate2Collection? Authorities, SslStreamCertificateContext? Client)
    {
        // A policy belongs to one handshake.
        public X509ChainPolicy CreatePolicy()
        {
            X509ChainPolicy policy = new() { DisableCertificateDownloads = true, RevocationMode = X509RevocationMode.NoCheck };
            // Without authorities the chain doesn't matter, and isn't worth a look at those of the system.
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            if (Authorities is null)
                policy.VerificationFlags = X509VerificationFlags.AllFlags;
            else
                policy.CustomTrustStore.AddRange(Authorities);
            return policy;
        }
    }
}
