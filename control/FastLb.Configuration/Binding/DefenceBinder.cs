using System.Globalization;
using System.Net;
using System.Net.Sockets;
using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Keywords;
using FastLb.Configuration.Model;

namespace FastLb.Configuration.Binding;

/// <summary>
/// Binds <c>defence</c>. A faulty prefix or rate stops the start: a director that runs without a defence that its file asks for is found out when it is too late.
/// </summary>
internal sealed class DefenceBinder(DiagnosticBag diagnostics, StatementReader reader)
{
    private const int MostPerSecond = 100_000;

    private static readonly TimeSpan LongestBurst = TimeSpan.FromHours(1);
    private static readonly string[] RateOptions = ["burst", "prefix"];

    private readonly List<(IPNetwork Prefix, CheckedStatement Statement, int Word)> _rules = [];

    /// <summary>What one block adds to what earlier ones said.</summary>
    public DefenceSettings Apply(DefenceSettings settings, CheckedStatement block)
    {
        foreach (CheckedStatement statement in reader.Read(block.Block)) settings = ApplyLine(settings, statement);
        return settings;
    }

    /// <summary>Reports, once all blocks have been read, prefixes that say both and exceptions from nothing.</summary>
    public void CheckRules(DefenceSettings settings)
    {
        foreach ((IPNetwork prefix, CheckedStatement statement, int word) in _rules.Where(rule => rule.Statement.Name == "allow"))
        {
            if (settings.Denied.Contains(prefix))
            {
                Report(statement, word, $"{prefix} is both allowed and denied", "write it once");
            }
            else if (!settings.Denied.Any(denied => denied.PrefixLength < prefix.PrefixLength && denied.Contains(prefix.BaseAddress)))
            {
                Report(statement, word, $"'allow {prefix}' changes nothing, since no 'deny' has it", "to serve nobody else, write 'deny 0.0.0.0/0' as well");
            }
        }
    }

    private DefenceSettings ApplyLine(DefenceSettings settings, CheckedStatement statement) => statement.Name switch
    {
        "half_open_limit" => settings with { HalfOpenLimit = (int)statement.Integer(0) },
        "new_connections_per_client" => settings with { NewConnectionsPerClient = ReadRate(statement) },
        "deny" => settings with { Denied = [.. settings.Denied, .. ReadPrefixes(statement).Except(settings.Denied)] },
        "allow" => settings with { Allowed = [.. settings.Allowed, .. ReadPrefixes(statement).Except(settings.Allowed)] },
        _ => settings,
    };

    private List<IPNetwork> ReadPrefixes(CheckedStatement statement)
    {
        List<IPNetwork> prefixes = [];
        for (int word = 0; statement.Has(word); word++)
        {
            if (ReadPrefix(statement, word) is not { } prefix) continue;
            prefixes.Add(prefix);
            _rules.Add((prefix, statement, word));
        }

        return prefixes;
    }

    private IPNetwork? ReadPrefix(CheckedStatement statement, int word)
    {
        string text = statement.Text(word);
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        string address = slash < 0 ? text : text[..slash];
        int length = 32;
        if (!NumericAddress.TryParse(address, out IPAddress? parsed) || parsed.AddressFamily != AddressFamily.InterNetwork
            || (slash >= 0 && (!int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out length) || length > 32)))
        {
            Report(statement, word, $"'{text}' is no IPv4 prefix", "expected an address such as 192.0.2.7, or a prefix such as 192.0.2.0/24");
            return null;
        }

        IPAddress first = FirstOf(parsed, length);
        if (!first.Equals(parsed))
        {
            Report(statement, word, $"'{text}' has bits beyond its prefix length", $"did you mean {first}/{length}?");
            return null;
        }

        return new IPNetwork(parsed, length);
    }

    private ClientRate? ReadRate(CheckedStatement statement)
    {
        if (ReadNumber(statement, 0, "new connections in a second", 1, MostPerSecond) is not { } perSecond) return null;
        int burst = perSecond, prefix = 32;
        for (int word = 1; statement.Has(word); word += 2)
        {
            string option = statement.Text(word);
            if (!RateOptions.Contains(option, StringComparer.Ordinal))
            {
                string meant = NearestKeyword.Find(option, RateOptions) is { } nearest ? $"did you mean '{nearest}'? " : string.Empty;
                Report(statement, word, $"'{statement.Name}' knows no '{option}'", $"{meant}expected RATE [burst N] [prefix LENGTH]");
                return null;
            }

            if (!statement.Has(word + 1))
            {
                Report(statement, word, $"'{option}' has no number", "expected RATE [burst N] [prefix LENGTH]");
                return null;
            }

            int? value = option == "burst"
                ? ReadNumber(statement, word + 1, "new connections at once", 1, (int)Math.Min(int.MaxValue, perSecond * (long)LongestBurst.TotalSeconds))
                : ReadNumber(statement, word + 1, "bits of the address", 8, 32);
            if (value is not { } number) return null;
            (burst, prefix) = option == "burst" ? (number, prefix) : (burst, number);
        }

        return new ClientRate(perSecond, burst, prefix);
    }

    private int? ReadNumber(CheckedStatement statement, int word, string what, int least, int most)
    {
        if (int.TryParse(statement.Text(word), NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= least && number <= most) return number;
        Report(statement, word, $"'{statement.Text(word)}' is no number of {what}", $"expected a whole number from {least} to {most}");
        return null;
    }

    private void Report(CheckedStatement statement, int word, string message, string hint) =>
        diagnostics.Add(DiagnosticCatalog.FaultyDefence, statement.SpanOf(word), message, hint);

    private static IPAddress FirstOf(IPAddress address, int length)
    {
        byte[] bytes = address.GetAddressBytes();
        for (int bit = length; bit < 32; bit++) bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        return new IPAddress(bytes);
    }
}
