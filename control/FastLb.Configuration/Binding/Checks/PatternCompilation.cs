using System.Text.RegularExpressions;
using FastLb.Configuration.Model.Checks;

namespace FastLb.Configuration.Binding.Checks;

/// <summary>Why a regular expression cannot be compiled.</summary>
/// <param name="Reason">In words.</param>
/// <param name="Offset">How many characters had been read when it showed.</param>
/// <param name="IsCertain">False when PCRE2, whose language is the larger one, may know the construct.</param>
internal sealed record PatternFault(string Reason, int Offset, bool IsCertain);

/// <summary>
/// Tries regular expressions with the compiler of .NET. Most of PCRE2's language is the same; what isn't is told apart by the kind of fault: an open bracket is one in both,
/// but an escape, or a construct that begins with <c>(?</c>, may be PCRE2's own.
/// </summary>
internal static class PatternCompilation
{
    /// <summary>An expression is compiled, never matched, so that the limit is of no account.</summary>
    private static readonly TimeSpan MatchLimit = TimeSpan.FromSeconds(1);

    /// <summary>What is wrong with <paramref name="pattern"/>; null for nothing.</summary>
    public static PatternFault? Fault(string pattern, PatternOptions options)
    {
        try
        {
            _ = new Regex(pattern, ToRegexOptions(options), MatchLimit);
            return null;
        }
        catch (RegexParseException fault)
        {
            string? reason = CertainReason(fault.Error);
            return new PatternFault(reason ?? PossibleReason(fault.Error), Math.Clamp(fault.Offset, 0, pattern.Length), reason is not null);
        }
    }

    private static RegexOptions ToRegexOptions(PatternOptions options)
    {
        RegexOptions result = RegexOptions.CultureInvariant;
        if (options.HasFlag(PatternOptions.Caseless)) result |= RegexOptions.IgnoreCase;
        if (options.HasFlag(PatternOptions.Multiline)) result |= RegexOptions.Multiline;
        if (options.HasFlag(PatternOptions.DotAll)) result |= RegexOptions.Singleline;
        if (options.HasFlag(PatternOptions.Extended)) result |= RegexOptions.IgnorePatternWhitespace;
        if (options.HasFlag(PatternOptions.NoAutoCapture)) result |= RegexOptions.ExplicitCapture;
        return result;
    }

    private static string? CertainReason(RegexParseError error) => error switch
    {
        RegexParseError.InsufficientClosingParentheses => "a closing parenthesis is missing",
        RegexParseError.InsufficientOpeningParentheses => "a closing parenthesis has no opening one",
        RegexParseError.UnterminatedBracket => "a closing bracket is missing",
        RegexParseError.UnterminatedComment => "a comment is not closed",
        RegexParseError.ReversedCharacterRange => "a range of characters is the wrong way round",
        RegexParseError.ReversedQuantifierRange => "the numbers of a repetition are the wrong way round",
        RegexParseError.QuantifierAfterNothing => "there is nothing to repeat",
        RegexParseError.UnescapedEndingBackslash => "it ends in a backslash",
        _ => null,
    };

    private static string PossibleReason(RegexParseError error) => error switch
    {
        RegexParseError.NestedQuantifiersNotParenthesized => "a repetition is repeated or possessive",
        RegexParseError.UndefinedNumberedReference or RegexParseError.UndefinedNamedReference or RegexParseError.MalformedNamedReference => "a reference to a group is not understood",
        RegexParseError.UnrecognizedEscape or RegexParseError.UnrecognizedControlCharacter or RegexParseError.MissingControlCharacter
            or RegexParseError.InsufficientOrInvalidHexDigits or RegexParseError.InvalidUnicodePropertyEscape or RegexParseError.MalformedUnicodePropertyEscape => "an escape is not understood",
        _ => "a group or class is not understood",
    };
}
