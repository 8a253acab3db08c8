namespace FastLb.Configuration;

/// <summary>The exit statuses that a configuration leads to, numbered as keepalived's.</summary>
public static class ConfigurationExitStatus
{
    /// <summary>Nothing is wrong; notices may have been given.</summary>
    public const int Clean = 0;

    /// <summary>Running is impossible with this file; for a check: a required parameter is missing.</summary>
    public const int Fatal = 2;

    /// <summary>A check found errors, warnings or refusals.</summary>
    public const int Faults = 5;

    /// <summary>
    /// There is no configuration to read. (<c>keepalived -t</c> of version 2.2.7 exits with 0 here although it could not run; a check that
    /// passes on a missing file helps nobody.)
    /// </summary>
    public const int NoConfiguration = 6;
}
