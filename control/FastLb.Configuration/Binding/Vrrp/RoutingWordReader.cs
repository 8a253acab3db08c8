using System.Globalization;
using System.Net;
using System.Net.Sockets;
using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Keywords;
using FastLb.Configuration.Lexing;
using FastLb.Configuration.Syntax;

namespace FastLb.Configuration.Binding.Vrrp;

/// <summary>The words of one line of routes or rules, read one after the other. What cannot be read is reported, and then the line is left out.</summary>
/// <param name="diagnostics">Where faults go.</param>
/// <param name="line">The line.</param>
/// <param name="list">The keyword of the list, for the faults.</param>
internal sealed class RoutingWordReader(DiagnosticBag diagnostics, StatementSyntax line, string list)
{
    private const int LongestInterface = 15;
    private const string LockWord = "lock";

    private int _next;

    /// <summary>The words that make up the route or rule, so far.</summary>
    public List<string> Words { get; } = [];

    /// <summary>The family of the addresses so far; null while there is none.</summary>
    public AddressFamily? Family { get; private set; }

    /// <summary>True once a fault has been reported for which the line is left out.</summary>
    public bool IsFaulty { get; private set; }

    /// <summary>True at the end of the line.</summary>
    public bool IsAtEnd => _next >= line.Words.Length;

    /// <summary>The next word.</summary>
    public Token Take() => line.Words[_next++];

    /// <summary>Reports a fault of the line at <paramref name="word"/>.</summary>
    public void Fail(DiagnosticDescriptor descriptor, Token word, string message, string hint)
    {
        IsFaulty = true;
        diagnostics.Add(descriptor, word.Span, message, $"{hint}; the line is ignored");
    }

    /// <summary>Reports that <paramref name="word"/> is no option.</summary>
    public void FailUnknown(Token word, IEnumerable<string> options)
    {
        string hint = NearestKeyword.Find(word.Text, options) is { } nearest ? $"did you mean '{nearest}'" : "expected an option of ip(8), written in full";
        IsFaulty = true;
        diagnostics.Add(DiagnosticCatalog.UnknownLineOption, word.Span, $"'{list}' knows no '{word.Text}'", hint.StartsWith('d') ? $"{hint}? the line is ignored" : $"{hint}; the line is ignored");
    }

    /// <summary>Reads what stands behind <paramref name="option"/>, and adds both to <see cref="Words"/>.</summary>
    /// <returns>The value; null when there is none, or none that can be used.</returns>
    public string? ReadValue(Token option, RoutingValue kind)
    {
        if (kind == RoutingValue.None)
        {
            Words.Add(option.Text);
            return null;
        }

        List<string> taken = [option.Text];
        string first = IsAtEnd ? string.Empty : line.Words[_next].Text;
        if (kind is RoutingValue.Metric or RoutingValue.Time && first == LockWord) taken.Add(Take().Text);
        if (kind == RoutingValue.Address && first is "inet" or "inet6") taken.Add(Take().Text);
        if (IsAtEnd)
        {
            IsFaulty = true;
            diagnostics.Add(DiagnosticCatalog.MissingParameter, option.Span, $"'{option.Text}' lacks its value", $"expected {Expected(kind)}");
            return null;
        }

        Token word = Take();
        if (ReadOne(option, word, kind, isFamilyNamed: taken.Count > 1) is not { } value) return null;
        Words.AddRange(taken);
        Words.Add(value);
        return value;
    }

    /// <summary>Adds all words up to keepalived's own or the next nexthop; they are not looked into.</summary>
    public void ReadRest(Token option)
    {
        Words.Add(option.Text);
        while (!IsAtEnd && line.Words[_next].Text is not ("no_track" or "track_group" or "nexthop")) Words.Add(Take().Text);
    }

    /// <summary>Reads a destination or source: an address with a prefix length or without, or a word for all addresses.</summary>
    /// <returns>The word as it is used; null when it is none, which has been reported.</returns>
    public string? ReadPrefix(Token word)
    {
        if (word.Text is "default" or "any" or "all") return word.Text;
        int slash = word.Text.IndexOf('/', StringComparison.Ordinal);
        string text = slash < 0 ? word.Text : word.Text[..slash];
        if (!NumericAddress.TryParse(text, out IPAddress? address))
        {
            Fail(DiagnosticCatalog.InvalidAddress, word, $"'{word.Text}' is neither an address nor a prefix", "expected such as 192.0.2.0/24, 2001:db8::/32 or 'default'");
            return null;
        }

        if (!IsOfFamily(word, address.AddressFamily)) return null;
        int longest = address.AddressFamily == AddressFamily.InterNetworkV6 ? 128 : 32;
        if (slash < 0 || (int.TryParse(word.Text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int length) && length <= longest)) return word.Text;
        diagnostics.Add(DiagnosticCatalog.OutOfRange, word.Span, $"'{word.Text[slash..]}' is no prefix length", $"expected 0 to {longest}; {longest} is used");
        return $"{text}/{longest}";
    }

    /// <summary>True when a word has the shape of a destination, so that it is none of the options.</summary>
    public static bool LooksLikePrefix(string text) => text is "default" or "any" or "all" || NumericAddress.TryParse(text.Split('/')[0], out _);

    private string? ReadOne(Token option, Token word, RoutingValue kind, bool isFamilyNamed)
    {
        switch (kind)
        {
            case RoutingValue.Prefix:
                return ReadPrefix(word);
            case RoutingValue.Address when NumericAddress.TryParse(word.Text, out IPAddress? address):
                return isFamilyNamed || IsOfFamily(word, address.AddressFamily) ? word.Text : null;
            case RoutingValue.Interface when word.Text.Length is > 0 and <= LongestInterface:
            case RoutingValue.Number or RoutingValue.Metric when uint.TryParse(word.Text, NumberStyles.None, CultureInfo.InvariantCulture, out _):
            case RoutingValue.Time when IsTime(word.Text):
            case RoutingValue.Range when IsRange(word.Text):
            case RoutingValue.Word when word.Text.Length > 0:
                return word.Text;
            default:
                Fail(kind == RoutingValue.Address ? DiagnosticCatalog.InvalidAddress : DiagnosticCatalog.InvalidValue, word, $"'{word.Text}' is no value for '{option.Text}'", $"expected {Expected(kind)}");
                return null;
        }
    }

    private bool IsOfFamily(Token word, AddressFamily family)
    {
        Family ??= family;
        if (Family == family) return true;
        Fail(DiagnosticCatalog.AddressFamilyMismatch, word, $"'{word.Text}' is not of the family of the line's first address", "write addresses of one family");
        return false;
    }

    private static string Expected(RoutingValue kind) => kind switch
    {
        RoutingValue.Number or RoutingValue.Metric => $"a whole number from 0 to {uint.MaxValue}",
        RoutingValue.Time => "a time such as 10, 10ms or 1s",
        RoutingValue.Range => "a number, or two joined by a dash",
        RoutingValue.Address => "an IPv4 or IPv6 address",
        RoutingValue.Prefix => "an address or a prefix",
        RoutingValue.Interface => $"an interface's name of at most {LongestInterface} characters",
        _ => "a word",
    };

    private static bool IsTime(string text)
    {
        string number = text.EndsWith("ms", StringComparison.Ordinal) ? text[..^2] : text.EndsWith('s') ? text[..^1] : text;
        return decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out _);
    }

    private static bool IsRange(string text)
    {
        string[] ends = text.Split('-');
        uint last = 0;
        return uint.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out uint first) && ends.Length <= 2
            && (ends.Length == 1 || (uint.TryParse(ends[1], NumberStyles.None, CultureInfo.InvariantCulture, out last) && last >= first));
    }
}
