using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Model;

namespace FastLb.Configuration.Binding.Vrrp;

/// <summary>Binds <c>bfd_instance</c>.</summary>
internal sealed class BfdSessionBinder(DiagnosticBag diagnostics, StatementReader reader)
{
    /// <summary>The times to live that keepalived takes when none is set.</summary>
    private const int DefaultTimeToLive = 255, DefaultHopLimit = 64;

    /// <summary>In the received packet's place: any number of hops.</summary>
    private const int AnyHops = 255;

    private readonly WeightReader _weights = new(diagnostics);

    /// <summary>Binds one block.</summary>
    /// <returns>Null when it is left out; the reason has been reported.</returns>
    public BfdSession? Bind(CheckedStatement block)
    {
        string name = block.Text(0);
        List<CheckedStatement> statements = reader.ReadBlock(block);
        if (name.Length > BfdSession.LongestName)
        {
            diagnostics.Add(DiagnosticCatalog.InvalidValue, block.SpanOf(0), $"the name '{name}' is longer than {BfdSession.LongestName} characters", "the session is left out");
            return null;
        }

        if (statements.LastOrDefault(s => s.Name is "neighbor_ip" or "neighbour_ip") is not { } neighbour)
        {
            diagnostics.Add(DiagnosticCatalog.IncompleteDefinition, block.SpanOf(0), $"the BFD session '{name}' has no neighbour", "add 'neighbor_ip ADDRESS'; it is left out, and whoever tracks it does not");
            return null;
        }

        var session = new BfdSession(name, neighbour.Address(0)) { Origin = new Origin(block.SpanOf(0)), Listeners = BfdListeners.None };
        foreach (CheckedStatement statement in statements) session = Apply(session, statement);
        if (session.SourceAddress is { } source && source.AddressFamily != session.Neighbour.AddressFamily)
        {
            diagnostics.Add(DiagnosticCatalog.AddressFamilyMismatch, block.SpanOf(0), $"'{name}' has a source and a neighbour of different families", "the session is left out");
            return null;
        }

        if (session.Listeners == BfdListeners.None) session = session with { Listeners = BfdListeners.All };
        return WithPossibleHops(session, statements);
    }

    private BfdSession Apply(BfdSession session, CheckedStatement statement) => statement.Name switch
    {
        "source_ip" => session with { SourceAddress = statement.Address(0) },
        "min_rx" => session with { ReceiveInterval = statement.Milliseconds(0) },
        "min_tx" => session with { TransmitInterval = statement.Milliseconds(0) },
        "idle_tx" => session with { IdleTransmitInterval = statement.Milliseconds(0) },
        "multiplier" => session with { Multiplier = (byte)statement.Integer(0) },
        "passive" => session with { IsPassive = true },
        "ttl" or "hoplimit" => session with { TimeToLive = (byte)statement.Integer(0) },
        "max_hops" => session with { MostHops = (int)statement.Integer(0) },
        "multihop" => session with { IsMultihop = true },
        "weight" => session with { Weight = _weights.Read(session.Weight, statement) },
        "vrrp" => session with { Listeners = session.Listeners | BfdListeners.Vrrp },
        "checker" => session with { Listeners = session.Listeners | BfdListeners.Checkers },
        _ => session,
    };

    /// <summary>No packet can lose more than the time to live it starts with; 255 stands for any number.</summary>
    private BfdSession WithPossibleHops(BfdSession session, List<CheckedStatement> statements)
    {
        bool isIpv6 = session.Neighbour.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6;
        int most = session.TimeToLive ?? (isIpv6 ? DefaultHopLimit : DefaultTimeToLive);
        if (session.MostHops == AnyHops || session.MostHops <= most) return session;
        CheckedStatement statement = statements.Last(s => s.Name == "max_hops");
        diagnostics.Add(DiagnosticCatalog.OutOfRange, statement.SpanOf(0), $"'max_hops {session.MostHops}' exceeds the time to live of {most}", $"{most} is used");
        return session with { MostHops = most };
    }
}
