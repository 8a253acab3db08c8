namespace FastLb.Probing;

/// <summary>How a connection attempt ended.</summary>
public enum AttemptOutcome
{
    /// <summary>The server's whole answer arrived.</summary>
    Answered,

    /// <summary>Refused, reset, unreachable, or answered with an error.</summary>
    Failed,

    /// <summary>Nothing came within the limit.</summary>
    Expired,

    /// <summary>Nothing came within the limit, but the probe itself was held up meanwhile: it says nothing about the service.</summary>
    Disturbed,
}

/// <summary>One new connection, one request, one answer.</summary>
/// <param name="Start">On the probe's monotonic clock, which starts with it.</param>
/// <param name="Duration">Until the answer was complete or the attempt had failed.</param>
/// <param name="Text">The body of the answer, without white space around it; or why there is none.</param>
public readonly record struct ConnectionAttempt(TimeSpan Start, TimeSpan Duration, AttemptOutcome Outcome, string Text)
{
    public TimeSpan End => Start + Duration;

    public bool IsAnswered => Outcome == AttemptOutcome.Answered;

    /// <summary>Whether the service is to blame.</summary>
    public bool IsFailure => Outcome is AttemptOutcome.Failed or AttemptOutcome.Expired;
}
