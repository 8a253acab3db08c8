using System.Globalization;
using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Lexing;
using FastLb.Configuration.Model;

namespace FastLb.Configuration.Binding;

/// <summary>Reads <c>PORT</c> or <c>PORT-PORT</c>.</summary>
internal static class PortRangeReader
{
    /// <summary>Reads a word.</summary>
    /// <returns>Null when it is faulty, which has been reported.</returns>
    public static PortRange? Read(Token word, DiagnosticBag diagnostics)
    {
        string[] ends = word.Text.Split('-');
        if (ends.Length <= 2 && TryParse(ends[0], out ushort first) && TryParse(ends[^1], out ushort last) && first <= last) return new PortRange(first, last);
        diagnostics.Add(DiagnosticCatalog.InvalidValue, word.Span, $"'{word.Text}' is neither a port nor a range of ports", "expected such as 80 or 8000-8999");
        return null;
    }

    private static bool TryParse(string text, out ushort port) => ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port);
}
