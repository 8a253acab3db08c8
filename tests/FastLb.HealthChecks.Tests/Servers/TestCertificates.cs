using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace FastLb.HealthChecks.Tests.Servers;

/// <summary>An authority and what it issues, made for one test.</summary>
internal sealed class TestCertificates : IDisposable
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public TestCertificates(string name = "Test Authority")
    {
        CertificateRequest request = new($"CN={name}", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        Authority = request.CreateSelfSigned(DateTimeOffset.UtcNow - (30 * Day), DateTimeOffset.UtcNow + (30 * Day));
    }

    public X509Certificate2 Authority { get; }

    /// <summary>A certificate that ends so many days from now.</summary>
    public X509Certificate2 Issue(string name, int days = 10)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new($"CN={name}", key, HashAlgorithmName.SHA256);
        using X509Certificate2 issued = request.Create(Authority, DateTimeOffset.UtcNow - (20 * Day), DateTimeOffset.UtcNow + (days * Day), [1, 2, 3, (byte)(days + 100)]);
        return issued.CopyWithPrivateKey(key);
    }

    public void Dispose()
    {
        Authority.Dispose();
        _key.Dispose();
    }
}
