namespace FastLb.Configuration.Sources;

/// <summary>Says of a span that its text was put there by the preprocessor.</summary>
/// <param name="Definition">Where the text was written: in the definition of a variable, or in the <c>~SEQ</c> or <c>~LST</c> that counts.</param>
public sealed record Expansion(SourceSpan Definition);
