using System.Globalization;
using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Model;
using FastLb.Configuration.Sources;

namespace FastLb.Configuration.Binding.Vrrp;

/// <summary>Binds <c>auth_hmac</c>.</summary>
internal sealed class HmacAuthenticationBinder(DiagnosticBag diagnostics)
{
    /// <summary>In bytes: the output of SHA-256, and the block that HMAC fills (RFC 2104 section 3).</summary>
    private const int ShortestKey = 32, LongestKey = 64;

    private const string HexPrefix = "hex:", FilePrefix = "file:";

    /// <summary>Binds what all such blocks of one instance say.</summary>
    /// <param name="block">One of them.</param>
    /// <param name="statements">What they hold, as checked.</param>
    /// <returns>Null when nothing is signed; the reason has been reported.</returns>
    public HmacAuthentication? Bind(CheckedStatement block, IReadOnlyList<CheckedStatement> statements)
    {
        List<HmacKey> keys = [];
        foreach (CheckedStatement statement in statements.Where(s => s.Name == "key"))
        {
            if (ReadKey(statement) is not { } key) continue;
            if (!keys.Exists(known => known.Id == key.Id)) keys.Add(key);
            else diagnostics.Add(DiagnosticCatalog.DuplicateLine, statement.SpanOf(0), $"there is a key {key.Id} before", "the second is left out");
        }

        if (keys.Count == 0)
        {
            diagnostics.Add(DiagnosticCatalog.IncompleteDefinition, block.Syntax.Span, "'auth_hmac' has no key", "add 'key ID KEY'; nothing is signed otherwise");
            return null;
        }

        var hmac = new HmacAuthentication([.. keys], keys[0].Id);
        foreach (CheckedStatement statement in statements) hmac = Apply(hmac, statement);
        return hmac;
    }

    private HmacAuthentication Apply(HmacAuthentication hmac, CheckedStatement statement)
    {
        switch (statement.Name)
        {
            case "active_key" when !hmac.Keys.Any(key => key.Id == statement.Integer(0)):
                diagnostics.Add(DiagnosticCatalog.UnknownTracked, statement.SpanOf(0), $"there is no key {statement.Text(0)}", $"the first key, {hmac.Keys[0].Id}, is used");
                return hmac;
            case "active_key":
                return hmac with { ActiveKey = (byte)statement.Integer(0) };
            case "anti_replay":
                return hmac with { AntiReplay = statement.Text(0) == "monotonic" ? AntiReplay.Monotonic : AntiReplay.Time };
            case "time_window":
                return hmac with { TimeWindow = statement.Seconds(0) };
            case "mode":
                return hmac with { Mode = statement.Text(0) switch { "permissive" => HmacMode.Permissive, "receive-only" => HmacMode.ReceiveOnly, _ => HmacMode.Enforce } };
            default:
                return hmac;
        }
    }

    private HmacKey? ReadKey(CheckedStatement statement)
    {
        if (!byte.TryParse(statement.Text(0), NumberStyles.None, CultureInfo.InvariantCulture, out byte id))
        {
            Report(statement.SpanOf(0), $"'{statement.Text(0)}' is no key's number", "expected a whole number from 0 to 255");
            return null;
        }

        if (!statement.Has(1))
        {
            Report(statement.SpanOf(0), $"the key {id} has no text", "expected 'key ID KEY'");
            return null;
        }

        if (statement.Has(2))
        {
            diagnostics.Add(DiagnosticCatalog.SurplusParameter, statement.SpanOf(2).To(statement.Syntax.Words[^1].Span), "'key' takes a number and one word; the rest of the line is ignored");
        }

        string material = statement.Text(1);
        if (IsMaterial(material)) return new HmacKey(id, new Secret(material));
        Report(statement.SpanOf(1), $"the key {id} is no key", $"expected 'hex:' and {ShortestKey} to {LongestKey} bytes, 'file:' and a path, or {ShortestKey} to {LongestKey} characters of ASCII");
        return null;
    }

    private static bool IsMaterial(string text)
    {
        if (text.StartsWith(FilePrefix, StringComparison.Ordinal)) return text.Length > FilePrefix.Length;
        if (!text.StartsWith(HexPrefix, StringComparison.Ordinal)) return text.Length is >= ShortestKey and <= LongestKey && text.All(char.IsAscii);
        int digits = text.Length - HexPrefix.Length;
        return digits is >= ShortestKey * 2 and <= LongestKey * 2 && digits % 2 == 0 && text.Skip(HexPrefix.Length).All(char.IsAsciiHexDigit);
    }

    private void Report(SourceSpan span, string message, string hint) => diagnostics.Add(DiagnosticCatalog.InvalidValue, span, message, $"{hint}; the key is left out");
}
