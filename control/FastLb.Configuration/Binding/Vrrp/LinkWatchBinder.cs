using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Keywords;
using FastLb.Configuration.Lexing;
using FastLb.Configuration.Model;
using FastLb.Configuration.Syntax;

namespace FastLb.Configuration.Binding.Vrrp;

/// <summary>Binds what is said of the links of interfaces outside of instances: <c>linkbeat_interfaces</c> and <c>interface_up_down_delays</c>. Not thread-safe.</summary>
internal sealed class LinkWatchBinder(DiagnosticBag diagnostics)
{
    private const int LongestInterface = 15;

    private static readonly TimeArgument Delay = new("SECONDS", 0, 255);
    private static readonly string[] Methods = ["MII", "ETHTOOL", "IOCTL"];

    private readonly List<LinkbeatInterface> _polled = [];
    private readonly List<InterfaceDelay> _delays = [];
    private readonly Dictionary<string, Origin> _polledNames = new(StringComparer.Ordinal), _delayedNames = new(StringComparer.Ordinal);

    /// <summary>The interfaces that are asked, in the order of the file.</summary>
    public IReadOnlyList<LinkbeatInterface> Polled => _polled;

    /// <summary>The delays, in the order of the file.</summary>
    public IReadOnlyList<InterfaceDelay> Delays => _delays;

    /// <summary>Binds a block of <c>linkbeat_interfaces</c>: lines of an interface and perhaps a method.</summary>
    public void AddPolled(CheckedStatement block)
    {
        foreach (StatementSyntax line in Lines(block))
        {
            var origin = new Origin(line.Keyword.Span);
            LinkbeatMethod method = LinkbeatMethod.Any;
            if (line.Words.Length > 1 && ReadMethod(line.Words[1]) is { } chosen) method = chosen;
            ReportRest(line, from: 2, block.Name);
            if (_polledNames.TryAdd(line.Keyword.Text, origin)) _polled.Add(new LinkbeatInterface(line.Keyword.Text, method) { Origin = origin });
            else ReportRepetition(line.Keyword, _polledNames[line.Keyword.Text]);
        }
    }

    /// <summary>Binds a block of <c>interface_up_down_delays</c>: lines of an interface, the delay of its going down, and perhaps that of its coming up.</summary>
    public void AddDelays(CheckedStatement block)
    {
        foreach (StatementSyntax line in Lines(block))
        {
            if (line.Words.Length == 1)
            {
                diagnostics.Add(DiagnosticCatalog.InvalidValue, line.Span, $"'{line.Keyword.Text}' has no delay", $"expected {Delay.Expected}; the line is ignored");
                continue;
            }

            if (ReadDelay(line.Words[1]) is not { } down) continue;
            TimeSpan up = down;
            if (line.Words.Length > 2)
            {
                if (ReadDelay(line.Words[2]) is not { } own) continue;
                up = own;
            }

            ReportRest(line, from: 3, block.Name);
            var origin = new Origin(line.Keyword.Span);
            if (_delayedNames.TryAdd(line.Keyword.Text, origin)) _delays.Add(new InterfaceDelay(line.Keyword.Text, down, up) { Origin = origin });
            else ReportRepetition(line.Keyword, _delayedNames[line.Keyword.Text]);
        }
    }

    /// <summary>
    /// Reports delays with which a backup would take over before this director has found out that it must yield: they must be below the master-down time without skew and the
    /// interval in which the loss falls.
    /// </summary>
    public void Check(IReadOnlyCollection<VrrpInstance> instances)
    {
        ILookup<string, VrrpInstance> users = instances.ToLookup(instance => instance.Interface, StringComparer.Ordinal);
        foreach (InterfaceDelay delay in _delays)
        {
            foreach (VrrpInstance instance in users[delay.Interface])
            {
                TimeSpan limit = (instance.DownTimerAdvertisements - 1) * instance.AdvertisementInterval;
                if (delay.Down < limit) continue;
                diagnostics.Add(
                    DiagnosticCatalog.DelayTooLong, delay.Origin.Span, $"a backup of '{instance.Name}' takes over before '{delay.Interface}' counts as down",
                    $"expected less than {Printing.PrintedValue.Seconds(limit)} seconds, by its advert_int and down_timer_adverts", instance.Origin.Span);
                break;
            }
        }
    }

    private IEnumerable<StatementSyntax> Lines(CheckedStatement block)
    {
        foreach (StatementSyntax line in block.Block.Statements)
        {
            if (line.IsUnreadable) continue;
            if (line.Keyword.Text.Length is > 0 and <= LongestInterface) yield return line;
            else diagnostics.Add(DiagnosticCatalog.InvalidValue, line.Keyword.Span, $"'{line.Keyword.Text}' is no interface's name", $"expected at most {LongestInterface} characters; the line is ignored");
        }
    }

    private LinkbeatMethod? ReadMethod(Token word)
    {
        switch (word.Text)
        {
            case "MII": return LinkbeatMethod.Mii;
            case "ETHTOOL": return LinkbeatMethod.Ethtool;
            case "IOCTL": return LinkbeatMethod.Ioctl;
            default:
                string meant = NearestKeyword.Find(word.Text, Methods) is { } nearest ? $"did you mean '{nearest}'? " : string.Empty;
                diagnostics.Add(DiagnosticCatalog.UnknownLineOption, word.Span, $"'linkbeat_interfaces' knows no '{word.Text}'", $"{meant}expected MII, ETHTOOL or IOCTL; the word is ignored");
                return null;
        }
    }

    private TimeSpan? ReadDelay(Token word)
    {
        ArgumentFault fault = Delay.Check(word.Text);
        if (fault is ArgumentFault.None or ArgumentFault.TooPrecise && TimeArgument.TryParse(word.Text, out decimal seconds, out bool rounded))
        {
            if (rounded) diagnostics.Add(DiagnosticCatalog.RoundedValue, word.Span, $"'{word.Text}' has more decimals than a microsecond", "it is rounded");
            return new TimeSpan((long)(seconds * TimeSpan.TicksPerSecond));
        }

        diagnostics.Add(
            fault == ArgumentFault.OutOfRange ? DiagnosticCatalog.OutOfRange : DiagnosticCatalog.InvalidValue, word.Span,
            fault == ArgumentFault.OutOfRange ? $"the delay '{word.Text}' is out of range" : $"'{word.Text}' is no delay", $"expected {Delay.Expected}; the line is ignored");
        return null;
    }

    private void ReportRest(StatementSyntax line, int from, string list)
    {
        if (line.Words.Length <= from) return;
        diagnostics.Add(DiagnosticCatalog.SurplusParameter, line.Words[from].Span.To(line.Words[^1].Span), $"a line of '{list}' ends here; the rest is ignored", "begin a new line for each interface");
    }

    private void ReportRepetition(Token name, Origin first) => diagnostics.Add(
        DiagnosticCatalog.DuplicateLine, name.Span, $"'{name.Text}' is listed before, on {first.Span.LineSeenFrom(name.Span)}", "the second is left out", first.Span);
}
