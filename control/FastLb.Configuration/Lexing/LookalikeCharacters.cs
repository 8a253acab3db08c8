namespace FastLb.Configuration.Lexing;

/// <summary>
/// Characters that look like a piece of the configuration's syntax and are not: word processors and input methods put them in place of
/// the ASCII ones, and keepalived then reads them as letters.
/// </summary>
internal static class LookalikeCharacters
{
    /// <summary>Says which ASCII syntax <paramref name="c"/> resembles.</summary>
    /// <returns>A description, or null when the character resembles none.</returns>
    public static (string Name, string Meant)? Describe(char c) => c switch
    {
        '\u201C' or '\u201D' or '\u201E' => ("typographic quotation mark", "\""),
        '\uFF02' => ("full-width quotation mark", "\""),
        '\u2018' or '\u2019' => ("typographic single quotation mark", "\""),
        '\uFF5B' => ("full-width brace", "{"),
        '\uFF5D' => ("full-width brace", "}"),
        '\uFF03' => ("full-width number sign", "#"),
        '\u00A0' => ("no-break space", " "),
        '\u3000' => ("ideographic space", " "),
        '\u200B' or '\uFEFF' => ("zero-width space", " "),
        _ => null,
    };
}
