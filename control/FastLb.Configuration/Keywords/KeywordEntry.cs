using System.Collections.Immutable;

namespace FastLb.Configuration.Keywords;

/// <summary>A keyword of the language at one place: what it takes and what FastLb does about it.</summary>
/// <param name="Name">The word itself; keywords are case-sensitive.</param>
/// <param name="Context">The block in which it stands.</param>
/// <param name="Feature">What it calls for; its standing is the feature's.</param>
/// <param name="Arguments">Its parameters in order.</param>
/// <param name="Body">The kind of block that it opens; null when it opens none.</param>
public sealed record KeywordEntry(string Name, BlockContext Context, Feature Feature, ImmutableArray<Argument> Arguments, BlockContext? Body)
{
    /// <summary>keepalived exits when a parameter is missing, except for a few keywords whose statement it ignores then.</summary>
    public bool MissingParameterIsFatal { get; init; } = true;

    /// <summary>The keyword to use in its place; null unless this one is deprecated, which keepalived complains about.</summary>
    public string? ReplacedBy { get; init; }

    /// <summary>How many parameters are required.</summary>
    public int RequiredArguments => Arguments.Count(a => !a.IsOptional);

    /// <summary>How many parameters are read; null when all are.</summary>
    public int? MaximumArguments => Arguments.Length > 0 && Arguments[^1] is RestArgument ? null : Arguments.Length;

    /// <summary>The kind of parameter number <paramref name="index"/> (from 0).</summary>
    public Argument ArgumentAt(int index) => Arguments[Math.Min(index, Arguments.Length - 1)];
}
