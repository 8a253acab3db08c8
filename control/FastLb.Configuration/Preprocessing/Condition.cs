namespace FastLb.Configuration.Preprocessing;

/// <summary>
/// The condition before a line: <c>@ID rest</c> holds on the director with that configuration id, <c>@^ID rest</c> on all others. A line that has nothing
/// after its condition is dropped.
/// </summary>
internal static class Condition
{
    /// <summary>Judges the condition at <paramref name="start"/>, a <c>@</c>.</summary>
    /// <param name="text">The line.</param>
    /// <param name="start">Index of the <c>@</c>.</param>
    /// <param name="configurationId">The id of this director.</param>
    /// <param name="rest">Index of what the condition is for.</param>
    /// <returns>Whether the rest is to be read.</returns>
    public static bool Holds(string text, int start, string configurationId, out int rest)
    {
        bool isReversed = start + 1 < text.Length && text[start + 1] == '^';
        int name = isReversed ? start + 2 : start + 1;
        int end = NameRules.EndOfWord(text, name);
        rest = NameRules.SkipBlanks(text, end);
        if (rest >= text.Length) return false;
        bool isOwn = configurationId.Length > 0 && text.AsSpan(name, end - name).SequenceEqual(configurationId);
        return isOwn != isReversed;
    }
}
