namespace FastLb.HealthChecks.Checkers;

/// <summary>Looks once whether a server answers. One probe at a time; any thread.</summary>
public interface IHealthProbe
{
    /// <summary>Makes one attempt. When it returns, nothing of the attempt is left open.</summary>
    /// <returns>What was found; a server that does not answer is a result, not an exception.</returns>
    /// <exception cref="OperationCanceledException">The attempt was cancelled.</exception>
    ValueTask<ProbeResult> Probe(CancellationToken cancellation);
}

/// <summary>What an attempt tells of the server.</summary>
public enum ProbeOutcome
{
    /// <summary>It answered as it should.</summary>
    Passed,

    /// <summary>It answered as it should, as far as it was asked; a server that is down needs more to be up.</summary>
    PassedInPart,

    /// <summary>It did not.</summary>
    Failed,

    /// <summary>Nothing: this host had no means to ask.</summary>
    NotMade,
}

/// <summary>What a check says of its server's weight.</summary>
/// <param name="Weight">The weight, or what is added to it.</param>
/// <param name="IsAdded">True when it is added to the configured weight, false when it takes that one's place.</param>
public readonly record struct WeightClaim(int Weight, bool IsAdded);

/// <summary>The result of one attempt.</summary>
/// <param name="Outcome">What it tells of the server.</param>
/// <param name="Fault">What went wrong, as a phrase for the log; null when it passed.</param>
public readonly record struct ProbeResult(ProbeOutcome Outcome, string? Fault)
{
    /// <summary>From the end of this attempt to the next; null for what the check's timing says.</summary>
    public TimeSpan? Pause { get; init; }

    /// <summary>
    /// The part of the pause that is over already: the attempt's duration, for checks whose period runs from begin to begin. Zero for a period from the end of an attempt on.
    /// </summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>What the server's weight is to be; null when the check says nothing of it, which leaves what it said before.</summary>
    public WeightClaim? Weight { get; init; }

    /// <summary>The server answered as it should.</summary>
    public static ProbeResult Passed { get; } = new(ProbeOutcome.Passed, null);

    /// <summary>The server answered as it should to a part of what is asked.</summary>
    public static ProbeResult PassedInPart { get; } = new(ProbeOutcome.PassedInPart, null);

    /// <summary>The server did not answer as it should.</summary>
    public static ProbeResult Failed(string fault) => new(ProbeOutcome.Failed, fault);

    /// <summary>This host could not ask: it lacks descriptors or memory.</summary>
    public static ProbeResult NotMade(string fault) => new(ProbeOutcome.NotMade, fault);
}
