using FastLb.Configuration.Model;
using static FastLb.Configuration.Printing.PrintedValue;

namespace FastLb.Configuration.Printing;

/// <summary>Writes <c>vrrp_instance</c>.</summary>
internal static class VrrpInstancePrinter
{
    /// <summary>The block, with nothing left to defaults but what is not set at all.</summary>
    public static void Print(BlockWriter writer, VrrpInstance instance)
    {
        writer.Open("vrrp_instance", instance.Name);
        writer.Line("state", instance.InitialState == VrrpInitialState.Master ? "MASTER" : "BACKUP");
        if (instance.Interface.Length > 0) writer.Line("interface", instance.Interface);
        writer.Line("virtual_router_id", Number(instance.VirtualRouterId));
        writer.Line("priority", Number(instance.Priority));
        writer.Line("version", Number(instance.Version));
        VrrpTransportPrinter.Print(writer, instance);
        PrintElection(writer, instance);
        GratuitousArpPrinter.Print(writer, string.Empty, instance.GratuitousArp);
        GratuitousArpPrinter.PrintExtra(writer, "garp_extra_if", instance.ExtraGratuitousArp);
        VrrpAuthenticationPrinter.Print(writer, instance);
        VrrpTrackersPrinter.Print(writer, instance.Trackers);
        VrrpNotificationsPrinter.Print(writer, instance.Notifications, instance.SendsMail, instance.TellsPriorityChanges);
        if (instance.DebugLevel is { } level) writer.Line("debug", Number(level));
        if (instance.ConnectionSyncInterface is { } sync) writer.Line("lvs_sync_daemon_interface", sync);
        PrintHeld(writer, instance);
        writer.Close();
    }

    private static void PrintElection(BlockWriter writer, VrrpInstance instance)
    {
        if (!instance.TracksInterface) writer.Line("dont_track_primary");
        if (instance.PollsLink) writer.Line("linkbeat_use_polling");
        writer.Line("advert_int", Seconds(instance.AdvertisementInterval));
        if (!instance.Preempts) writer.Line("nopreempt");
        writer.Line("preempt_delay", Seconds(instance.PreemptDelay));
        writer.Line("down_timer_adverts", Number(instance.DownTimerAdvertisements));
        writer.Line("lower_prio_no_advert", Switch(!instance.AnswersLowerPriority));
        writer.Line("higher_prio_send_advert", Switch(instance.AdvertisesBeforeYielding));
        writer.Line("skip_check_adv_addr", Switch(instance.SkipCheckAdvertisementAddresses));
        if (instance.OwnerIgnoresAdvertisements is { } ignores) writer.Line("owner_ignore_adverts", Switch(ignores));
        if (instance.YieldsWhenLateTo is { } priority) writer.Line("timer_expired_backup", Number(priority));
        if (instance.IsStrict is { } strict) writer.Line("strict_mode", Switch(strict));
        if (instance.Accepts is { } accepts) writer.Line(accepts ? "accept" : "no_accept");
    }

    private static void PrintHeld(BlockWriter writer, VrrpInstance instance)
    {
        if (instance.NeedsNoAddress) writer.Line("no_virtual_ipaddress");
        if (instance.PromotesSecondaries) writer.Line("promote_secondaries");
        PrintAddresses(writer, "virtual_ipaddress", instance, isAdvertised: true);
        PrintAddresses(writer, "virtual_ipaddress_excluded", instance, isAdvertised: false);
        RoutingPrinter.Print(writer, "virtual_routes", instance.Routes);
        RoutingPrinter.Print(writer, "virtual_rules", instance.Rules);
    }

    private static void PrintAddresses(BlockWriter writer, string keyword, VrrpInstance instance, bool isAdvertised)
    {
        if (!instance.VirtualAddresses.Any(a => a.IsAdvertised == isAdvertised)) return;
        writer.Open(keyword);
        foreach (VirtualAddress address in instance.VirtualAddresses)
        {
            if (address.IsAdvertised == isAdvertised) AddressPrinter.Print(writer, address);
        }

        writer.Close();
    }
}
