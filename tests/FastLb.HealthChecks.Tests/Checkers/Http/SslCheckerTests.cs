using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FastLb.Configuration.Model;
using FastLb.Configuration.Model.Checks;
using FastLb.HealthChecks.Checkers;
using FastLb.HealthChecks.Checkers.Http;
using FastLb.HealthChecks.Tests.Servers;

namespace FastLb.HealthChecks.Tests.Checkers.Http;

/// <summary>HTTP checks over TLS, against real sockets on loopback.</summary>
public sealed class SslCheckerTests : IDisposable
{
    private const string Answer = "HTTP/1.0 200 OK\r\n\r\nfine";

    private readonly TestCertificates _certificates = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("fastlb-ssl-").FullName;

    public void Dispose()
    {
        _certificates.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Without_authority_any_certificate_passes_even_one_that_has_expired()
    {
        await using LoopbackServer server = Serve(_certificates.Issue("server", days: -1));
        Assert.Null((await Probe(Check(server), null)).Fault);
        Assert.Null(server.ClientSubject);
    }

    [Fact]
    public async Task With_an_authority_its_certificates_pass_whatever_their_name()
    {
        await using LoopbackServer server = Serve(_certificates.Issue("elsewhere"));
        Assert.Null((await Probe(Check(server), new SslContext { AuthorityFile = Authority(_certificates) })).Fault);
    }

    [Fact]
    public async Task With_an_authority_a_certificate_that_has_expired_fails()
    {
        X509Certificate2 expired = _certificates.Issue("server", days: -1);
        await using LoopbackServer server = Serve(expired);
        Assert.Equal(
            $"its certificate is valid from {expired.GetEffectiveDateString()} to {expired.GetExpirationDateString()} only",
            (await Probe(Check(server), new SslContext { AuthorityFile = Authority(_certificates) })).Fault);
    }

    [Fact]
    public async Task A_certificate_of_another_authority_fails()
    {
        using TestCertificates others = new("Other Authority");
        await using LoopbackServer server = Serve(_certificates.Issue("server"));
        Assert.Equal("its certificate comes from no authority of 'ca'", (await Probe(Check(server), new SslContext { AuthorityFile = Authority(others) })).Fault);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_clients_certificate_is_shown_its_key_may_be_encrypted(bool isEncrypted)
    {
        using X509Certificate2 client = _certificates.Issue("client");
        using ECDsa key = client.GetECDsaPrivateKey()!;
        string pem = isEncrypted
            ? key.ExportEncryptedPkcs8PrivateKeyPem("secret", new PbeParameters(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256, 1000))
            : key.ExportPkcs8PrivateKeyPem();
        SslContext settings = new()
        {
            CertificateFile = Write("client.pem", client.ExportCertificatePem()),
            KeyFile = Write("client.key", pem),
            Password = isEncrypted ? new Secret("secret") : null,
        };
        await using LoopbackServer server = Serve(_certificates.Issue("server"));
        Assert.Null((await Probe(Check(server), settings)).Fault);
        Assert.Equal("CN=client", server.ClientSubject);
    }

    [Fact]
    public async Task Files_that_cannot_be_read_take_no_server_down_and_are_read_when_they_are_there()
    {
        await using LoopbackServer server = Serve(_certificates.Issue("server"));
        string path = Path.Combine(_folder, "ca.pem");
        TlsCredentials credentials = new(new SslContext { AuthorityFile = path });
        HttpChecker checker = new(Check(server), credentials, TimeProvider.System);
        ProbeResult result = await checker.Probe(CancellationToken.None);
        Assert.Equal(ProbeOutcome.NotMade, result.Outcome);
        Assert.StartsWith($"the certificate or key of 'SSL' in {path} can't be used: ", result.Fault, StringComparison.Ordinal);
        Authority(_certificates);
        Assert.Equal(ProbeOutcome.Passed, (await checker.Probe(CancellationToken.None)).Outcome);
    }

    [Theory]
    [InlineData(false, null, "")]
    [InlineData(true, null, "host.example")]
    [InlineData(true, "name.example", "name.example")]
    [InlineData(true, "1:2:3", "1:2:3")]
    [InlineData(true, "a b", "a b")]
    public async Task The_handshake_names_the_server_where_it_is_asked_for(bool sends, string? name, string expected)
    {
        await using LoopbackServer server = Serve(_certificates.Issue("server"));
        Assert.Null((await Probe(Check(server) with { VirtualHost = "host.example:8443", SendsServerName = sends, ServerName = name }, null)).Fault);
        Assert.Equal(expected, server.ServerName ?? string.Empty);
    }

    [Theory]
    [InlineData(true, false, null)]
    [InlineData(true, true, null)]
    [InlineData(false, false, null)]
    [InlineData(false, true, "the connection ended without TLS's closing alert (tls_compliant)")]
    public async Task The_closing_alert_is_missed_where_it_is_asked_for(bool closes, bool isAsked, string? fault)
    {
        using X509Certificate2 certificate = _certificates.Issue("server");
        await using LoopbackServer server = closes
            ? LoopbackServer.Answering([], certificate, "HTTP/1.0 200 OK\r\nContent-Length: 4\r\n\r\nfine")
            : new LoopbackServer(async (stream, cancellation) =>
            {
                await LoopbackServer.ReadHeader(stream, cancellation);
                await stream.WriteAsync("HTTP/1.0 200 OK\r\n\r\nfine"u8.ToArray(), cancellation);
                throw new IOException("ends without the alert");
            }, certificate);
        HttpCheck check = HttpCheckerTests.Check(server, new HttpUrl("/") { TlsCompliant = isAsked }) with { UsesTls = true };
        Assert.Equal(fault, (await Probe(check, null)).Fault);
    }

    [Fact]
    public async Task A_handshake_that_is_left_half_open_times_out()
    {
        await using LoopbackServer server = new(async (stream, cancellation) =>
        {
            await LoopbackServer.WaitForData(stream, cancellation);
            await stream.WriteAsync(new byte[] { 22, 3, 3, 0 }, cancellation); // four of the five bytes of a record's header
            await Task.Delay(Timeout.Infinite, cancellation);
        });
        HttpCheck check = Check(server);
        Assert.Equal("no answer within 0.3 s", (await Probe(check with { Endpoint = check.Endpoint with { ConnectTimeout = TimeSpan.FromSeconds(0.3) } }, null)).Fault);
    }

    [Fact]
    public async Task A_server_without_TLS_is_told_so()
    {
        await using LoopbackServer closing = new(LoopbackServer.WaitForData);
        await using LoopbackServer plain = new(async (stream, cancellation) =>
        {
            await LoopbackServer.WaitForData(stream, cancellation);
            await stream.WriteAsync("HTTP/1.0 400 Bad Request\r\n\r\n"u8.ToArray(), cancellation);
            await LoopbackServer.WaitForData(stream, cancellation);
        });
        Assert.StartsWith("no TLS: ", (await Probe(Check(plain), null)).Fault, StringComparison.Ordinal);
        Assert.Equal("the connection was closed during the TLS handshake", (await Probe(Check(closing), null)).Fault);
    }

    private static LoopbackServer Serve(X509Certificate2 certificate) => LoopbackServer.Answering([], certificate, Answer);

    private static HttpCheck Check(LoopbackServer server) => HttpCheckerTests.Check(server, new HttpUrl("/")) with { UsesTls = true };

    private static async Task<ProbeResult> Probe(HttpCheck check, SslContext? settings) =>
        await new HttpChecker(check, new TlsCredentials(settings), TimeProvider.System).Probe(CancellationToken.None);

    private string Authority(TestCertificates certificates) => Write("ca.pem", certificates.Authority.ExportCertificatePem());

    private string Write(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
