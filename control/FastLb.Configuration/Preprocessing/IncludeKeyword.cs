namespace FastLb.Configuration.Preprocessing;

/// <summary>What must hold of an include's files, lest the configuration is not run on.</summary>
[Flags]
internal enum IncludeRequirement
{
    /// <summary>Nothing: what is missing is told and left out.</summary>
    None = 0,

    /// <summary>The files that match can be read.</summary>
    Readable = 1,

    /// <summary>A name without wildcards exists.</summary>
    Match = 2,

    /// <summary>A pattern with wildcards matches something.</summary>
    WildcardMatch = 4,

    /// <summary>Each of the alternatives in braces matches something.</summary>
    BraceMatch = 8,
}

/// <summary><c>include</c> and its stricter forms: <c>includer</c>, <c>includem</c>, <c>includew</c>, <c>includeb</c>, and <c>includea</c> for all of them.</summary>
internal static class IncludeKeyword
{
    private const string Word = "include";

    /// <summary>Reads the keyword at <paramref name="start"/>.</summary>
    /// <param name="text">The line.</param>
    /// <param name="start">Where a statement begins.</param>
    /// <param name="requirement">What the keyword demands.</param>
    /// <returns>The index of the pattern after it; -1 when no include begins there.</returns>
    public static int PatternStart(string text, int start, out IncludeRequirement requirement)
    {
        requirement = IncludeRequirement.None;
        if (string.CompareOrdinal(text, start, Word, 0, Word.Length) != 0) return -1;
        int end = start + Word.Length;
        if (end >= text.Length) return -1;
        if (!NameRules.IsBlank(text[end]))
        {
            requirement = text[end] switch
            {
                'r' => IncludeRequirement.Readable,
                'm' => IncludeRequirement.Match,
                'w' => IncludeRequirement.Match | IncludeRequirement.WildcardMatch,
                'b' => IncludeRequirement.BraceMatch,
                'a' => IncludeRequirement.Readable | IncludeRequirement.Match | IncludeRequirement.WildcardMatch | IncludeRequirement.BraceMatch,
                _ => IncludeRequirement.None,
            };
            if (requirement == IncludeRequirement.None || ++end >= text.Length || !NameRules.IsBlank(text[end])) return -1;
        }

        int pattern = NameRules.SkipBlanks(text, end);
        return pattern < text.Length ? pattern : -1;
    }
}
