using System.Net;
using FastLb.Configuration.Model;
using FastLb.Configuration.Model.Checks;

namespace FastLb.HealthChecks.Checkers;

/// <summary>The checkers by kind of check.</summary>
public static class HealthProbes
{
    /// <summary>The checker that does <paramref name="check"/>, on real sockets.</summary>
    /// <param name="check">What is to be checked.</param>
    /// <param name="clock">Measures the timeouts.</param>
    /// <exception cref="ArgumentException">There is no checker of this kind.</exception>
    public static IHealthProbe Create(HealthCheck check, TimeProvider clock) => check switch
    {
        TcpCheck tcp => new TcpChecker(tcp, clock),
        _ => throw Unknown(check),
    };

    /// <summary>
    /// The check, if there is a checker for it. A configuration with others is refused before, so that one here is a fault of ours; it must not pass for a check that
    /// found nothing wrong.
    /// </summary>
    /// <exception cref="ArgumentException">There is no checker of this kind.</exception>
    internal static ProbingCheck Supported(HealthCheck check) => check as TcpCheck ?? throw Unknown(check);

    /// <summary>The keyword of its kind in the configuration.</summary>
    internal static string KindOf(HealthCheck check) => check switch
    {
        TcpCheck => "TCP_CHECK",
        _ => throw Unknown(check),
    };

    /// <summary>What it asks.</summary>
    internal static string TargetOf(HealthCheck check) => check switch
    {
        TcpCheck tcp => new IPEndPoint(tcp.Endpoint.Address, tcp.Endpoint.Port).ToString(),
        _ => throw Unknown(check),
    };

    private static ArgumentException Unknown(HealthCheck check) => new($"There is no checker for {check.GetType().Name}.", nameof(check));
}
