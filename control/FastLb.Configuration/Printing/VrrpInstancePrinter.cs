using FastLb.Configuration.Model;
using FastLb.Configuration.Scripts;
using static FastLb.Configuration.Printing.PrintedValue;

namespace FastLb.Configuration.Printing;

/// <summary>Writes <c>vrrp_instance</c>.</summary>
internal static class VrrpInstancePrinter
{
    /// <summary>The block, with nothing left to defaults.</summary>
    public static void Print(BlockWriter writer, VrrpInstance instance)
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
        GratuitousArpPrinter.Print(writer, string.Empty, instance.GratuitousArp);
        if (instance.Authentication is { } authentication)
        {
            writer.Open("authentication");
            writer.Line("auth_type", authentication.Type == VrrpAuthenticationType.AuthenticationHeader ? "AH" : "PASS");
            writer.SecretLine("auth_pass", authentication.Password.Reveal());
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
}
