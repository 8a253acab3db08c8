namespace FastLb.HealthChecks.Events;

/// <summary>What happened.</summary>
public enum HealthEventKind
{
    /// <summary>A server passes all its checks again, or for the first time.</summary>
    ServerUp,

    /// <summary>A server no longer passes all its checks.</summary>
    ServerDown,

    /// <summary>A check passes again, but the server fails others.</summary>
    CheckUp,

    /// <summary>A check fails now on a server that was down already.</summary>
    CheckDown,

    /// <summary>The first attempt of a check that counts as failed until it has passed (<c>alpha</c>) failed: the server was taken for down, and is.</summary>
    ServerStillDown,

    /// <summary>A server passes all its checks again, but has failed them so often that it is kept out for a while.</summary>
    ServerHeld,

    /// <summary>A server that was kept out fails a check again.</summary>
    HeldServerFailed,

    /// <summary>An attempt failed; reported where <c>log_all_failures</c> is set.</summary>
    AttemptFailed,

    /// <summary>A check could not be made for want of means on this host; the server keeps its state. Told once, until the check is made again or there is another reason.</summary>
    AttemptNotMade,

    /// <summary>A check has changed the weight of its server.</summary>
    WeightChanged,

    /// <summary>Clients' connections to a server fail, whatever its checks have found last: it gets no new ones for now.</summary>
    ServerSuspected,

    /// <summary>That is over: its checks have passed, or it has answered.</summary>
    ServerAcquitted,

    /// <summary>A service has servers enough again.</summary>
    QuorumGained,

    /// <summary>A service has too few servers.</summary>
    QuorumLost,

    /// <summary>The servers of a service are checked no longer, because its address is on this machine no longer.</summary>
    ChecksSuspended,

    /// <summary>The servers of a service are checked again.</summary>
    ChecksResumed,

    /// <summary>Something of the state left by an earlier process could not be taken over.</summary>
    SnapshotIgnored,

    /// <summary>The state could not be saved; the next change tries again.</summary>
    SnapshotNotSaved,
}

/// <summary>On what occasion it happened.</summary>
public enum HealthOccasion
{
    /// <summary>A check has found something.</summary>
    Check,

    /// <summary>A process or a configuration begins.</summary>
    Start,

    /// <summary>The director stops.</summary>
    Stop,
}

/// <summary>Something that an operator wants to know of.</summary>
/// <param name="At">When.</param>
/// <param name="Kind">What.</param>
/// <param name="Service">Of which service; null when of none in particular.</param>
/// <param name="Server">Of which server; null when of the service.</param>
/// <param name="Text">The cause, as a phrase for the log.</param>
public sealed record HealthEvent(DateTimeOffset At, HealthEventKind Kind, ServiceIdentity? Service, ServerIdentity? Server, string Text)
{
    /// <summary>On what occasion.</summary>
    public HealthOccasion Occasion { get; init; }

    /// <summary>Which check found it; null when none did.</summary>
    public CheckIdentity? Check { get; init; }

    /// <summary>What the check found wrong; null when nothing.</summary>
    public string? Fault { get; init; }

    /// <summary>The total weight of the service's live servers then; of services alone.</summary>
    public long LiveWeight { get; init; }
}
