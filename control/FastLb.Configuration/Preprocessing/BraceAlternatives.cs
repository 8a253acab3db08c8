using System.Collections.Immutable;

namespace FastLb.Configuration.Preprocessing;

/// <summary>The alternatives in the braces of a file name pattern, as of the shell: <c>{a,b{c,d}}.conf</c> stands for <c>a.conf</c>, <c>bc.conf</c> and <c>bd.conf</c>.</summary>
internal static class BraceAlternatives
{
    /// <summary>More are not followed: each pair of braces multiplies them.</summary>
    public const int Most = 1024;

    /// <summary>The patterns that <paramref name="pattern"/> stands for, in its order: itself when it has no braces that match.</summary>
    /// <returns>None when there are more than <see cref="Most"/>.</returns>
    public static ImmutableArray<string> Of(string pattern)
    {
        ImmutableArray<string>.Builder finished = ImmutableArray.CreateBuilder<string>();
        var open = new Stack<string>();
        open.Push(pattern);
        while (open.TryPop(out string? current))
        {
            if (Split(current) is not var (prefix, choices, tail))
            {
                finished.Add(current);
            }
            else
            {
                // The last choice goes on the stack first, so that the order is that of the pattern.
                for (int i = choices.Count - 1; i >= 0; i--) open.Push(prefix + choices[i] + tail);
            }

            if (finished.Count + open.Count > Most) return [];
        }

        return finished.ToImmutable();
    }

    /// <summary>Takes the first pair of braces apart; null when there is none. <c>{}</c> stands for itself, as in glob(3).</summary>
    private static (string Prefix, List<string> Choices, string Tail)? Split(string pattern)
    {
        int open = -1, depth = 0, start = 0;
        List<string> choices = [];
        for (int i = 0; i < pattern.Length; i++)
        {
            char c = pattern[i];
            if (c == '\\')
            {
                i++;
            }
            else if (c == '{')
            {
                if (depth == 0 && i + 1 < pattern.Length && pattern[i + 1] == '}')
                {
                    i++;
                    continue;
                }

                if (depth++ == 0) (open, start) = (i, i + 1);
            }
            else if (c == ',' && depth == 1)
            {
                choices.Add(pattern[start..i]);
                start = i + 1;
            }
            else if (c == '}' && depth > 0 && --depth == 0)
            {
                choices.Add(pattern[start..i]);
                return (pattern[..open], choices, pattern[(i + 1)..]);
            }
        }

        return null;
    }
}
