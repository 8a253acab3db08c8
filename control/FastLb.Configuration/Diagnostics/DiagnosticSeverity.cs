namespace FastLb.Configuration.Diagnostics;

/// <summary>What kind of remark a diagnostic is, from the mildest.</summary>
public enum DiagnosticSeverity
{
    /// <summary>The line is fine for keepalived, but FastLb does not act on it yet; what is forwarded does not depend on it. Leaves the exit status of a check at 0.</summary>
    Notice,

    /// <summary>keepalived complains about it too and goes on with a default.</summary>
    Warning,

    /// <summary>The item has no meaning and is left out, as keepalived leaves it out.</summary>
    Error,

    /// <summary>The line is fine for keepalived, but FastLb cannot do it yet and what is forwarded, or who owns an address, depends on it.</summary>
    Refusal,
}

/// <summary>What a diagnostic means for starting on the configuration.</summary>
public enum DiagnosticConsequence
{
    /// <summary>The item is left out or takes its default; the rest is used. keepalived starts on such a file, so FastLb does too.</summary>
    ItemIgnored,

    /// <summary>FastLb does not start: it would have to guess, or would forward otherwise than the file says.</summary>
    StopsRun,

    /// <summary>A required parameter is missing; keepalived exits with status 2 at once, and so does FastLb once all faults are listed.</summary>
    MissingParameter,

    /// <summary>There is no configuration to read.</summary>
    NoConfiguration,
}
