using System.Net;

namespace FastLb.Configuration.Model;

/// <summary>Probe settings with nothing left open.</summary>
/// <param name="Period">From one probe to the next.</param>
/// <param name="ConnectTimeout">How long a connection may take to come about.</param>
/// <param name="Retries">Further attempts before the server counts as down.</param>
/// <param name="DelayBeforeRetry">From a failed attempt to the next.</param>
/// <param name="Warmup">The longest random delay of the first probe; zero to probe at once.</param>
public sealed record ProbeTiming(TimeSpan Period, TimeSpan ConnectTimeout, uint Retries, TimeSpan DelayBeforeRetry, TimeSpan Warmup);

/// <summary>A check of a real server's health.</summary>
public abstract record HealthCheck
{
    /// <summary>Where it is written.</summary>
    public Origin Origin { get; init; }

    /// <summary>When it probes.</summary>
    public required ProbeTiming Timing { get; init; }

    /// <summary>True when the server counts as down until this check has passed.</summary>
    public bool Alpha { get; init; }

    /// <summary>True when each failed attempt is logged, not only the last.</summary>
    public bool LogAllFailures { get; init; }
}

/// <summary>Passes when a TCP connection comes about (<c>TCP_CHECK</c>).</summary>
public sealed record TcpCheck : HealthCheck
{
    /// <summary>What it connects to.</summary>
    public required IPAddress Address { get; init; }

    /// <summary>The port it connects to.</summary>
    public required ushort Port { get; init; }

    /// <summary>The source address; null for the kernel's choice.</summary>
    public IPAddress? SourceAddress { get; init; }

    /// <summary>The interface it is bound to; null for none.</summary>
    public string? SourceInterface { get; init; }

    /// <summary>The source port; null for the kernel's choice.</summary>
    public ushort? SourcePort { get; init; }

    /// <summary>The firewall mark of its packets; 0 for none.</summary>
    public uint FirewallMark { get; init; }
}
