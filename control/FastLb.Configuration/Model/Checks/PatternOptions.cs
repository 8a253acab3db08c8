namespace FastLb.Configuration.Model.Checks;

/// <summary>The options of a regular expression that keepalived hands to PCRE2; each is what pcre2api(3) calls <c>PCRE2_NAME</c>.</summary>
[Flags]
public enum PatternOptions
{
    None = 0,
    AllowEmptyClass = 1 << 0,
    AltBsux = 1 << 1,
    AutoCallout = 1 << 2,
    Caseless = 1 << 3,
    DollarEndOnly = 1 << 4,
    DotAll = 1 << 5,
    DupNames = 1 << 6,
    Extended = 1 << 7,
    FirstLine = 1 << 8,
    MatchUnsetBackref = 1 << 9,
    Multiline = 1 << 10,
    NeverUcp = 1 << 11,
    NeverUtf = 1 << 12,
    NoAutoCapture = 1 << 13,
    NoAutoPossess = 1 << 14,
    NoDotStarAnchor = 1 << 15,
    NoStartOptimize = 1 << 16,
    Ucp = 1 << 17,
    Ungreedy = 1 << 18,
    Utf = 1 << 19,
    NeverBackslashC = 1 << 20,
    AltCircumflex = 1 << 21,
    AltVerbNames = 1 << 22,
    UseOffsetLimit = 1 << 23,
}

/// <summary>The words after <c>regex_options</c>.</summary>
public static class PatternOptionNames
{
    /// <summary>Each option with its word, in the order of keepalived.conf(5).</summary>
    public static IReadOnlyList<(PatternOptions Option, string Name)> All { get; } =
    [
        (PatternOptions.AllowEmptyClass, "allow_empty_class"), (PatternOptions.AltBsux, "alt_bsux"), (PatternOptions.AutoCallout, "auto_callout"),
        (PatternOptions.Caseless, "caseless"), (PatternOptions.DollarEndOnly, "dollar_endonly"), (PatternOptions.DotAll, "dotall"),
        (PatternOptions.DupNames, "dupnames"), (PatternOptions.Extended, "extended"), (PatternOptions.FirstLine, "firstline"),
        (PatternOptions.MatchUnsetBackref, "match_unset_backref"), (PatternOptions.Multiline, "multiline"), (PatternOptions.NeverUcp, "never_ucp"),
        (PatternOptions.NeverUtf, "never_utf"), (PatternOptions.NoAutoCapture, "no_auto_capture"), (PatternOptions.NoAutoPossess, "no_auto_possess"),
        (PatternOptions.NoDotStarAnchor, "no_dotstar_anchor"), (PatternOptions.NoStartOptimize, "no_start_optimize"), (PatternOptions.Ucp, "ucp"),
        (PatternOptions.Ungreedy, "ungreedy"), (PatternOptions.Utf, "utf"), (PatternOptions.NeverBackslashC, "never_backslash_c"),
        (PatternOptions.AltCircumflex, "alt_circumflex"), (PatternOptions.AltVerbNames, "alt_verbnames"), (PatternOptions.UseOffsetLimit, "use_offset_limit"),
    ];

    /// <summary>The words of <paramref name="options"/>.</summary>
    public static IEnumerable<string> Of(PatternOptions options) => All.Where(known => options.HasFlag(known.Option)).Select(known => known.Name);

    /// <summary>The option of a word; null when there is none.</summary>
    public static PatternOptions? Find(string name)
    {
        foreach ((PatternOptions option, string known) in All)
        {
            if (known == name) return option;
        }

        return null;
    }
}
