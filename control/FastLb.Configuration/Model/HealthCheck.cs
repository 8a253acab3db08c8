namespace FastLb.Configuration.Model;

/// <summary>A check of a real server's health; the kinds are in <see cref="Checks"/>, a file each.</summary>
public abstract record HealthCheck
{
    /// <summary>Where it is written.</summary>
    public Origin Origin { get; init; }
}

/// <summary>A check that probes again and again, as all do but those that follow an object which is watched elsewhere.</summary>
public abstract record ProbingCheck : HealthCheck
{
    /// <summary>When it probes.</summary>
    public required ProbeTiming Timing { get; init; }

    /// <summary>True when the server counts as down until this check has passed.</summary>
    public bool Alpha { get; init; }

    /// <summary>True when each failed attempt is logged, not only the last.</summary>
    public bool LogAllFailures { get; init; }
}

/// <summary>A check that probes over the network.</summary>
public abstract record NetworkCheck : ProbingCheck
{
    /// <summary>What it sends to, and from where.</summary>
    public required CheckEndpoint Endpoint { get; init; }
}

/// <summary>Probe settings with nothing left open. Durations have microseconds.</summary>
/// <param name="Period">From one probe to the next; not zero.</param>
/// <param name="Retries">Further attempts before the server counts as down.</param>
/// <param name="DelayBeforeRetry">From a failed attempt to the next.</param>
/// <param name="Warmup">The longest random delay of the first probe; zero to probe at once.</param>
public sealed record ProbeTiming(TimeSpan Period, uint Retries, TimeSpan DelayBeforeRetry, TimeSpan Warmup);
