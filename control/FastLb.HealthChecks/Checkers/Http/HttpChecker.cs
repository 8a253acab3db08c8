using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using FastLb.Configuration.Model.Checks;
using FastLb.Native.Patterns;

namespace FastLb.HealthChecks.Checkers.Http;

/// <summary>
/// Asks for one page at a time and passes when each in turn was as it should be (<c>HTTP_GET</c>, <c>SSL_GET</c>). Connecting and TLS may take
/// <c>connect_timeout</c> together, the header of the answer and each part of the body as long again; all of it four times that, or the period if that is longer. A body
/// ends with its length or with the connection; keepalived waits for the connection's end in any case.
/// </summary>
public sealed class HttpChecker : IHealthProbe
{
    private readonly HttpCheck _check;
    private readonly TlsCredentials _credentials;
    private readonly TimeProvider _clock;
    private readonly CheckConnection _connection;
    private readonly HttpRequests _requests;
    private readonly PageSequence _sequence;
    private readonly PageReader[] _pages;

    /// <param name="check">As configured.</param>
    /// <param name="credentials">The certificates of checks over TLS.</param>
    /// <param name="clock">Measures the timeouts.</param>
    public HttpChecker(HttpCheck check, TlsCredentials credentials, TimeProvider clock)
    {
        (_check, _credentials, _clock) = (check, credentials, clock);
        _connection = new CheckConnection(check.Endpoint);
        _requests = new HttpRequests(check);
        _sequence = new PageSequence(check.Urls.Count, check.Timing, check.RecoversFast);
        _pages = [.. check.Urls.Select(page => new PageReader(page))];
    }

    /// <inheritdoc/>
    public async ValueTask<ProbeResult> Probe(CancellationToken cancellation)
    {
        ProbeResult result = await Ask(_pages[_sequence.Current], cancellation);
        return result.Outcome switch
        {
            ProbeOutcome.Passed => _sequence.Pass(),
            ProbeOutcome.Failed => _sequence.Fail(_pages.Length == 1 ? result.Fault! : $"{_pages[_sequence.Current].Page.Path}: {result.Fault}"),
            _ => result,
        };
    }

    private async ValueTask<ProbeResult> Ask(PageReader page, CancellationToken cancellation)
    {
        if (_connection.Open(SocketType.Stream, ProtocolType.Tcp, out ProbeResult refusal) is not { } opened)
            return refusal;
        using Socket socket = opened;
        using ProbeDeadline deadline = ProbeDeadline.OfConversation(_check, _clock, cancellation);
        try
        {
            await socket.ConnectAsync(_connection.Target, deadline.Token);
            _connection.ResetAtClose(socket);
            await using var network = new NetworkStream(socket, ownsSocket: false);
            return _check.UsesTls ? await AskOverTls(page, network, deadline) : ToResult(await Ask(page, network, deadline));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return ProbeResult.Failed(deadline.Fault);
        }
        catch (SocketException failure)
        {
            return ProbeResult.Failed(ConnectFault.Describe(failure));
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            return ProbeResult.Failed(HttpFault.Describe(failure));
        }
        catch (PatternException fault)
        {
            return ProbeResult.NotMade(fault.Message);
        }
    }

    private async ValueTask<ProbeResult> AskOverTls(PageReader page, NetworkStream network, ProbeDeadline deadline)
    {
        var verdict = new CertificateVerdict();
        if (_credentials.CreateOptions(ServerNameOf(page.Page), verdict, out string? unreadable) is not { } options)
            return ProbeResult.NotMade(unreadable!);
        var below = new LentStream(network, deadline.Token);
        await using var tls = new SslStream(below, leaveInnerStreamOpen: true);
        try
        {
            await tls.AuthenticateAsClientAsync(options, deadline.Token);
        }
        catch (AuthenticationException failure)
        {
            return ProbeResult.Failed(verdict.Fault ?? $"no TLS: {failure.GetBaseException().Message}");
        }
        catch (CryptographicException failure)
        {
            return ProbeResult.Failed($"its certificate can't be read: {failure.Message}");
        }
        catch (IOException) when (below.HasEnded)
        {
            return ProbeResult.Failed("the connection was closed during the TLS handshake");
        }

        return ToResult(await Ask(page, tls, deadline) ?? (page.Page.TlsCompliant ? await FindEndFault(tls, below, deadline) : null));
    }

    private async ValueTask<string?> Ask(PageReader page, Stream connection, ProbeDeadline deadline)
    {
        using HttpRequestMessage request = _requests.Of(page.Page);
        deadline.BeginStep();
        using HttpResponseMessage answer = await HttpExchange.Send(request, new LentStream(connection, deadline.Token), deadline.Token);
        return await page.FindFault(answer, deadline);
    }

    /// <summary>Whether the server ends the connection as TLS wants it, by an alert before the end (RFC 8446 §6.1).</summary>
    private static async ValueTask<string?> FindEndFault(SslStream tls, LentStream below, ProbeDeadline deadline)
    {
        byte[] rest = new byte[1024];
        deadline.BeginStep();
        while (!below.HasEnded && await tls.ReadAsync(rest, deadline.Token) > 0)
        {
            // What follows the body is nobody's.
        }

        return below.HasEnded ? "the connection ended without TLS's closing alert (tls_compliant)" : null;
    }

    private string? ServerNameOf(HttpUrl page) => _check.SendsServerName ? _check.ServerName ?? WithoutPort(_requests.HostOf(page)) : null;

    // The name in a handshake has no port (RFC 6066 section 3), and addresses are none.
    private static string? WithoutPort(string? host) => host is not null && host.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon ? host[..colon] : host;

    private static ProbeResult ToResult(string? fault) => fault is null ? ProbeResult.Passed : ProbeResult.Failed(fault);
}
