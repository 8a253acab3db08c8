using System.Net;
using FastLb.Configuration.Model;
using FastLb.Configuration.Model.Checks;
using FastLb.HealthChecks.Checkers.Http;

namespace FastLb.HealthChecks.Checkers;

/// <summary>The checkers by kind of check, on real sockets.</summary>
/// <param name="surroundings">What they have in common.</param>
public sealed class HealthProbes(CheckerSurroundings surroundings)
{
    private readonly TlsCredentials _credentials = new(surroundings.Ssl);

    /// <summary>The checker that does <paramref name="check"/>.</summary>
    /// <exception cref="ArgumentException">There is no checker of this kind.</exception>
    public IHealthProbe Create(HealthCheck check) => check switch
    {
        TcpCheck tcp => new TcpChecker(tcp, surroundings.Clock),
        HttpCheck http => new HttpChecker(http, _credentials, surroundings.Clock),
        SmtpCheck smtp => new SmtpChecker(smtp, surroundings.Clock),
        DnsCheck dns => new DnsChecker(dns, surroundings.Clock),
        UdpCheck udp => new UdpChecker(udp, surroundings.Clock),
        PingCheck ping => new PingChecker(ping, surroundings.Clock),
        _ => throw Unknown(check),
    };

    /// <summary>
    /// The check, if there is a checker for it. A configuration with others is refused before, so that one here is a fault of ours; it must not pass for a check that
    /// found nothing wrong.
    /// </summary>
    /// <exception cref="ArgumentException">There is no checker of this kind.</exception>
    internal static ProbingCheck Supported(HealthCheck check) => check as NetworkCheck ?? throw Unknown(check);

    /// <summary>The keyword of its kind in the configuration.</summary>
    internal static string KindOf(HealthCheck check) => check switch
    {
        TcpCheck => "TCP_CHECK",
        HttpCheck { UsesTls: true } => "SSL_GET",
        HttpCheck => "HTTP_GET",
        SmtpCheck => "SMTP_CHECK",
        DnsCheck => "DNS_CHECK",
        UdpCheck => "UDP_CHECK",
        PingCheck => "PING_CHECK",
        _ => throw Unknown(check),
    };

    /// <summary>What it asks.</summary>
    internal static string TargetOf(HealthCheck check) => check switch
    {
        PingCheck ping => ping.Endpoint.Address.ToString(),
        NetworkCheck network => new IPEndPoint(network.Endpoint.Address, network.Endpoint.Port).ToString(),
        _ => throw Unknown(check),
    };

    private static ArgumentException Unknown(HealthCheck check) => new($"There is no checker for {check.GetType().Name}.", nameof(check));
}
