using System.Collections.Immutable;
using FastLb.Configuration.Sources;

namespace FastLb.Configuration.Preprocessing;

/// <summary>One line of a variable's value.</summary>
/// <param name="Text">Its characters, not expanded: references in it are replaced where the variable is used.</param>
/// <param name="Expansion">Where it was written.</param>
internal readonly record struct DefinedLine(string Text, Expansion Expansion);

/// <summary>The value of a variable.</summary>
/// <param name="Lines">Its lines. A reference to a value of several lines must be the last thing on a line.</param>
internal sealed record Definition(ImmutableArray<DefinedLine> Lines)
{
    /// <summary>A value of one line.</summary>
    public static Definition OfLine(string text, SourceSpan place) => new([new DefinedLine(text, new Expansion(place))]);
}
