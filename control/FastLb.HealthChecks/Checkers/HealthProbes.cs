using System.Net;
using FastLb.Configuration.Model;
using FastLb.Configuration.Model.Checks;
using FastLb.HealthChecks.Checkers.Http;
using FastLb.Runtime.Scripts;

namespace FastLb.HealthChecks.Checkers;

/// <summary>The checkers by kind of check, on real sockets.</summary>
/// <param name="surroundings">What they have in common.</param>
public sealed class HealthProbes(CheckerSurroundings surroundings)
{
    private readonly TlsCredentials _credentials = new(surroundings.Ssl);
    private readonly ScriptRun _scripts = new(new ScriptIdentity(), surroundings.Global, surroundings.Clock, surroundings.Log);

    /// <summary>The checker that does <paramref name="check"/>.</summary>
    /// <exception cref="ArgumentException">It is one that doesn't probe, or there is no checker of its kind: a configuration with such is refused before.</exception>
    public IHealthProbe Create(HealthCheck check) => check switch
    {
        TcpCheck tcp => new TcpChecker(tcp, surroundings.Clock),
        HttpCheck http => new HttpChecker(http, _credentials, surroundings.Clock),
        SmtpCheck smtp => new SmtpChecker(smtp, surroundings.Clock),
        DnsCheck dns => new DnsChecker(dns, surroundings.Clock),
        UdpCheck udp => new UdpChecker(udp, surroundings.Clock),
        PingCheck ping => new PingChecker(ping, surroundings.Clock),
        MiscCheck misc => new MiscChecker(misc, _scripts, surroundings.Clock),
        _ => throw Unknown(check),
    };

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
        MiscCheck => "MISC_CHECK",
        FileCheck => "FILE_CHECK",
        BfdCheck => "BFD_CHECK",
        _ => throw Unknown(check),
    };

    /// <summary>What it asks.</summary>
    internal static string TargetOf(HealthCheck check) => check switch
    {
        MiscCheck misc => string.Join(' ', misc.Command.Arguments),
        FileCheck file => file.File,
        BfdCheck bfd => bfd.Session,
        PingCheck ping => ping.Endpoint.Address.ToString(),
        NetworkCheck network => new IPEndPoint(network.Endpoint.Address, network.Endpoint.Port).ToString(),
        _ => throw Unknown(check),
    };

    private static ArgumentException Unknown(HealthCheck check) => new($"There is no checker for {check.GetType().Name}.", nameof(check));
}
