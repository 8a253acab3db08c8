using FastLb.Configuration.Model;

namespace FastLb.HealthChecks.Checkers;

/// <summary>What all checkers of a director have in common.</summary>
public sealed record CheckerSurroundings
{
    /// <summary>Measures the timeouts.</summary>
    public required TimeProvider Clock { get; init; }

    /// <summary>The certificates of <c>SSL_GET</c> checks; null for none.</summary>
    public SslContext? Ssl { get; init; }
}
