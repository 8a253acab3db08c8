namespace FastLb.Configuration.Model.Checks;

/// <summary>A regular expression that the body of a page is searched for (<c>regex</c>).</summary>
/// <param name="Text">The expression in the language of PCRE2.</param>
public sealed record ContentPattern(string Text)
{
    /// <summary>How it is read and matched (<c>regex_options</c>).</summary>
    public PatternOptions Options { get; init; }

    /// <summary>True when a match fails the check instead of passing it (<c>regex_no_match</c>).</summary>
    public bool MustNotMatch { get; init; }

    /// <summary>The memory of the match's stack (<c>regex_stack</c>); null for PCRE2's default.</summary>
    public PatternStack? Stack { get; init; }

    /// <summary>The offset into the body, in bytes, from which it is searched.</summary>
    public uint MinimumOffset { get; init; }

    /// <summary>The last offset at which the match may begin, in bytes; null for no limit.</summary>
    public uint? MaximumOffset { get; init; }
}

/// <summary>The stack of PCRE2's just-in-time compiler, in bytes.</summary>
/// <param name="Start">Its first size; not 0.</param>
/// <param name="Maximum">Its largest size; at least the first.</param>
public sealed record PatternStack(uint Start, uint Maximum);
