using FastLb.Configuration.Model;
using static FastLb.Configuration.Printing.PrintedValue;

namespace FastLb.Configuration.Printing;

/// <summary>Writes the groups of instances and of interfaces, and what is said of the links of interfaces.</summary>
internal static class VrrpGroupsPrinter
{
    /// <summary>The sync groups, which may name instances below them.</summary>
    public static void PrintSyncGroups(BlockWriter writer, DirectorConfiguration configuration)
    {
        foreach (VrrpSyncGroup group in configuration.SyncGroups)
        {
            writer.Open("vrrp_sync_group", group.Name);
            PrintNames(writer, "group", group.Instances);
            VrrpTrackersPrinter.Print(writer, group.Trackers);
            VrrpNotificationsPrinter.Print(writer, group.Notifications, group.SendsMail, group.TellsPriorityChanges);
            if (group.SharesTrackers) writer.Line("global_tracking");
            if (group.KeepsWeights) writer.Line("sync_group_tracking_weight");
            writer.Close();
        }
    }

    /// <summary>The track groups, which stand above the static addresses, routes and rules that name them.</summary>
    public static void PrintTrackGroups(BlockWriter writer, DirectorConfiguration configuration)
    {
        foreach (TrackGroup group in configuration.TrackGroups)
        {
            writer.Open("track_group", group.Name);
            PrintNames(writer, "group", group.Instances);
            writer.Close();
        }
    }

    /// <summary>What is said of interfaces.</summary>
    public static void PrintInterfaces(BlockWriter writer, DirectorConfiguration configuration)
    {
        if (configuration.PollsLinks) writer.Line("linkbeat_use_polling");
        if (configuration.LinkbeatInterfaces.Count > 0)
        {
            writer.Open("linkbeat_interfaces");
            foreach (LinkbeatInterface polled in configuration.LinkbeatInterfaces) writer.Line(BlockWriter.Quoted(polled.Name), Words(polled.Method));
            writer.Close();
        }

        if (configuration.InterfaceDelays.Count > 0)
        {
            writer.Open("interface_up_down_delays");
            foreach (InterfaceDelay delay in configuration.InterfaceDelays) writer.Line(BlockWriter.Quoted(delay.Interface), Seconds(delay.Down), Seconds(delay.Up));
            writer.Close();
        }

        foreach (GratuitousArpGroup group in configuration.GratuitousArpGroups)
        {
            writer.Open("garp_group");
            if (group.ArpInterval is { } arp) writer.Line("garp_interval", Seconds(arp));
            if (group.NeighbourAdvertisementInterval is { } advertisement) writer.Line("gna_interval", Seconds(advertisement));
            PrintNames(writer, "interfaces", group.Interfaces);
            writer.Close();
        }
    }

    private static void PrintNames(BlockWriter writer, string keyword, ValueList<string> names)
    {
        writer.Open(keyword);
        foreach (string name in names) writer.Line(BlockWriter.Quoted(name));
        writer.Close();
    }

    private static string[] Words(LinkbeatMethod method) => method switch
    {
        LinkbeatMethod.Mii => ["MII"],
        LinkbeatMethod.Ethtool => ["ETHTOOL"],
        LinkbeatMethod.Ioctl => ["IOCTL"],
        _ => [],
    };
}
