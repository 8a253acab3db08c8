namespace FastLb.Configuration.Preprocessing;

/// <summary>What separates words, and what the name of a variable may consist of.</summary>
internal static class NameRules
{
    /// <summary>True for the characters that separate words: space, tab, form feed, carriage return, vertical tab.</summary>
    public static bool IsBlank(char c) => c is ' ' or '\t' or '\f' or '\r' or '\v';

    /// <summary>The index of the first character from <paramref name="index"/> on that is no blank, or the end.</summary>
    public static int SkipBlanks(string text, int index)
    {
        while (index < text.Length && IsBlank(text[index])) index++;
        return index;
    }

    /// <summary>The index of the first blank from <paramref name="index"/> on, or the end.</summary>
    public static int EndOfWord(string text, int index)
    {
        while (index < text.Length && !IsBlank(text[index])) index++;
        return index;
    }

    /// <summary>The end of the name that begins at <paramref name="start"/>: a letter or <c>_</c>, then letters, digits and <c>_</c>.</summary>
    /// <returns><paramref name="start"/> itself when no name begins there.</returns>
    public static int NameEnd(string text, int start)
    {
        int index = start;
        while (index < text.Length && (char.IsAsciiLetter(text[index]) || text[index] == '_' || (index > start && char.IsAsciiDigit(text[index])))) index++;
        return index;
    }

    /// <summary>True when all of <paramref name="text"/> is one name.</summary>
    public static bool IsName(string text) => text.Length > 0 && NameEnd(text, 0) == text.Length;
}
