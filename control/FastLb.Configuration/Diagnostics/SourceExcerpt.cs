using System.Text;
using FastLb.Configuration.Sources;

namespace FastLb.Configuration.Diagnostics;

/// <summary>
/// The line of a diagnostic with its span underlined. Long lines are cut to a window around the span, wide characters keep the underline in
/// place, and secrets are covered.
/// </summary>
internal static class SourceExcerpt
{
    private const int ContextBefore = 60;
    private const int MaximumWidth = 120;
    private const string Cut = "...";

    /// <summary>Keywords whose parameters must not be shown.</summary>
    private static readonly string[] SecretKeywords = ["auth_pass", "password", "key"];

    /// <summary>The two lines: the source and the underline; null when the span's line is empty.</summary>
    public static (string Line, string Underline)? Of(SourceText source, SourceSpan span)
    {
        string text = CoverSecrets(source.Line(span.Line));
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
        foreach (string keyword in SecretKeywords)
        {
            int index = text.IndexOf(keyword, StringComparison.Ordinal);
            if (index < 0) continue;
            int after = index + keyword.Length;
            bool isWord = (index == 0 || !IsWordPart(text[index - 1])) && after < text.Length && !IsWordPart(text[after]);
            if (!isWord) continue;
            var covered = new StringBuilder(text, 0, after, text.Length);
            foreach (char c in text.AsSpan(after)) covered.Append(char.IsWhiteSpace(c) || c is '{' or '}' ? c : '*');
            return covered.ToString();
        }

        return text;
    }

    private static bool IsWordPart(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';

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
