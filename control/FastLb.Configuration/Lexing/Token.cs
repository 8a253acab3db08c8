using FastLb.Configuration.Sources;

namespace FastLb.Configuration.Lexing;

/// <summary>The kinds of token that a configuration consists of.</summary>
public enum TokenKind
{
    /// <summary>A word, or the content of a quoted string.</summary>
    Word,

    /// <summary>An opening quote whose line ends before the closing one; its statement cannot be read.</summary>
    UnterminatedString,

    /// <summary><c>{</c>; ends the logical line before it.</summary>
    OpenBrace,

    /// <summary><c>}</c>; ends the logical line before it.</summary>
    CloseBrace,

    /// <summary>The end of a physical line that held at least one token.</summary>
    EndOfLine,

    /// <summary>The end of the text.</summary>
    EndOfFile,
}

/// <summary>A token with its place.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">The word without quotes and with <c>\#</c> and <c>\!</c> resolved; never contains a double quote.</param>
/// <param name="Span">The characters in the source, quotes included; of what the preprocessor has put in, the reference to it.</param>
/// <param name="Place">Where the word stands on its line after preprocessing; of no meaning for other tokens.</param>
public readonly record struct Token(TokenKind Kind, string Text, SourceSpan Span, WordPlace Place = default);

/// <summary>A word's place on its line as the preprocessor left it, quotes included.</summary>
/// <param name="Line">The line.</param>
/// <param name="Start">Index of its first character.</param>
/// <param name="End">Index after its last.</param>
public readonly record struct WordPlace(string Line, int Start, int End);
