using FastLb.Configuration.Model;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastLb.HealthChecks.Checkers;

/// <summary>What all checkers of a director have in common.</summary>
public sealed record CheckerSurroundings
{
    /// <summary>Measures the timeouts.</summary>
    public required TimeProvider Clock { get; init; }

    /// <summary>The certificates of <c>SSL_GET</c> checks; null for none.</summary>
    public SslContext? Ssl { get; init; }

    /// <summary>Who runs the programs of <c>MISC_CHECK</c>s, and which must not be run.</summary>
    public GlobalDefinitions Global { get; init; } = new();

    /// <summary>For programs that don't end when asked to.</summary>
    public ILogger Log { get; init; } = NullLogger.Instance;
}
