using System.Globalization;
using FastLb.Configuration.Model;
using FastLb.Configuration.Scripts;

namespace FastLb.Configuration.Printing;

/// <summary>What becomes of passwords in print.</summary>
public enum SecretPrinting
{
    /// <summary>They are replaced by a placeholder; the print shows the configuration but does not replace it.</summary>
    Cover,

    /// <summary>They are written out, so that the print parses to the same model.</summary>
    Reveal,
}

/// <summary>
/// Writes a model as a configuration with nothing left to defaults. With <see cref="SecretPrinting.Reveal"/> the result parses to an equal
/// model.
/// </summary>
public static class ConfigurationPrinter
{
    /// <summary>The whole configuration; lines end in a line feed.</summary>
    public static string Print(DirectorConfiguration configuration, SecretPrinting secrets = SecretPrinting.Cover)
    {
        var writer = new BlockWriter();
        PrintGlobal(writer, configuration.Global);
        DataplaneSettingsPrinter.Print(writer, configuration.Dataplane, configuration.VirtualServers);
        foreach (VrrpInstance instance in configuration.VrrpInstances) PrintInstance(writer, instance, secrets);
        ServerGroupPrinter.Print(writer, configuration.VirtualServers);
        foreach (VirtualServer server in configuration.VirtualServers) PrintServer(writer, server);
        return writer.ToString();
    }

    private static void PrintGlobal(BlockWriter writer, GlobalDefinitions global)
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
        PrintGratuitousArp(writer, "vrrp_", global.GratuitousArp);
        if (global.GratuitousArpInterval > TimeSpan.Zero) writer.Line("vrrp_garp_interval", Seconds(global.GratuitousArpInterval));
        if (global.NeighbourAdvertisementInterval > TimeSpan.Zero) writer.Line("vrrp_gna_interval", Seconds(global.NeighbourAdvertisementInterval));
        writer.Line("vrrp_skip_check_adv_addr", Switch(global.SkipCheckAdvertisementAddresses));
        if (global.ScriptUser is { } user) writer.Line("script_user", user.Group is null ? [user.Name] : [user.Name, $":{user.Group}"]);
        if (global.ScriptSecurity) writer.Line("enable_script_security");
        writer.Line("checker_log_all_failures", Switch(global.LogAllCheckFailures));
        writer.Line("lvs_timeouts", DataplaneSettingsPrinter.Words(global.Timeouts));
        writer.Close();
    }

    private static void PrintGratuitousArp(BlockWriter writer, string prefix, GratuitousArpTiming timing)
    {
        writer.Line($"{prefix}garp_master_delay", Seconds(timing.MasterDelay));
        writer.Line($"{prefix}garp_master_repeat", Number(timing.MasterRepeat));
        writer.Line($"{prefix}garp_master_refresh", Seconds(timing.MasterRefresh));
        writer.Line($"{prefix}garp_master_refresh_repeat", Number(timing.MasterRefreshRepeat));
        if (timing.LowerPriorityDelay is { } delay) writer.Line($"{prefix}garp_lower_prio_delay", Seconds(delay));
        if (timing.LowerPriorityRepeat is { } repeat) writer.Line($"{prefix}garp_lower_prio_repeat", Number(repeat));
    }

    private static void PrintInstance(BlockWriter writer, VrrpInstance instance, SecretPrinting secrets)
    {
        writer.Open("vrrp_instance", instance.Name);
        writer.Line("state", instance.InitialState == VrrpInitialState.Master ? "MASTER" : "BACKUP");
        writer.Line("interface", instance.Interface);
        writer.Line("virtual_router_id", Number(instance.VirtualRouterId));
        writer.Line("priority", Number(instance.Priority));
        writer.Line("version", Number(instance.Version));
        if (instance.SourceAddress is { } source) writer.Line("mcast_src_ip", source.ToString());
        if (!instance.TracksInterface) writer.Line("dont_track_primary");
        writer.Line("advert_int", Seconds(instance.AdvertisementInterval));
        if (!instance.Preempts) writer.Line("nopreempt");
        writer.Line("preempt_delay", Seconds(instance.PreemptDelay));
        writer.Line("down_timer_adverts", Number(instance.DownTimerAdvertisements));
        writer.Line("lower_prio_no_advert", Switch(!instance.AnswersLowerPriority));
        writer.Line("higher_prio_send_advert", Switch(instance.AdvertisesBeforeYielding));
        writer.Line("skip_check_adv_addr", Switch(instance.SkipCheckAdvertisementAddresses));
        PrintGratuitousArp(writer, string.Empty, instance.GratuitousArp);
        if (instance.Authentication is { } authentication)
        {
            writer.Open("authentication");
            writer.Line("auth_type", authentication.Type == VrrpAuthenticationType.AuthenticationHeader ? "AH" : "PASS");
            writer.Line("auth_pass", secrets == SecretPrinting.Reveal ? authentication.Password.Reveal() : authentication.Password.ToString());
            writer.Close();
        }

        PrintNotifications(writer, instance.Notifications);
        PrintAddresses(writer, "virtual_ipaddress", instance, isAdvertised: true);
        PrintAddresses(writer, "virtual_ipaddress_excluded", instance, isAdvertised: false);
        writer.Close();
    }

    private static void PrintNotifications(BlockWriter writer, VrrpNotifications notifications)
    {
        Print("notify_master", notifications.Master);
        Print("notify_backup", notifications.Backup);
        Print("notify_fault", notifications.Fault);
        Print("notify_stop", notifications.Stop);
        Print("notify_deleted", notifications.Deleted);
        Print("notify", notifications.Any);
        Print("notify_master_rx_lower_pri", notifications.MasterHearsLowerPriority);

        void Print(string keyword, NotifyScript? script)
        {
            if (script is not null) writer.QuotedLine(keyword, CommandPrinter.Print(script));
        }
    }

    private static void PrintAddresses(BlockWriter writer, string keyword, VrrpInstance instance, bool isAdvertised)
    {
        if (!instance.VirtualAddresses.Any(a => a.IsAdvertised == isAdvertised)) return;
        writer.Open(keyword);
        foreach (VirtualAddress address in instance.VirtualAddresses)
        {
            if (address.IsAdvertised != isAdvertised) continue;
            List<string> words = ["dev", address.Device];
            if (address.Broadcast is { } broadcast) words.AddRange(["brd", broadcast.ToString()]);
            words.AddRange(["scope", Number(address.Scope)]);
            if (address.Label is { } label) words.AddRange(["label", label]);
            if (!address.TracksDevice) words.Add("no_track");
            writer.Line($"{address.Address}/{address.PrefixLength}", [.. words]);
        }

        writer.Close();
    }

    private static void PrintServer(BlockWriter writer, VirtualServer server)
    {
        writer.Open("virtual_server", ServerGroupPrinter.NameOf(server));
        writer.Line("lb_algo", KeywordNames.Of(server.Scheduler));
        if (server.HashesPort) writer.Line("flag-2");
        if (server.FallsBack) writer.Line("flag-1");
        if (server.IsOnePacket) writer.Line("ops");
        writer.Line("lb_kind", KeywordNames.Of(server.Method));
        if (server.Protocol != TransportProtocol.Any) writer.Line("protocol", KeywordNames.Of(server.Protocol));
        if (server.PersistenceTimeout is { } persistence)
        {
            writer.Line("persistence_timeout", Seconds(persistence));
            writer.Line("persistence_granularity", server.PersistenceMask.ToString());
        }

        if (server.Omega) writer.Line("omega");
        writer.Line("quorum", Number(server.Quorum));
        writer.Line("hysteresis", Number(server.Hysteresis));
        if (server.SorryServer is { } sorry)
        {
            writer.Line("sorry_server", sorry.Address.ToString(), Number(sorry.Port));
            writer.Line("sorry_server_lvs_method", KeywordNames.Of(sorry.Method));
            if (sorry.InhibitOnQuorum) writer.Line("sorry_server_inhibit");
        }

        foreach (RealServer real in server.RealServers) PrintRealServer(writer, real);
        writer.Close();
    }

    private static void PrintRealServer(BlockWriter writer, RealServer server)
    {
        writer.Open("real_server", server.Address.ToString(), Number(server.Port));
        writer.Line("weight", Number(server.Weight));
        writer.Line("lvs_method", KeywordNames.Of(server.Method));
        if (server.UpperThreshold != 0) writer.Line("uthreshold", Number(server.UpperThreshold));
        if (server.LowerThreshold != 0) writer.Line("lthreshold", Number(server.LowerThreshold));
        writer.Line("inhibit_on_failure", Switch(server.InhibitOnFailure));
        foreach (HealthCheck check in server.Checks)
        {
            if (check is TcpCheck tcp) PrintTcpCheck(writer, tcp);
        }

        writer.Close();
    }

    private static void PrintTcpCheck(BlockWriter writer, TcpCheck check)
    {
        writer.Open("TCP_CHECK");
        writer.Line("connect_ip", check.Address.ToString());
        if (check.Port != 0) writer.Line("connect_port", Number(check.Port));
        if (check.SourceAddress is { } source) writer.Line("bindto", source.ToString());
        if (check.SourceInterface is { } device) writer.Line("bind_if", device);
        if (check.SourcePort is { } port) writer.Line("bind_port", Number(port));
        writer.Line("fwmark", Number(check.FirewallMark));
        writer.Line("connect_timeout", Seconds(check.Timing.ConnectTimeout));
        writer.Line("retry", Number(check.Timing.Retries));
        writer.Line("delay_before_retry", Seconds(check.Timing.DelayBeforeRetry));
        writer.Line("delay_loop", Seconds(check.Timing.Period));
        writer.Line("warmup", Seconds(check.Timing.Warmup));
        writer.Line("alpha", Switch(check.Alpha));
        writer.Line("log_all_failures", Switch(check.LogAllFailures));
        writer.Close();
    }

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Switch(bool value) => value ? "on" : "off";

    private static string Seconds(TimeSpan duration) => ((decimal)duration.Ticks / TimeSpan.TicksPerSecond).ToString("0.######", CultureInfo.InvariantCulture);
}
