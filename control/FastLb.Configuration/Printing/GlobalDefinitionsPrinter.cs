using FastLb.Configuration.Model;
using FastLb.Configuration.Scripts;
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
        PrintMail(writer, global.Mail);
        PrintVrrp(writer, global);
        if (global.DefaultInterface is { } device) writer.Line("default_interface", device);
        if (global.ScriptUser is { } user) writer.Line("script_user", Words(user));
        if (global.ScriptSecurity) writer.Line("enable_script_security");
        if (global.ScriptsHaveAllGroups) writer.Line("set_supplementary_groups");
        PrintScripts(writer, global.Scripts);
        PrintPipes(writer, global.EventPipes);
        writer.Line("checker_log_all_failures", Switch(global.LogAllCheckFailures));
        writer.Line("lvs_timeouts", DataplaneSettingsPrinter.Words(global.Timeouts));
        if (global.ConnectionSynchronisation is { } synchronisation) writer.Line("lvs_sync_daemon", Words(synchronisation));
        if (global.FlushesKernelServices) writer.Line("lvs_flush");
        if (global.FlushAtStop != KernelFlush.None) writer.Line("lvs_flush_on_stop", global.FlushAtStop == KernelFlush.VirtualServers ? ["VS"] : []);
        SettingPrinter.Print(writer, global.Settings);
        writer.Close();
    }

    private static void PrintMail(BlockWriter writer, MailSettings mail)
    {
        if (mail.Recipients.Count > 0)
        {
            writer.Open("notification_email");
            foreach (string address in mail.Recipients) writer.Line(BlockWriter.Quoted(address));
            writer.Close();
        }

        if (mail.Sender is { } sender) writer.Line("notification_email_from", sender);
        if (mail.Server is { } smtp) writer.Line("smtp_server", smtp.Host, Number(smtp.Port));
        writer.Line("smtp_connect_timeout", Seconds(mail.ConnectTimeout));
        if (mail.HeloName is { } name) writer.Line("smtp_helo_name", name);
        if (mail.Alerts is { } all) writer.Line("smtp_alert", Switch(all));
        if (mail.VrrpAlerts is { } vrrp) writer.Line("smtp_alert_vrrp", Switch(vrrp));
        if (mail.CheckerAlerts is { } checkers) writer.Line("smtp_alert_checker", Switch(checkers));
        if (!mail.TellsFaults) writer.Line("no_email_faults");
        if (!mail.TellsCheckers) writer.Line("no_checker_emails");
    }

    private static void PrintVrrp(BlockWriter writer, GlobalDefinitions global)
    {
        writer.Line("vrrp_version", Number(global.VrrpVersion));
        writer.Line("vrrp_mcast_group4", global.MulticastGroup.ToString());
        writer.Line("vrrp_mcast_group6", global.MulticastGroup6.ToString());
        if (global.StartupDelay > TimeSpan.Zero) writer.Line("vrrp_startup_delay", Seconds(global.StartupDelay));
        if (global.DelayAfterBoot > TimeSpan.Zero) writer.Line("vrrp_delay_after_boot", Seconds(global.DelayAfterBoot));
        writer.Line("vrrp_down_timer_adverts", Number(global.DownTimerAdvertisements));
        writer.Line("vrrp_lower_prio_no_advert", Switch(!global.AnswersLowerPriority));
        writer.Line("vrrp_higher_prio_send_advert", Switch(global.AdvertisesBeforeYielding));
        GratuitousArpPrinter.Print(writer, "vrrp_", global.GratuitousArp);
        GratuitousArpPrinter.PrintExtra(writer, "vrrp_garp_extra_if", global.ExtraGratuitousArp);
        if (global.GratuitousArpInterval > TimeSpan.Zero) writer.Line("vrrp_garp_interval", Seconds(global.GratuitousArpInterval));
        if (global.NeighbourAdvertisementInterval > TimeSpan.Zero) writer.Line("vrrp_gna_interval", Seconds(global.NeighbourAdvertisementInterval));
        writer.Line("vrrp_skip_check_adv_addr", Switch(global.SkipCheckAdvertisementAddresses));
        if (global.ChecksUnicastSource) writer.Line("vrrp_check_unicast_src");
        if (global.ChecksumAsVersion2) writer.Line("v3_checksum_as_v2", Switch(true));
        if (global.OwnerIgnoresAdvertisements) writer.Line("vrrp_owner_ignore_adverts", Switch(true));
        if (global.IsStrict) writer.Line("vrrp_strict");
        if (global.NotifiesPriorityChanges) writer.Line("vrrp_notify_priority_changes", Switch(true));
    }

    private static void PrintScripts(BlockWriter writer, DirectorScripts scripts)
    {
        if (scripts.Startup is { } startup) writer.QuotedLine("startup_script", CommandPrinter.Print(startup));
        if (scripts.Startup is not null || scripts.StartupTimeout != DirectorScripts.DefaultTimeout) writer.Line("startup_script_timeout", Seconds(scripts.StartupTimeout));
        if (scripts.Shutdown is { } shutdown) writer.QuotedLine("shutdown_script", CommandPrinter.Print(shutdown));
        if (scripts.Shutdown is not null || scripts.ShutdownTimeout != DirectorScripts.DefaultTimeout) writer.Line("shutdown_script_timeout", Seconds(scripts.ShutdownTimeout));
    }

    private static void PrintPipes(BlockWriter writer, EventPipes pipes)
    {
        Print("notify_fifo", pipes.All);
        Print("vrrp_notify_fifo", pipes.Vrrp);
        Print("lvs_notify_fifo", pipes.Servers);
        if (pipes.RepeatsStatesAtReload) writer.Line("fifo_write_vrrp_states_on_reload");
        if (pipes.TellsInitialServers) writer.Line("rs_init_notifies");

        void Print(string keyword, EventPipe pipe)
        {
            if (pipe.Path is { } path) writer.Line(keyword, pipe.Owner is { } owner ? [path, .. Words(owner)] : [path]);
            if (pipe.Reader is { } reader) writer.QuotedLine($"{keyword}_script", CommandPrinter.Print(reader));
        }
    }

    private static string[] Words(ScriptUser user) => user.Group is null ? [user.Name] : [user.Name, $":{user.Group}"];

    private static string[] Words(ConnectionSynchronisation synchronisation)
    {
        List<string> words = [synchronisation.Interface];
        if (synchronisation.Instance is { } instance) words.AddRange(["inst", instance]);
        if (synchronisation.Id is { } id) words.AddRange(["id", Number(id)]);
        if (synchronisation.MaximumLength is { } length) words.AddRange(["maxlen", Number(length)]);
        if (synchronisation.Port is { } port) words.AddRange(["port", Number(port)]);
        if (synchronisation.TimeToLive is { } limit) words.AddRange(["ttl", Number(limit)]);
        if (synchronisation.Group is { } group) words.AddRange(["group", group.ToString()]);
        return [.. words];
    }
}
