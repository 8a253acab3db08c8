using System.Collections.Immutable;
using FastLb.Configuration.Preprocessing;
using static FastLb.Configuration.Keywords.KeywordList;

namespace FastLb.Configuration.Keywords;

/// <summary>The keywords of <c>global_defs</c>.</summary>
internal static class GlobalKeywords
{
    /// <summary>With a sign before each or alone, and without.</summary>
    private static readonly (string Word, Feature Feature)[] IncludeChecks =
        [.. new[] { string.Empty, "+", "-" }.SelectMany(sign => ReadingDirective.Checks.Select(check => $"{sign}{check}").Prepend(sign)).Where(word => word.Length > 0).Select(word => (word, Features.Done))];

    public static ImmutableArray<KeywordEntry> Entries { get; } =
        new KeywordList(BlockContext.GlobalDefinitions)
            .AddLenient("router_id", Features.Done, Rest("NAME"))

            // Mail
            .AddBlock("notification_email", Features.Done, BlockContext.Lines)
            .AddLenient("notification_email_from", Features.Done, Text("ADDRESS"))
            .Add("smtp_server", Features.Done, Text("HOST"), Port with { IsOptional = true })
            .Add("smtp_connect_timeout", Features.Done, Integer("SECONDS", 1, 4294) with { InsteadOfTooSmall = "1" })
            .AddLenient("smtp_helo_name", Features.Done, Text("NAME"))
            .Add("smtp_alert_vrrp", Features.Done, OptionalSwitch)
            .Add("smtp_alert smtp_alert_checker", Features.Done, OptionalSwitch)
            .Add("no_email_faults", Features.Done)
            .Add("no_checker_emails", Features.Done)

            // VRRP
            .Add("vrrp_mcast_group4", Features.Done, Address)
            .Add("vrrp_mcast_group6", Features.Done, Address)
            .Add("vrrp_garp_master_delay vrrp_garp_master_refresh vrrp_garp_lower_prio_delay", Features.Done, Integer("SECONDS", 0, 4294))
            .Add("vrrp_garp_master_repeat vrrp_garp_master_refresh_repeat", Features.Done, Count("N"))
            .Add("vrrp_garp_lower_prio_repeat", Features.Done, Integer("N", 0, int.MaxValue))
            .Add("vrrp_garp_interval", Features.Done, PositiveTime())
            .Add("vrrp_gna_interval", Features.Done, PositiveTime())
            .Add("vrrp_min_garp vrrp_lower_prio_no_advert vrrp_higher_prio_send_advert vrrp_skip_check_adv_addr", Features.Done, OptionalSwitch)
            .Add("vrrp_check_unicast_src v3_checksum_as_v2", Features.Done, OptionalSwitch)
            .Add("vrrp_owner_ignore_adverts", Features.Done, OptionalSwitch)
            .Add("vrrp_notify_priority_changes", Features.Done, OptionalSwitch)
            .Add("vrrp_garp_extra_if vrrp_vmac_garp_intvl", Features.Done, Rest("[all] SECONDS"))
            .Add("vrrp_down_timer_adverts", Features.Done, Integer("N", 1, 100))
            .Add("vrrp_version", Features.Done, Integer("VERSION", 2, 3))
            .Add("vrrp_startup_delay", Features.Done, Time(0.001m))
            .Add("vrrp_delay_after_boot", Features.Done, Time())
            .Add("disable_local_igmp", Features.KernelSettings)
            .Add("vrrp_strict", Features.Done)
            .Add("dynamic_interfaces", Features.DynamicInterfaces, Choice("CHANGES", ("allow_if_changes", Features.DynamicInterfaces)) with { IsOptional = true })
            .Add("default_interface", Features.Done, Interface)

            // Forwarding
            .Add("lvs_sync_daemon", Features.ConnectionSync, Rest("INTERFACE [OPTION VALUE]…"))
            .Add("lvs_timeouts", Features.Done, Rest("[tcp SECONDS] [tcpfin SECONDS] [udp SECONDS]"))
            .Add("lvs_flush", Features.KernelIpvs)
            .Add("lvs_flush_on_stop lvs_flush_onstop", Features.KernelIpvs, Choice("SERVICES", ("VS", Features.KernelIpvs)) with { IsOptional = true })
            .Add("checker_log_all_failures", Features.Done, OptionalSwitch)

            // Firewall rules of VRRP and of server groups, both refused where they are used
            .Add("vrrp_iptables vrrp_ipsets nftables nftables_ipvs", Features.Firewall, OptionalRest("NAME"))
            .Add("nftables_priority nftables_ipvs_priority", Features.Firewall, Integer("PRIORITY", int.MinValue, int.MaxValue))
            .Add("nftables_ipvs_start_fwmark", Features.Firewall, Integer("MARK", 1, uint.MaxValue))
            .Add("nftables_counters nftables_ifindex", Features.Firewall)

            // Scripts and events
            .Add("script_user", Features.Done, Text("USER"), Text("GROUP") with { IsOptional = true })
            .Add("enable_script_security", Features.Done)
            .Add("startup_script shutdown_script", Features.Done, Rest("COMMAND"))
            .Add("startup_script_timeout shutdown_script_timeout", Features.Done, Integer("SECONDS", 1, 1000))
            .Add("set_supplementary_groups", Features.Done)
            .Add("use_symlink_paths", Features.Done, OptionalSwitch)
            .Add("vrrp_notify_fifo", Features.Done, Rest("PATH [USER [GROUP]]"))
            .Add("notify_fifo lvs_notify_fifo", Features.Done, Rest("PATH [USER [GROUP]]"))
            .Add("vrrp_notify_fifo_script", Features.Done, Rest("COMMAND"))
            .Add("notify_fifo_script lvs_notify_fifo_script", Features.Done, Rest("COMMAND"))
            .Add("fifo_write_vrrp_states_on_reload", Features.Done)
            .Add("rs_init_notifies", Features.Done)

            // Processes
            .Add("max_auto_priority", Features.ProcessTuning, Integer("PRIORITY", -1, 99) with { IsOptional = true })
            .Add("min_auto_priority_delay", Features.ProcessTuning, Integer("MICROSECONDS", 1, 10_000_000))
            .Add("vrrp_priority checker_priority bfd_priority", Features.ProcessTuning, Integer("NICE", -20, 19))
            .Add("vrrp_rt_priority checker_rt_priority bfd_rt_priority", Features.ProcessTuning, Integer("PRIORITY", 1, 99))
            .Add("vrrp_rlimit_rttime checker_rlimit_rttime bfd_rlimit_rttime", Features.ProcessTuning, Integer("MICROSECONDS", 2, int.MaxValue))
            .Add("vrrp_rlimit_rtime checker_rlimit_rtime bfd_rlimit_rtime", Features.ProcessTuning, Integer("MICROSECONDS", 2, int.MaxValue))
            .Add("vrrp_no_swap checker_no_swap bfd_no_swap process_names", Features.ProcessTuning)
            .Add("vrrp_cpu_affinity checker_cpu_affinity bfd_cpu_affinity", Features.ProcessTuning, Each(Integer("CPU", 0, 4095)))
            .Add("process_name vrrp_process_name checker_process_name lvs_process_name bfd_process_name", Features.ProcessTuning, Text("NAME"))
            .Add("vrrp_rx_bufs_policy", Features.ProcessTuning, Text("MTU|ADVERT|BYTES"))
            .Add("vrrp_rx_bufs_multiplier", Features.ProcessTuning, Integer("N", 1, int.MaxValue))
            .Add("vrrp_netlink_cmd_rcv_bufs vrrp_netlink_monitor_rcv_bufs lvs_netlink_cmd_rcv_bufs", Features.ProcessTuning, Integer("BYTES", 0, int.MaxValue))
            .Add("lvs_netlink_monitor_rcv_bufs process_monitor_rcv_bufs", Features.ProcessTuning, Integer("BYTES", 0, int.MaxValue))
            .Add("vrrp_netlink_cmd_rcv_bufs_force vrrp_netlink_monitor_rcv_bufs_force lvs_netlink_cmd_rcv_bufs_force", Features.ProcessTuning, OptionalSwitch)
            .Add("lvs_netlink_monitor_rcv_bufs_force process_monitor_rcv_bufs_force", Features.ProcessTuning, OptionalSwitch)

            // Management
            .Add("snmp_socket", Features.Management, Text("ADDRESS"))
            .Add("enable_snmp_keepalived enable_snmp_vrrp enable_snmp_checker enable_snmp_rfc enable_snmp_rfcv2 enable_snmp_rfcv3", Features.Management)
            .Add("enable_traps", Features.Management)
            .Add("snmp_vs_stats_update_interval snmp_rs_stats_update_interval", Features.Management, Time())
            .Add("enable_dbus", Features.Management)
            .Add("dbus_service_name", Features.Management, Text("NAME"))
            .Add("dbus_no_interface_name", Features.Management)

            // Reload and housekeeping
            .Add("reload_check_config reload_file", Features.Reloading, OptionalRest("PATH"))
            .Add("reload_time_file", Features.Reloading, Text("PATH"))
            .Add("reload_repeat", Features.Reloading)
            .Add("include_check", Features.Done, Each(Choice("[+|-]CHECK", IncludeChecks)) with { IsOptional = true })
            .Add("config_save_dir tmp_config_directory iproute_usr_dir iproute_etc_dir", Features.Housekeeping, Text("PATH"))
            .Add("state_dump_file stats_dump_file json_dump_file", Features.Housekeeping, Text("PATH"))
            .Add("random_seed", Features.Done, Integer("SEED", 0, uint.MaxValue))
            .Add("json_version", Features.Housekeeping, Integer("VERSION", 1, 2))
            .Add("umask", Features.Housekeeping, Rest("MODE"))
            .Add("data_use_instance", Features.Housekeeping, OptionalSwitch)
            .Add("log_unknown_vrids", Features.Housekeeping)
            .Add("vmac_prefix vmac_addr_prefix", Features.Housekeeping, Text("PREFIX"))
            .Entries;
}
