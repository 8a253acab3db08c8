namespace FastLb.Configuration.Model;

/// <summary>What is run at the director's start and stop.</summary>
public sealed record DirectorScripts
{
    /// <summary>How long a script may take for which nothing is said.</summary>
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Run before anything else; null for none.</summary>
    public NotifyScript? Startup { get; init; }

    /// <summary>How long it may take: 1 to 1000 whole seconds.</summary>
    public TimeSpan StartupTimeout { get; init; } = DefaultTimeout;

    /// <summary>Run after everything else; null for none.</summary>
    public NotifyScript? Shutdown { get; init; }

    /// <summary>How long it may take: 1 to 1000 whole seconds.</summary>
    public TimeSpan ShutdownTimeout { get; init; } = DefaultTimeout;
}
