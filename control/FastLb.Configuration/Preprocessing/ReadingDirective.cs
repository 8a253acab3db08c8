using System.Globalization;

namespace FastLb.Configuration.Preprocessing;

/// <summary>
/// Statements of <c>global_defs</c> that change how the lines after them are read: <c>include_check</c> and <c>random_seed</c>. They are statements all the same, and judged as such later;
/// one with a fault changes nothing. The checks follow keepalived's manual; version 2.2.7 was seen to take the first of several only, and not to know <c>readable</c>.
/// </summary>
internal static class ReadingDirective
{
    /// <summary>The words after <c>include_check</c>.</summary>
    public static readonly IReadOnlyList<string> Checks = ["readable", "match", "wildcard_match", "brace_match"];

    private const string IncludeCheckWord = "include_check", RandomSeedWord = "random_seed";
    private const char Add = '+', Remove = '-';

    /// <summary>All that can be demanded of includes.</summary>
    public const IncludeRequirement All = IncludeRequirement.Readable | IncludeRequirement.Match | IncludeRequirement.WildcardMatch | IncludeRequirement.BraceMatch;

    /// <summary>Whether one begins at <paramref name="at"/>, where a statement does.</summary>
    public static bool Begins(string text, int at) => IsWord(text, at, IncludeCheckWord) || IsWord(text, at, RandomSeedWord);

    /// <summary>What plain includes demand after the statement at <paramref name="at"/>; null when it is another, or has a word that is none of the above.</summary>
    /// <param name="text">The line.</param>
    /// <param name="at">Where the statement begins.</param>
    /// <param name="before">What they demand before it.</param>
    public static IncludeRequirement? ReadIncludeCheck(string text, int at, IncludeRequirement before)
    {
        if (!IsWord(text, at, IncludeCheckWord)) return null;
        string[] words = WordsAfter(text, at + IncludeCheckWord.Length);
        if (words.Length == 0) return All;
        char? sign = null;
        IncludeRequirement demands = words[0][0] is Add or Remove ? before : IncludeRequirement.None;
        foreach (string word in words)
        {
            string check = word;
            if (word[0] is Add or Remove)
            {
                sign = word[0];
                check = word[1..];
                if (check.Length == 0) continue;
            }

            if (RequirementOf(check) is not { } requirement) return null;
            demands = sign == Remove ? demands & ~requirement : demands | requirement;
        }

        return demands;
    }

    /// <summary>The seed that the statement at <paramref name="at"/> sets; null when it is another, or none is there.</summary>
    public static uint? ReadRandomSeed(string text, int at) =>
        IsWord(text, at, RandomSeedWord) && WordsAfter(text, at + RandomSeedWord.Length) is [var word, ..]
        && uint.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out uint seed) ? seed : null;

    private static IncludeRequirement? RequirementOf(string word) => word switch
    {
        "readable" => IncludeRequirement.Readable,
        "match" => IncludeRequirement.Match,
        "wildcard_match" => IncludeRequirement.WildcardMatch,
        "brace_match" => IncludeRequirement.BraceMatch,
        _ => null,
    };

    private static bool IsWord(string text, int at, string word)
    {
        int end = at + word.Length;
        return string.CompareOrdinal(text, at, word, 0, word.Length) == 0 && (end == text.Length || NameRules.IsBlank(text[end]) || text[end] is '{' or '}');
    }

    private static string[] WordsAfter(string text, int at)
    {
        int end = text.AsSpan(at).IndexOfAny('{', '}');
        return text[at..(end < 0 ? text.Length : at + end)].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
    }
}
