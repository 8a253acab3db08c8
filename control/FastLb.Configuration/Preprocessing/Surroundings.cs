namespace FastLb.Configuration.Preprocessing;

/// <summary>
/// All that the meaning of a configuration depends on beside its text. The same text in the same surroundings always means the same.
/// </summary>
public sealed record Surroundings
{
    /// <summary>Which director this is, for conditional lines (<c>@ID</c>) and <c>${_INSTANCE}</c>; empty when it has no id.</summary>
    public string ConfigurationId { get; init; } = string.Empty;

    /// <summary>Where relative paths start; absolute.</summary>
    public string WorkingDirectory { get; init; } = "/";

    /// <summary>Whether includes demand all of their files unless <c>include_check</c> says otherwise, as keepalived's <c>--all-config</c> has it.</summary>
    public bool DemandsAllIncludes { get; init; }

    /// <summary>What the numbers of <c>${_RANDOM}</c> are derived from.</summary>
    public int RandomSeed { get; init; }

    /// <summary>The value of a variable of the environment, for <c>${_ENV NAME}</c>; null when it is not set.</summary>
    public Func<string, string?> Variable { get; init; } = _ => null;

    /// <summary>The files.</summary>
    public IFileSource Files { get; init; } = SingleFile.None;
}
