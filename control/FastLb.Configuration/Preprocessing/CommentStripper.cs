using FastLb.Configuration.Sources;

namespace FastLb.Configuration.Preprocessing;

/// <summary>
/// Takes the comment off a line of a file, and the blanks at both ends: an unquoted <c>#</c> or <c>!</c> begins one, even within a word; only
/// double quotes protect it; outside quotes <c>\#</c> and <c>\!</c> are the characters themselves. A backslash protects the character after
/// it, so that <c>\"</c> neither opens nor closes a quote here. A backslash that ends the line, even in its comment, is kept at the end of
/// the text, as it may continue a definition.
/// </summary>
internal static class CommentStripper
{
    /// <summary>The text of the line at <paramref name="number"/> without its comment; empty when nothing is left.</summary>
    /// <param name="line">The line without its terminator.</param>
    /// <param name="source">The file, for the places.</param>
    /// <param name="number">The line's number, from 1.</param>
    public static MappedText Strip(string line, SourceText source, int number)
    {
        int start = NameRules.SkipBlanks(line, 0), length = line.Length;
        while (length > start && NameRules.IsBlank(line[length - 1])) length--;

        List<int>? escapes = null;
        int end = length, continuation = -1;
        bool isQuoted = false, inComment = false;
        for (int i = start; i < length; i++)
        {
            switch (line[i])
            {
                case '"' when !inComment:
                    isQuoted = !isQuoted;
                    break;
                case '\\' when i == length - 1:
                    continuation = i;
                    if (!inComment) end = i;
                    break;
                case '\\':
                    if (!inComment && !isQuoted && line[i + 1] is '#' or '!') (escapes ??= []).Add(i);
                    i++;
                    break;
                case '#' or '!' when !isQuoted && !inComment:
                    inComment = true;
                    end = i;
                    break;
            }
        }

        while (end > start && NameRules.IsBlank(line[end - 1])) end--;
        SourceSpan place = source.Span(number, start + 1, 0);
        if (escapes is null && continuation < 0) return MappedText.Verbatim(line[start..end], place);

        MappedText whole = MappedText.Verbatim(line, source.Span(number, 1, 0));
        var text = new MappedTextBuilder();
        int copied = start;
        foreach (int backslash in escapes ?? [])
        {
            // The character stands for both, so that a place names the whole escape.
            text.Append(whole, copied, backslash);
            text.AppendExpanded(line.Substring(backslash + 1, 1), source.Span(number, backslash + 1, 2));
            copied = backslash + 2;
        }

        text.Append(whole, copied, end);
        if (continuation >= 0) text.Append(whole, continuation, continuation + 1);
        return text.ToMappedText(place);
    }
}
