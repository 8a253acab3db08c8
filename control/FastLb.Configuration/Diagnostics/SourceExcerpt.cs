using System.Text;
using FastLb.Configuration.Sources;

namespace FastLb.Configuration.Diagnostics;

/// <summary>
/// The line of a diagnostic with its span underlined. Long lines are cut to a window around the span, wide characters keep the underline in
/// place, and secrets are covered. Many diagnostics on one long line cost no more than the line and their windows. Not thread-safe.
/// </summary>
internal sealed class SourceExcerpt(SourceFiles sources)
{
    private const int ContextBefore = 60;
    private const int MaximumWidth = 120;
    private const string Cut = "...";

    /// <summary>Pieces of the keywords whose parameters must not be shown, short enough to be found in misspelt ones too.</summary>
    private static readonly string[] SecretMarks = ["auth_p", "pass"];

    /// <summary>The keyword in <c>auth_hmac</c> whose parameter must not be shown.</summary>
    private const string SecretKeyword = "key";

    private (SourceSpan Place, string Text)? _covered;

    /// <summary>The two lines: the source and the underline; null when the span's line is empty.</summary>
    public (string Line, string Underline)? Of(SourceSpan span)
    {
        if (_covered is not var (place, text) || !place.IsOnLineOf(span))
        {
            text = CoverSecrets(sources.Line(span));
            _covered = (span, text);
        }

        if (string.IsNullOrWhiteSpace(text)) return null;

        int start = Math.Clamp(span.Column - 1, 0, text.Length);
        int end = Math.Clamp(start + Math.Max(span.Length, 1), start, Math.Max(text.Length, start));
        int from = start > ContextBefore ? start - ContextBefore : 0;
        int to = Math.Min(text.Length, from + MaximumWidth);
        int underlined = Math.Min(end, to);

        var line = new StringBuilder();
        var underline = new StringBuilder();
        if (from > 0)
        {
            line.Append(Cut);
            underline.Append(' ', Cut.Length);
        }

        line.Append(Printable(text.AsSpan(from, to - from)));
        if (to < text.Length) line.Append(Cut);
        foreach (char c in text.AsSpan(from, start - from)) underline.Append(c == '\t' ? "\t" : new string(' ', Width(c)));
        underline.Append('^');
        int width = -1;
        foreach (char c in text.AsSpan(start, underlined - start)) width += Width(c);
        if (width > 0) underline.Append('~', width);
        return (line.ToString(), underline.ToString());
    }

    /// <summary>Replaces the characters after a keyword that introduces a secret, keeping their number so that columns stay right.</summary>
    private static string CoverSecrets(string text)
    {
        int from = text.Length;
        foreach (string mark in SecretMarks)
        {
            int index = text.IndexOf(mark, StringComparison.OrdinalIgnoreCase);
            if (index >= 0) from = Math.Min(from, EndOfWord(text, index));
        }

        string start = text.TrimStart();
        if (start.StartsWith(SecretKeyword, StringComparison.Ordinal))
        {
            int index = text.Length - start.Length;
            int end = EndOfWord(text, index);
            if (end - index == SecretKeyword.Length) from = Math.Min(from, end);
        }

        if (from >= text.Length) return text;
        var covered = new StringBuilder(text, 0, from, text.Length);
        foreach (char c in text.AsSpan(from)) covered.Append(char.IsWhiteSpace(c) || c is '{' or '}' ? c : '*');
        return covered.ToString();
    }

    private static int EndOfWord(string text, int index)
    {
        while (index < text.Length && (char.IsAsciiLetterOrDigit(text[index]) || text[index] == '_')) index++;
        return index;
    }

    /// <summary>Control characters would act on the terminal; they are shown as their pictures.</summary>
    private static string Printable(ReadOnlySpan<char> text)
    {
        var printable = new StringBuilder(text.Length);
        foreach (char c in text) printable.Append(c != '\t' && char.IsControl(c) ? '\uFFFD' : c);
        return printable.ToString();
    }

    /// <summary>Columns on a terminal: two for East Asian wide characters, none for the second half of a surrogate pair.</summary>
    private static int Width(char c) => c switch
    {
        >= '\u1100' and <= '\u115F' or >= '\u2E80' and <= '\uA4CF' or >= '\uAC00' and <= '\uD7A3' or >= '\uF900' and <= '\uFAFF'
            or >= '\uFE30' and <= '\uFE6F' or >= '\uFF00' and <= '\uFF60' or >= '\uFFE0' and <= '\uFFE6' => 2,
        _ when char.IsLowSurrogate(c) || c == '\u200B' => 0,
        _ => 1,
    };
}
