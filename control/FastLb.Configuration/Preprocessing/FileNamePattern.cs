using System.Text;

namespace FastLb.Configuration.Preprocessing;

/// <summary>
/// A file name with wildcards, as of glob(7): <c>*</c>, <c>?</c>, <c>[a-z]</c>, <c>[!a-z]</c>; a backslash takes the meaning from the character after it. A name that
/// begins with a dot is matched only by a pattern that does. Names and patterns hold no slash.
/// </summary>
internal static class FileNamePattern
{
    /// <summary>True when <paramref name="pattern"/> may match several names.</summary>
    public static bool HasWildcards(string pattern)
    {
        for (int i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] is '*' or '?' or '[') return true;
            if (pattern[i] == '\\') i++;
        }

        return false;
    }

    /// <summary>The name that a pattern without wildcards stands for.</summary>
    public static string Literal(string pattern)
    {
        if (!pattern.Contains('\\', StringComparison.Ordinal)) return pattern;
        var name = new StringBuilder(pattern.Length);
        for (int i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] == '\\' && i + 1 < pattern.Length) i++;
            name.Append(pattern[i]);
        }

        return name.ToString();
    }

    /// <summary>Whether <paramref name="name"/> matches; takes time in proportion to the product of both lengths at the most.</summary>
    public static bool Matches(string pattern, string name)
    {
        if (name.StartsWith('.') && !pattern.StartsWith('.')) return false;
        int p = 0, n = 0, afterStar = -1, starred = 0;
        while (n < name.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                afterStar = ++p;
                starred = n;
            }
            else if (p < pattern.Length && MatchesOne(pattern, ref p, name[n]))
            {
                n++;
            }
            else if (afterStar >= 0)
            {
                // The last star takes one character more.
                p = afterStar;
                n = ++starred;
            }
            else
            {
                return false;
            }
        }

        while (p < pattern.Length && pattern[p] == '*') p++;
        return p == pattern.Length;
    }

    /// <summary>Matches one character against the piece of the pattern at <paramref name="p"/>, and moves past the piece if it fits.</summary>
    private static bool MatchesOne(string pattern, ref int p, char c)
    {
        switch (pattern[p])
        {
            case '?':
                p++;
                return true;
            case '[' when SetEnd(pattern, p) is var end and > 0:
                if (!IsInSet(pattern.AsSpan((p + 1)..end), c)) return false;
                p = end + 1;
                return true;
            case '\\' when p + 1 < pattern.Length:
                if (pattern[p + 1] != c) return false;
                p += 2;
                return true;
            default:
                if (pattern[p] != c) return false;
                p++;
                return true;
        }
    }

    /// <summary>The index of the <c>]</c> that ends the set at <paramref name="open"/>; -1 when there is none and the bracket is an ordinary character.</summary>
    private static int SetEnd(string pattern, int open)
    {
        int first = open + 1 < pattern.Length && pattern[open + 1] is '!' or '^' ? open + 2 : open + 1;
        return first + 1 < pattern.Length ? pattern.IndexOf(']', first + 1) : -1;
    }

    private static bool IsInSet(ReadOnlySpan<char> set, char c)
    {
        bool isNegated = set[0] is '!' or '^';
        if (isNegated) set = set[1..];
        bool isIn = false;
        for (int i = 0; i < set.Length; i++)
        {
            if (i + 2 < set.Length && set[i + 1] == '-')
            {
                isIn |= c >= set[i] && c <= set[i + 2];
                i += 2;
            }
            else
            {
                isIn |= c == set[i];
            }
        }

        return isIn != isNegated;
    }
}
