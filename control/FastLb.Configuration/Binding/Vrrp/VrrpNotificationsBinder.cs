using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Model;

namespace FastLb.Configuration.Binding.Vrrp;

/// <summary>Binds the notify scripts of <c>vrrp_instance</c>.</summary>
internal sealed class VrrpNotificationsBinder(DiagnosticBag diagnostics)
{
    private readonly NotifyScriptReader _scripts = new(diagnostics);

    /// <summary>Applies <paramref name="statement"/> to <paramref name="soFar"/> if it is one of those; the first of each counts, as in keepalived.</summary>
    public VrrpNotifications Apply(VrrpNotifications soFar, CheckedStatement statement) => statement.Name switch
    {
        "notify_master" => soFar with { Master = First(soFar.Master, statement) },
        "notify_backup" => soFar with { Backup = First(soFar.Backup, statement) },
        "notify_fault" => soFar with { Fault = First(soFar.Fault, statement) },
        "notify_stop" => soFar with { Stop = First(soFar.Stop, statement) },
        "notify_deleted" => soFar with { Deleted = First(soFar.Deleted, statement) },
        "notify" => soFar with { Any = First(soFar.Any, statement) },
        "notify_master_rx_lower_pri" => soFar with { MasterHearsLowerPriority = First(soFar.MasterHearsLowerPriority, statement) },
        _ => soFar,
    };

    private NotifyScript? First(NotifyScript? known, CheckedStatement statement) => _scripts.ReadFirst(known, statement);
}
