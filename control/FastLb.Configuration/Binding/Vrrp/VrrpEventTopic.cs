using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Model;

namespace FastLb.Configuration.Binding.Vrrp;

/// <summary>Who is told of an instance: neighbours by gratuitous messages, and the operator by scripts, mail and events.</summary>
internal sealed class VrrpEventTopic(DiagnosticBag diagnostics, GlobalDefinitions global) : IVrrpInstanceTopic
{
    private readonly VrrpNotificationsBinder _scripts = new(diagnostics);
    private readonly ExtraGratuitousArpReader _extraReader = new(diagnostics);
    private GratuitousArpTiming _arp = global.GratuitousArp;
    private VrrpNotifications _notifications = VrrpNotifications.None;
    private ExtraGratuitousArp? _extra = global.ExtraGratuitousArp;
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
                _extra = _extraReader.Read(statement) ?? _extra;
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
}
