using System.Collections.Immutable;
using static FastLb.Configuration.Keywords.KeywordList;

namespace FastLb.Configuration.Keywords;

/// <summary>The keywords of <c>vrrp_instance</c> and <c>vrrp_sync_group</c> and of the blocks within.</summary>
internal static class VrrpKeywords
{
    private static readonly ImmutableArray<KeywordEntry> Instance =
        new KeywordList(BlockContext.VrrpInstance)
            .Add("state", Features.Done, Choice("STATE", ("MASTER", Features.Done), ("BACKUP", Features.Done)) with { InsteadOfFaulty = "BACKUP" })
            .Add("interface", Features.Done, Interface)
            .Add("virtual_router_id", Features.Done, Integer("VRID", 1, 255))
            .Add("priority", Features.Done, Integer("PRIORITY", 1, 255) with { InsteadOfFaulty = "100" })
            .Add("advert_int", Features.Done, Time(0.01m, 255m))
            .Add("version", Features.Done, Integer("VERSION", 2, 3))
            .AddBlock("virtual_ipaddress virtual_ipaddress_excluded", Features.Done, BlockContext.VirtualAddresses)
            .Add("no_virtual_ipaddress", Features.Done)
            .Add("promote_secondaries", Features.Done)
            .AddBlock("virtual_routes virtual_rules", Features.Done, BlockContext.Lines)
            .AddBlock("authentication", Features.Done, BlockContext.Authentication)
            .AddBlock("auth_hmac", Features.SignedAdvertisements, BlockContext.HmacAuthentication)

            // How adverts travel
            .Add("mcast_src_ip unicast_src_ip", Features.Done, Address)
            .Add("mcast_dst_ip", Features.Done, Address)
            .AddBlock("unicast_peer", Features.Done, BlockContext.Lines)
            .Add("unicast_ttl", Features.Done, Integer("TTL", 0, 255))
            .Add("check_unicast_src native_ipv6", Features.Done)
            .Add("unicast_fault_no_peer", Features.Done)
            .Add("track_src_ip", Features.Done)
            .Add("old_unicast_checksum", Features.Done, Choice("WHEN", ("never", Features.Done)) with { IsOptional = true })
            .Add("v3_checksum_as_v2", Features.Done, OptionalSwitch)
            .Add("vrf", Features.Vrf, Interface)
            .Add("use_vmac", Features.Done, OptionalRest("[NAME] [MAC] [netlink_notify_msg] [group N]"))
            .Add("use_ipvlan", Features.Ipvlan, OptionalRest("[NAME] [ADDRESS] [bridge|private|vepa]"))
            .Add("use_vmac_addr vmac_xmit_base", Features.Done)

            // Elections
            .Add("nopreempt preempt", Features.Done)
            .Add("preempt_delay", Features.Done, Time(0, 1000))
            .Add("lower_prio_no_advert higher_prio_send_advert skip_check_adv_addr", Features.Done, OptionalSwitch)
            .Add("down_timer_adverts", Features.Done, Integer("N", 1, 100))
            .Add("owner_ignore_adverts", Features.Done, OptionalSwitch)
            .Add("timer_expired_backup", Features.Done, Integer("PRIORITY", 1, 254) with { IsOptional = true })
            .AddDeprecated("thread_timer_expired", "timer_expired_backup", Features.Done, Integer("PRIORITY", 1, 254) with { IsOptional = true })
            .Add("strict_mode", Features.Done, OptionalSwitch)
            .Add("accept", Features.Done)
            .Add("no_accept", Features.Done)

            // Gratuitous ARP
            .Add("garp_master_delay garp_master_refresh garp_lower_prio_delay", Features.Done, Integer("SECONDS", 0, 4294))
            .Add("garp_master_repeat garp_master_refresh_repeat", Features.Done, Count("N"))
            .Add("garp_lower_prio_repeat", Features.Done, Integer("N", 0, int.MaxValue))
            .Add("garp_extra_if", Features.Done, Rest("[all] SECONDS"))
            .AddDeprecated("vmac_garp_intvl", "garp_extra_if", Features.Done, Rest("[all] SECONDS"))

            // Tracking
            .AddBlock("track_interface track_script track_file track_process track_bfd", Features.Done, BlockContext.Lines)
            .Add("dont_track_primary", Features.Done)
            .AddDeprecated("linkbeat_use_polling", "linkbeat_interfaces", Features.Done)

            // Notification
            .Add("notify notify_master notify_backup notify_fault notify_stop notify_deleted notify_master_rx_lower_pri", Features.Done, Rest("COMMAND"))
            .Add("notify_priority_changes", Features.Done, OptionalSwitch)
            .Add("smtp_alert", Features.Done, OptionalSwitch)

            .Add("debug", Features.Obsolete, Integer("LEVEL", 0, 4))
            .Add("kernel_rx_buf_size", Features.Done, Integer("BYTES", 0, int.MaxValue))
            .AddDeprecated("lvs_sync_daemon_interface", "lvs_sync_daemon", Features.ConnectionSync, Interface)
            .Entries;

    private static readonly ImmutableArray<KeywordEntry> Authentication =
        new KeywordList(BlockContext.Authentication)
            .Add("auth_type", Features.Done, Choice("TYPE", ("PASS", Features.Done), ("AH", Features.Done)))
            .Add("auth_pass", Features.Done, Text("PASSWORD"))
            .Entries;

    private static readonly ImmutableArray<KeywordEntry> HmacAuthentication =
        new KeywordList(BlockContext.HmacAuthentication)
            .Add("key", Features.SignedAdvertisements, Rest("ID KEY"))
            .Add("active_key", Features.SignedAdvertisements, Integer("ID", 0, 255))
            .Add("anti_replay", Features.SignedAdvertisements, Choice("MEANS", ("time", Features.Done), ("monotonic", Features.Done)))
            .Add("time_window", Features.SignedAdvertisements, Integer("SECONDS", 1, 300))
            .Add("mode", Features.SignedAdvertisements, Choice("MODE", ("enforce", Features.Done), ("permissive", Features.Done), ("receive-only", Features.Done)))
            .Entries;

    private static readonly ImmutableArray<KeywordEntry> SyncGroup =
        new KeywordList(BlockContext.VrrpSyncGroup)
            .AddBlock("group", Features.Done, BlockContext.Lines)
            .AddBlock("track_interface track_script track_file track_process track_bfd", Features.Done, BlockContext.Lines)
            .Add("notify notify_master notify_backup notify_fault notify_stop notify_deleted", Features.Done, Rest("COMMAND"))
            .Add("notify_priority_changes", Features.Done, OptionalSwitch)
            .Add("smtp_alert", Features.Done, OptionalSwitch)
            .AddDeprecated("global_tracking", "track_script", Features.Done)
            .Add("sync_group_tracking_weight", Features.Done)
            .Entries;

    private static readonly ImmutableArray<KeywordEntry> GarpGroup =
        new KeywordList(BlockContext.GarpGroup)
            .Add("garp_interval gna_interval", Features.Done, Time(0, 2147.483647m))
            .Add("interface", Features.Done, Interface)
            .AddBlock("interfaces", Features.Done, BlockContext.Lines)
            .Entries;

    /// <summary>What may follow an address in <c>virtual_ipaddress</c>, each on the address's own line.</summary>
    private static readonly ImmutableArray<KeywordEntry> AddressOptions =
        new KeywordList(BlockContext.AddressOption)
            .Add("dev", Features.Done, Interface)
            .Add("brd broadcast", Features.Done, Text("ADDRESS|+|-"))
            .Add("scope", Features.Done, Text("SCOPE"))
            .Add("label", Features.Done, Text("LABEL"))
            .Add("no_track", Features.Done)
            .Add("track_group", Features.Done, Text("NAME"))
            .Add("peer", Features.Done, Address)
            .Add("preferred_lft", Features.Done, Text("SECONDS|forever"))
            .Add("home -nodad nodad mngtmpaddr noprefixroute autojoin", Features.Done)
            .Add("use_vmac", Features.Done)
            .Entries;

    public static ImmutableArray<KeywordEntry> Entries { get; } = [.. Instance, .. AddressOptions, .. Authentication, .. HmacAuthentication, .. SyncGroup, .. GarpGroup];
}
