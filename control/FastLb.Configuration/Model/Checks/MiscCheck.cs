namespace FastLb.Configuration.Model.Checks;

/// <summary>Passes when a program exits with 0 (<c>MISC_CHECK</c>).</summary>
public sealed record MiscCheck : ProbingCheck
{
    /// <summary>What is run.</summary>
    public required NotifyScript Command { get; init; }

    /// <summary>How long it may run before it is ended, which fails the check; whole seconds, or the period when none is set.</summary>
    public required TimeSpan Timeout { get; init; }

    /// <summary>True when an exit status of 2 to 255 passes as well, and sets the server's weight to two less (<c>misc_dynamic</c>).</summary>
    public bool SetsWeight { get; init; }
}
