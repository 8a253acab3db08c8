using FastLb.Configuration.Model;
using static FastLb.Configuration.Printing.PrintedValue;

namespace FastLb.Configuration.Printing;

/// <summary>Writes <c>global_defs</c>.</summary>
internal static class GlobalDefinitionsPrinter
{
    /// <summary>The block, with nothing left to defaults.</summary>
    public static void Print(BlockWriter writer, GlobalDefinitions global)
    {
        writer.Open("global_defs");
        if (global.RouterId is { } routerId) writer.Line("router_id", routerId);
        if (global.NotificationEmails.Count > 0)
        {
            writer.Open("notification_email");
            foreach (string address in global.NotificationEmails) writer.Line(BlockWriter.Quoted(address));
            writer.Close();
        }

        if (global.NotificationEmailFrom is { } sender) writer.Line("notification_email_from", sender);
        if (global.SmtpServer is { } smtp) writer.Line("smtp_server", smtp.Host, Number(smtp.Port));
        writer.Line("smtp_connect_timeout", Seconds(global.SmtpConnectTimeout));
        writer.Line("vrrp_version", Number(global.VrrpVersion));
        writer.Line("vrrp_mcast_group4", global.MulticastGroup.ToString());
        if (global.StartupDelay > TimeSpan.Zero) writer.Line("vrrp_startup_delay", Seconds(global.StartupDelay));
        writer.Line("vrrp_down_timer_adverts", Number(global.DownTimerAdvertisements));
        writer.Line("vrrp_lower_prio_no_advert", Switch(!global.AnswersLowerPriority));
        writer.Line("vrrp_higher_prio_send_advert", Switch(global.AdvertisesBeforeYielding));
        GratuitousArpPrinter.Print(writer, "vrrp_", global.GratuitousArp);
        if (global.GratuitousArpInterval > TimeSpan.Zero) writer.Line("vrrp_garp_interval", Seconds(global.GratuitousArpInterval));
        if (global.NeighbourAdvertisementInterval > TimeSpan.Zero) writer.Line("vrrp_gna_interval", Seconds(global.NeighbourAdvertisementInterval));
        writer.Line("vrrp_skip_check_adv_addr", Switch(global.SkipCheckAdvertisementAddresses));
        if (global.ScriptUser is { } user) writer.Line("script_user", user.Group is null ? [user.Name] : [user.Name, $":{user.Group}"]);
        if (global.ScriptSecurity) writer.Line("enable_script_security");
        writer.Line("checker_log_all_failures", Switch(global.LogAllCheckFailures));
        writer.Line("lvs_timeouts", DataplaneSettingsPrinter.Words(global.Timeouts));
        writer.Close();
    }
}
