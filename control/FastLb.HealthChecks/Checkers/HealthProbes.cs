using System.Net;
using FastLb.Configuration.Model;

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

    /// <summary>The keyword of its kind in the configuration.</summary>
    internal static string KindOf(HealthCheck check) => check switch
    {
        TcpCheck => "TCP_CHECK",
        _ => throw Unknown(check),
    };

    /// <summary>What it asks.</summary>
    internal static string TargetOf(HealthCheck check) => check switch
    {
        TcpCheck tcp => new IPEndPoint(tcp.Address, tcp.Port).ToString(),
        _ => throw Unknown(check),
    };

    private static ArgumentException Unknown(HealthCheck check) => new($"There is no checker for {check.GetType().Name}.", nameof(check));
}
