using FastLb.Configuration.Model;
using FastLb.Configuration.Scripts;
using static FastLb.Configuration.Printing.PrintedValue;

namespace FastLb.Configuration.Printing;

/// <summary>Writes who is told of the states of an instance or a sync group.</summary>
internal static class VrrpNotificationsPrinter
{
    /// <summary>The lines that are set.</summary>
    public static void Print(BlockWriter writer, VrrpNotifications notifications, bool? sendsMail, bool? tellsPriorityChanges)
    {
        Print("notify_master", notifications.Master);
        Print("notify_backup", notifications.Backup);
        Print("notify_fault", notifications.Fault);
        Print("notify_stop", notifications.Stop);
        Print("notify_deleted", notifications.Deleted);
        Print("notify", notifications.Any);
        Print("notify_master_rx_lower_pri", notifications.MasterHearsLowerPriority);
        if (tellsPriorityChanges is { } tells) writer.Line("notify_priority_changes", Switch(tells));
        if (sendsMail is { } sends) writer.Line("smtp_alert", Switch(sends));

        void Print(string keyword, NotifyScript? script)
        {
            if (script is not null) writer.QuotedLine(keyword, CommandPrinter.Print(script));
        }
    }
}
