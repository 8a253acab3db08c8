namespace FastLb.Configuration.Keywords;

/// <summary>What FastLb does about a keyword now.</summary>
public enum Standing
{
    /// <summary>It is done.</summary>
    Implemented,

    /// <summary>It is not done; what is forwarded and who owns an address do not depend on it. FastLb starts and says so.</summary>
    NotYetHarmless,

    /// <summary>It is not done, and what is forwarded or who owns an address depends on it. FastLb does not start.</summary>
    NotYetRefused,
}

/// <summary>For how many keywords one notice speaks.</summary>
public enum NoticeScope
{
    /// <summary>Each use is named on its own.</summary>
    Statement,

    /// <summary>All uses within one top-level block are named together, at that block.</summary>
    TopLevelBlock,
}

/// <summary>
/// A capability of keepalived that keywords, or single values of a keyword, call for. A keyword's standing is that of its feature, so that
/// finishing a feature is one change in <see cref="Features"/>.
/// </summary>
/// <param name="Name">Its name in the documentation.</param>
/// <param name="Standing">What FastLb does about it now.</param>
/// <param name="Explanation">What FastLb does instead; completes the sentence "'keyword': …".</param>
/// <param name="Remedy">What the operator can do; null when nothing needs to be done.</param>
/// <param name="Scope">For how many keywords one notice speaks.</param>
public sealed record Feature(string Name, Standing Standing, string Explanation, string? Remedy = null, NoticeScope Scope = NoticeScope.Statement);
