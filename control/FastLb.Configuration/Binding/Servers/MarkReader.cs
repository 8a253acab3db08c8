using System.Globalization;

namespace FastLb.Configuration.Binding.Servers;

/// <summary>Reads a firewall mark.</summary>
internal static class MarkReader
{
    /// <summary>What is expected, as a noun phrase.</summary>
    public const string Expected = "a whole number from 1 to 4294967295";

    /// <summary>Reads a word.</summary>
    public static bool TryRead(string text, out uint mark) => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out mark) && mark != 0;
}
