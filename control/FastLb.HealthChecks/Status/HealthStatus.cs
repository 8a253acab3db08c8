namespace FastLb.HealthChecks.Status;

/// <summary>The health of a service, for <c>fastlb status</c>.</summary>
/// <param name="Service">Which.</param>
/// <param name="HasQuorum">Whether it counts as up.</param>
/// <param name="Since">Since when; null when it has been so from the start.</param>
/// <param name="LiveWeight">The total weight of live servers.</param>
/// <param name="Quorum">The weight that it needs.</param>
/// <param name="Hysteresis">How far from the quorum the weight must be before the service changes.</param>
/// <param name="HasSorryServer">True while the sorry server answers.</param>
/// <param name="Servers">In the order of the configuration.</param>
public sealed record ServiceHealthStatus(
    ServiceIdentity Service,
    bool HasQuorum,
    DateTimeOffset? Since,
    long LiveWeight,
    uint Quorum,
    uint Hysteresis,
    bool HasSorryServer,
    IReadOnlyList<ServerHealthStatus> Servers)
{
    /// <summary>True while its servers aren't checked, because none of its addresses is on this machine (<c>ha_suspend</c>).</summary>
    public bool IsSuspended { get; init; }
}

/// <summary>The health of a real server.</summary>
/// <param name="Server">Which.</param>
/// <param name="IsUp">Whether it serves: it passes all its checks, and isn't kept out.</param>
/// <param name="Since">Since when; null when it has been so from the start.</param>
/// <param name="EffectiveWeight">Its weight in the pool; null when it is not in it.</param>
/// <param name="Checks">In the order of the configuration; empty for a server that is always up.</param>
public sealed record ServerHealthStatus(
    ServerIdentity Server, bool IsUp, DateTimeOffset? Since, int? EffectiveWeight, IReadOnlyList<CheckHealthStatus> Checks)
{
    /// <summary>What else is worth knowing, as a phrase: that it is kept out, or starts slowly; null for nothing.</summary>
    public string? Remark { get; init; }

    /// <summary>What clients' connections say against the server, for which it gets no new ones; null when nothing does.</summary>
    public string? Suspicion { get; init; }
}

/// <summary>What a check has found.</summary>
/// <param name="Check">Which.</param>
/// <param name="IsUp">Whether the server passes it.</param>
/// <param name="HasRun">False until it has told something.</param>
/// <param name="ConsecutiveFailures">Failed attempts since the last that passed.</param>
/// <param name="Attempts">Attempts of this process.</param>
/// <param name="FailedAttempts">How many of them failed.</param>
/// <param name="LastFailure">What went wrong last; null when nothing has.</param>
/// <param name="LastFailureAt">When.</param>
public sealed record CheckHealthStatus(
    CheckIdentity Check,
    bool IsUp,
    bool HasRun,
    uint ConsecutiveFailures,
    long Attempts,
    long FailedAttempts,
    string? LastFailure,
    DateTimeOffset? LastFailureAt);
