using System.Net;
using System.Net.Sockets;
using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Keywords;
using FastLb.Configuration.Model;

namespace FastLb.Configuration.Binding;

/// <summary>Reads <c>lvs_sync_daemon INTERFACE [[inst] INSTANCE] [id N] [maxlen N] [port N] [ttl N] [group ADDRESS]</c>.</summary>
internal sealed class ConnectionSynchronisationReader(DiagnosticBag diagnostics)
{
    private const string Form = "expected INTERFACE [[inst] INSTANCE] [id N] [maxlen N] [port N] [ttl N] [group ADDRESS]";

    private static readonly Dictionary<string, Argument> Options = new(StringComparer.Ordinal)
    {
        ["inst"] = KeywordList.Text("INSTANCE"),
        ["id"] = KeywordList.Integer("ID", 0, 255),
        ["maxlen"] = KeywordList.Integer("BYTES", 1, 65_507),
        ["port"] = KeywordList.Port,
        ["ttl"] = KeywordList.Integer("TTL", 1, 255),
        ["group"] = KeywordList.Address,
    };

    /// <summary>Reads one statement.</summary>
    /// <returns>Null when the line is left out; the reason has been reported.</returns>
    public ConnectionSynchronisation? Read(CheckedStatement statement)
    {
        if (KeywordList.Interface.Check(statement.Text(0)) != ArgumentFault.None)
        {
            diagnostics.Add(DiagnosticCatalog.InvalidValue, statement.SpanOf(0), $"'{statement.Text(0)}' is no name of an interface", "it has at most 15 characters; the line is ignored");
            return null;
        }

        var synchronisation = new ConnectionSynchronisation(statement.Text(0));
        int word = 1;

        // An instance may stand without 'inst', but only first.
        if (statement.Has(1) && !Options.ContainsKey(statement.Text(1)))
        {
            synchronisation = synchronisation with { Instance = statement.Text(1) };
            word = 2;
        }

        for (; statement.Has(word); word += 2)
        {
            if (ReadOption(synchronisation, statement, word) is not { } next) return null;
            synchronisation = next;
        }

        return synchronisation;
    }

    private ConnectionSynchronisation? ReadOption(ConnectionSynchronisation synchronisation, CheckedStatement statement, int word)
    {
        string option = statement.Text(word);
        if (!Options.TryGetValue(option, out Argument? kind))
        {
            string meant = NearestKeyword.Find(option, Options.Keys) is { } nearest ? $"did you mean '{nearest}'? " : string.Empty;
            diagnostics.Add(DiagnosticCatalog.UnknownChoice, statement.SpanOf(word), $"'{statement.Name}' knows no '{option}'", $"{meant}{Form}; the line is ignored");
            return null;
        }

        if (!statement.Has(word + 1))
        {
            diagnostics.Add(DiagnosticCatalog.InvalidValue, statement.SpanOf(word), $"'{option}' has no value", $"{Form}; the line is ignored");
            return null;
        }

        string value = statement.Text(word + 1);
        ArgumentFault fault = kind.Check(value);
        if (fault == ArgumentFault.None) return With(synchronisation, option, statement, word + 1);
        diagnostics.Add(
            fault == ArgumentFault.OutOfRange ? DiagnosticCatalog.OutOfRange : DiagnosticCatalog.InvalidValue, statement.SpanOf(word + 1),
            $"'{value}' is no value for '{statement.Name} {option}'", $"expected {kind.Expected}; the line is ignored");
        return null;
    }

    private ConnectionSynchronisation? With(ConnectionSynchronisation synchronisation, string option, CheckedStatement statement, int word)
    {
        switch (option)
        {
            case "inst":
                return synchronisation with { Instance = statement.Text(word) };
            case "id":
                return synchronisation with { Id = (byte)statement.Integer(word) };
            case "maxlen":
                return synchronisation with { MaximumLength = (int)statement.Integer(word) };
            case "port":
                return synchronisation with { Port = (ushort)statement.Integer(word) };
            case "ttl":
                return synchronisation with { TimeToLive = (byte)statement.Integer(word) };
            default:
                IPAddress group = statement.Address(word);
                byte first = group.GetAddressBytes()[0];
                if (group.AddressFamily == AddressFamily.InterNetwork ? first is >= 224 and <= 239 : first == 0xFF) return synchronisation with { Group = group };
                diagnostics.Add(DiagnosticCatalog.InvalidAddress, statement.SpanOf(word), $"'{group}' is no multicast group", "the line is ignored");
                return null;
        }
    }
}
