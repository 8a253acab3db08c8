using CsCheck;

namespace FastLb.Configuration.Tests;

/// <summary>Generates what stands in <c>global_defs</c> and outside all blocks, sound or not.</summary>
internal static class GeneratedGlobals
{
    private static readonly string[] Lines =
    [
        "notification_email_from \"a b\"", "smtp_server mail.example.org 587", "smtp_server 192.0.2.1", "smtp_helo_name h", "smtp_alert", "smtp_alert_vrrp off", "smtp_alert_checker on",
        "no_email_faults", "no_checker_emails", "vrrp_mcast_group6 ff02::99", "vrrp_mcast_group6 2001:db8::1", "vrrp_check_unicast_src", "v3_checksum_as_v2", "vrrp_owner_ignore_adverts on",
        "vrrp_strict", "vrrp_notify_priority_changes", "vrrp_delay_after_boot 12.5", "default_interface e9", "startup_script \"/bin/x 'a b'\" root", "startup_script_timeout 7",
        "shutdown_script /bin/y", "shutdown_script_timeout 1001", "notify_fifo /run/a", "notify_fifo \"/run/a b\" u :g", "notify_fifo_script \"/bin/r x\"", "vrrp_notify_fifo /run/b u",
        "vrrp_notify_fifo_script /bin/r", "lvs_notify_fifo /run/c u g", "lvs_notify_fifo_script /bin/r", "fifo_write_vrrp_states_on_reload", "rs_init_notifies",
        "lvs_sync_daemon eth0", "lvs_sync_daemon eth0 VI_1 id 7", "lvs_sync_daemon eth0 inst id port 8849 ttl 3 maxlen 1400 group 224.0.0.82", "lvs_sync_daemon eth0 VI_1 group 10.0.0.1",
        "lvs_sync_daemon eth0 inst", "lvs_flush", "lvs_flush_on_stop", "lvs_flush_on_stop VS", "lvs_flush_onstop X", "max_auto_priority", "max_auto_priority 50", "min_auto_priority_delay 0",
        "vrrp_cpu_affinity 1 2 3", "vrrp_cpu_affinity x", "checker_priority -5", "process_names", "vrrp_rx_bufs_policy MTU", "vrrp_iptables in out", "nftables", "nftables_priority -7",
        "enable_snmp_vrrp", "snmp_socket \"tcp:1 2\"", "dbus_service_name a.b", "reload_check_config", "reload_time_file /x", "umask 0 2", "random_seed 5", "dynamic_interfaces allow_if_changes",
        "state_dump_file \"/tmp/a b\"", "json_version 2", "json_version 3", "vmac_prefix v", "data_use_instance off",
        "vrrp_garp_extra_if all 30", "vrrp_garp_extra_if 5", "vrrp_vmac_garp_intvl al 9",
    ];

    private static readonly string[] FastLbLines =
    [
        "backends xdp_generic", "backends xdp_generic xdp_native", "backends ipvs", "backends xdp_native x", "interfaces eth0 \"eth 1\"", "workers 4", "workers 65", "worker_cpus 1 4-6 5", "worker_cpus 9-2 x",
        "ring_size 512", "ring_size 1000", "frames_per_queue 300", "frames_per_queue 20000", "api_listen 127.0.0.1 8080 \"/etc/a token\"", "api_listen ::1 81 token", "metrics_listen 127.0.0.1 8080",
        "metrics_listen ::1 9100", "flow_table_size 4096", "unknown_flows drop", "slow_start 30", "slow_start 1.5", "slow_start 0", "flap_damping 3 60", "flap_damping 5 10.5 90", "flap_damping 1 60", "passive_checks 5 2", "passive_checks 0 2", "passive_checks 5", "defence {\n half_open_limit 99\n}",
    ];

    private static readonly string[] RootLines =
    [
        "net_namespace blue", "net_namespace_ipvs", "net_namespace_ipvs red", "instance i1", "use_pid_dir", "child_wait_time 9", "child_wait_time x", "namespace_with_ipsets", "instance \"i 2\"",
    ];

    /// <summary>Root lines and a block.</summary>
    public static Gen<string> Text { get; } = Gen.Select(Pick(RootLines).Array[0, 4], Pick(Lines).Array[0, 25], Pick(FastLbLines).Array[0, 8])
        .Select((outside, lines, own) => $"{string.Join('\n', outside)}\nglobal_defs {{\n {string.Join("\n ", lines)}\n}}\nfastlb {{\n {string.Join("\n ", own)}\n}}\n");

    private static Gen<string> Pick(string[] choices) => Gen.Int[0, choices.Length - 1].Select(i => choices[i]);
}
