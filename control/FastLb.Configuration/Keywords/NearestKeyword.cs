namespace FastLb.Configuration.Keywords;

/// <summary>Guesses what was meant by a misspelt word.</summary>
public static class NearestKeyword
{
    /// <summary>Longer words are never near to a keyword; this bounds the work on hostile text.</summary>
    private const int MaximumLength = 48;

    /// <summary>The candidate with the fewest edits (insertion, deletion, replacement, swap of neighbours) from <paramref name="word"/>.</summary>
    /// <returns>Null when none is within a third of the word's length; the first of equals otherwise.</returns>
    public static string? Find(string word, IEnumerable<string> candidates)
    {
        if (word.Length is 0 or > MaximumLength) return null;
        int limit = Math.Max(1, word.Length / 3);
        string? nearest = null;
        foreach (string candidate in candidates)
        {
            if (Math.Abs(candidate.Length - word.Length) > limit) continue;
            int distance = Distance(word, candidate);
            if (distance > limit || (nearest is not null && distance == limit)) continue;
            nearest = candidate;
            limit = distance;
        }

        return nearest;
    }

    /// <summary>The optimal string alignment distance, ignoring case.</summary>
    private static int Distance(string a, string b)
    {
        int[] beforeLast = new int[b.Length + 1], last = new int[b.Length + 1], row = new int[b.Length + 1];
        for (int j = 0; j <= b.Length; j++) last[j] = j;
        for (int i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int cost = Same(a[i - 1], b[j - 1]) ? 0 : 1;
                row[j] = Math.Min(Math.Min(row[j - 1] + 1, last[j] + 1), last[j - 1] + cost);
                if (i > 1 && j > 1 && Same(a[i - 1], b[j - 2]) && Same(a[i - 2], b[j - 1])) row[j] = Math.Min(row[j], beforeLast[j - 2] + 1);
            }

            (beforeLast, last, row) = (last, row, beforeLast);
        }

        return last[b.Length];
    }

    private static bool Same(char a, char b) => char.ToLowerInvariant(a) == char.ToLowerInvariant(b);
}
