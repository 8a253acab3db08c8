using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Keywords;
using FastLb.Configuration.Model;

namespace FastLb.Configuration.Binding;

/// <summary>Who is told of an instance: neighbours by gratuitous messages, and the operator by scripts, mail and events.</summary>
internal sealed class VrrpEventTopic(DiagnosticBag diagnostics, GlobalDefinitions global) : IVrrpInstanceTopic
{
    private const string AllWord = "all";

    private static readonly IntegerArgument ExtraPeriod = new("SECONDS", 0, 86_400);

    private readonly VrrpNotificationsBinder _scripts = new(diagnostics);
    private GratuitousArpTiming _arp = global.GratuitousArp;
    private VrrpNotifications _notifications = VrrpNotifications.None;
    private ExtraGratuitousArp? _extra;
    private bool? _sendsMail, _tellsPriorities;
    private int? _debugLevel;
    private string? _syncInterface;

    /// <inheritdoc/>
    public bool Apply(CheckedStatement statement)
    {
        switch (statement.Name)
        {
            case "smtp_alert":
                _sendsMail = statement.Switch(0);
                return true;
            case "notify_priority_changes":
                _tellsPriorities = statement.Switch(0);
                return true;
            case "garp_extra_if" or "vmac_garp_intvl":
                _extra = ReadExtra(statement) ?? _extra;
                return true;
            case "debug":
                _debugLevel = (int)statement.Integer(0);
                return true;
            case "lvs_sync_daemon_interface":
                _syncInterface = statement.Text(0);
                return true;
            default:
                _arp = GratuitousArpBinder.Apply(_arp, statement);
                _notifications = _scripts.Apply(_notifications, statement);
                return statement.Name.StartsWith("garp_", StringComparison.Ordinal) || statement.Name.StartsWith("notify", StringComparison.Ordinal);
        }
    }

    /// <inheritdoc/>
    public VrrpInstance Resolve(VrrpInstance instance) => instance with
    {
        GratuitousArp = _arp,
        ExtraGratuitousArp = _extra,
        Notifications = _notifications,
        SendsMail = _sendsMail,
        TellsPriorityChanges = _tellsPriorities,
        DebugLevel = _debugLevel,
        ConnectionSyncInterface = _syncInterface,
    };

    /// <summary>Reads <c>[all] SECONDS</c>.</summary>
    private ExtraGratuitousArp? ReadExtra(CheckedStatement statement)
    {
        bool isAll = statement.Text(0) == AllWord;
        int word = isAll ? 1 : 0;
        if (!statement.Has(word))
        {
            diagnostics.Add(DiagnosticCatalog.InvalidValue, statement.Syntax.Span, $"'{statement.Name}' lacks its time", $"expected {ExtraPeriod.Expected}; the line is ignored");
            return null;
        }

        string text = statement.Text(word);
        if (ExtraPeriod.Check(text) is var fault and not ArgumentFault.None)
        {
            string meant = NearestKeyword.Find(text, [AllWord]) is { } nearest && !isAll ? $"did you mean '{nearest}'? " : string.Empty;
            diagnostics.Add(
                fault == ArgumentFault.OutOfRange ? DiagnosticCatalog.OutOfRange : DiagnosticCatalog.InvalidValue, statement.SpanOf(word), $"'{text}' is no time for '{statement.Name}'",
                $"{meant}expected {ExtraPeriod.Expected}; the line is ignored");
            return null;
        }

        if (statement.Has(word + 1))
        {
            diagnostics.Add(DiagnosticCatalog.SurplusParameter, statement.SpanOf(word + 1).To(statement.Syntax.Words[^1].Span), $"'{statement.Name}' takes a time; the rest of the line is ignored");
        }

        return new ExtraGratuitousArp(statement.Seconds(word), isAll);
    }
}
