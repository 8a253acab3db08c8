using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Keywords;
using FastLb.Configuration.Model;

namespace FastLb.Configuration.Binding;

/// <summary>Reads <c>[tcp SECONDS] [tcpfin SECONDS] [udp SECONDS]</c>.</summary>
internal sealed class ConnectionTimeoutsReader(DiagnosticBag diagnostics)
{
    /// <summary>The longest that IPVS takes: 31 days.</summary>
    private const long Longest = 31 * 86_400;

    private static readonly string[] Words = ["tcp", "tcpfin", "udp"];
    private static readonly IntegerArgument Seconds = new("SECONDS", 0, Longest);

    /// <summary>Applies what stands from parameter <paramref name="first"/> on. What is faulty is reported and left out, and 0 changes nothing, as in keepalived.</summary>
    public ConnectionTimeouts Apply(ConnectionTimeouts timeouts, CheckedStatement statement, int first)
    {
        for (int i = first; i < statement.Arguments.Length; i++)
        {
            string word = statement.Text(i);
            if (!Words.Contains(word, StringComparer.Ordinal))
            {
                string meant = NearestKeyword.Find(word, Words) is { } nearest ? $"did you mean '{nearest}'? " : string.Empty;
                diagnostics.Add(DiagnosticCatalog.UnknownChoice, statement.SpanOf(i), $"'{statement.Name}' knows no '{word}'", $"{meant}expected tcp, tcpfin or udp; it is ignored");
                continue;
            }

            if (!statement.Has(i + 1))
            {
                diagnostics.Add(DiagnosticCatalog.InvalidValue, statement.SpanOf(i), $"'{statement.Name} {word}' has no time", $"expected {Seconds.Expected}; it is ignored");
                break;
            }

            i++;
            ArgumentFault fault = Seconds.Check(statement.Text(i));
            if (fault != ArgumentFault.None)
            {
                diagnostics.Add(
                    fault == ArgumentFault.OutOfRange ? DiagnosticCatalog.OutOfRange : DiagnosticCatalog.InvalidValue, statement.SpanOf(i),
                    $"'{statement.Text(i)}' is no time for '{statement.Name} {word}'", $"expected {Seconds.Expected}; it is ignored");
            }
            else if (statement.Seconds(i) != TimeSpan.Zero)
            {
                timeouts = With(timeouts, word, statement.Seconds(i));
            }
        }

        return timeouts;
    }

    private static ConnectionTimeouts With(ConnectionTimeouts timeouts, string word, TimeSpan time) => word switch
    {
        "tcp" => timeouts with { Tcp = time },
        "tcpfin" => timeouts with { TcpFin = time },
        _ => timeouts with { Udp = time },
    };
}
