namespace FastLb.Configuration.Preprocessing;

/// <summary>A reference to a variable: <c>$NAME</c> before a blank, <c>,</c>, <c>)</c> or the end of the line, or <c>${NAME}</c> anywhere.</summary>
/// <param name="Name">The variable's name.</param>
/// <param name="Arguments">What follows the name of <c>${_ENV NAME}</c> and <c>${_RANDOM MIN MAX}</c>; empty for others.</param>
/// <param name="End">Index after its last character.</param>
/// <param name="IsBraced">Whether it was written with braces.</param>
internal readonly record struct Reference(string Name, string Arguments, int End, bool IsBraced)
{
    /// <summary>How far the closing brace of <c>${_ENV NAME}</c> is looked for, so that hostile text is not searched again and again.</summary>
    private const int LongestArguments = 256;

    /// <summary>Reads the reference at <paramref name="dollar"/>.</summary>
    /// <returns>False when the text there is none, whatever is defined.</returns>
    public static bool TryRead(string text, int dollar, out Reference reference)
    {
        reference = default;
        bool isBraced = dollar + 1 < text.Length && text[dollar + 1] == '{';
        int start = isBraced ? dollar + 2 : dollar + 1;
        int end = NameRules.NameEnd(text, start);
        if (end == start) return false;
        if (!isBraced)
        {
            if (end < text.Length && !NameRules.IsBlank(text[end]) && text[end] is not (',' or ')')) return false;
            reference = new Reference(text[start..end], string.Empty, end, IsBraced: false);
            return true;
        }

        if (end >= text.Length) return false;
        if (text[end] == '}')
        {
            reference = new Reference(text[start..end], string.Empty, end + 1, IsBraced: true);
            return true;
        }

        string name = text[start..Math.Min(end, start + PredefinedVariables.LongestName + 1)];
        if (!NameRules.IsBlank(text[end]) || !PredefinedVariables.TakesArguments(name)) return false;
        int close = text.IndexOf('}', end, Math.Min(text.Length - end, LongestArguments));
        if (close < 0) return false;
        reference = new Reference(name, text[end..close].Trim(), close + 1, IsBraced: true);
        return true;
    }
}
