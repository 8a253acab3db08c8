using System.Buffers;
using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Lexing;
using FastLb.Configuration.Model.Checks;

namespace FastLb.Configuration.Binding.Checks;

/// <summary>
/// Reads bytes as <c>payload</c> and <c>require_reply</c> have them: words of hexadecimal digits, two to a byte; the last digit of a word with an odd number of them is a
/// byte of its own, so that <c>Ab12f 3</c> is AB 12 0F 03 (keepalived.conf(5)).
/// </summary>
internal sealed class HexadecimalReader(DiagnosticBag diagnostics)
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789ABCDEFabcdef");
    private static readonly SearchValues<char> DigitsAndWildcards = SearchValues.Create("0123456789ABCDEFabcdefXx");

    /// <summary>Reads all parameters of <paramref name="statement"/>.</summary>
    /// <param name="statement">What is read.</param>
    /// <param name="allowsWildcards">Whether <c>X</c> stands for any digit.</param>
    /// <returns>Null when they are faulty, which has been reported.</returns>
    public List<PatternByte>? Read(CheckedStatement statement, bool allowsWildcards)
    {
        List<PatternByte> bytes = [];
        foreach (Token token in statement.Syntax.Words.Skip(1))
        {
            foreach (string word in token.Text.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
            {
                if (word.AsSpan().IndexOfAnyExcept(allowsWildcards ? DigitsAndWildcards : Digits) is var wrong and >= 0)
                {
                    diagnostics.Add(
                        DiagnosticCatalog.InvalidHexadecimal, token.Span, $"'{word[wrong]}' in '{word}' is no hexadecimal digit",
                        $"expected two digits to a byte{(allowsWildcards ? ", X for any digit" : string.Empty)}; the value is ignored");
                    return null;
                }

                if (word.Length % 2 != 0) ReportHalfByte(token, word);
                for (int i = 0; i < word.Length; i += 2) bytes.Add(ToByte(word.AsSpan(i, Math.Min(2, word.Length - i))));
            }
        }

        if (bytes.Count > 0) return bytes;
        diagnostics.Add(DiagnosticCatalog.InvalidHexadecimal, statement.Syntax.Span, $"'{statement.Name}' has no digits", "the value is ignored");
        return null;
    }

    private void ReportHalfByte(Token token, string word) => diagnostics.Add(
        DiagnosticCatalog.HalfByte, token.Span, $"'{word}' has an odd number of digits", $"its last one is a byte of its own, 0{char.ToUpperInvariant(word[^1])}, as in keepalived");

    private static PatternByte ToByte(ReadOnlySpan<char> digits)
    {
        int value = 0, mask = digits.Length == 2 ? 0 : 0xF;
        foreach (char digit in digits)
        {
            bool isWildcard = digit is 'x' or 'X';
            value = (value << 4) | (isWildcard ? 0 : Convert.ToInt32(digit.ToString(), 16));
            mask = (mask << 4) | (isWildcard ? 0 : 0xF);
        }

        return new PatternByte((byte)value, (byte)mask);
    }
}
