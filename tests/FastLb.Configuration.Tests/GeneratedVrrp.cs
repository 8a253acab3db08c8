using CsCheck;

namespace FastLb.Configuration.Tests;

/// <summary>Generated configurations of virtual routers in which every keyword of theirs occurs, with values that are right, and wrong, and at the edge.</summary>
internal static class GeneratedVrrp
{
    private static readonly Gen<string> Name = Pick("A", "B", "\"C x\"", "D", "weight", "@e");

    private static readonly Gen<string> Device = Pick("eth0", "eth1", "eth2", "averyverylonginterface", "name");

    private static readonly Gen<string> Weight = Pick("", "weight 5", "weight -253 reverse", "weight 0 noreverse", "weight 254", "weight", "weight x", "reverse", "weight 7 revers", "weight 3 reverse x");

    private static readonly Gen<string> Mail = Pick("smtp_alert", "smtp_alert off", "notify_priority_changes", "notify_priority_changes no", "smtp_alert x", "notify_master \"/m 'a b'\" u g", "notify_stop /s", "notify /n");

    private static readonly Gen<string> Trackers = Gen.Select(Pick("track_script", "track_file", "track_process", "track_bfd"), Lines(Name, 4), Device, Lines(Device, 3))
        .Select((keyword, names, _, devices) => $"{keyword} {{\n{names}}}\ntrack_interface {{\n{devices}}}\n");

    private static readonly Gen<string> Route = Gen.Select(
        Pick(
            "198.51.100.0/24", "default", "2001:db8::/32", "blackhole 198.51.101.0/24", "to 198.51.102.0/40", "src 192.0.2.2 198.51.100.0/24", "x", "throw default", "\"198.51.100.0/24\"", "198.51.100.9 encap ip id 4"),
        Pick("", "dev eth0", "via 192.0.2.1 dev eth1", "via inet6 fe80::1 dev eth1", "gw 192.0.2.1", "via 2001:db8::1 dev eth0", "nexthop via 192.0.2.1 dev eth0 weight 3 nexthop via 192.0.2.3 weight 4", "via", "or 192.0.2.9 oif eth2"),
        Pick("", "no_track", "track_group A", "track_group Z", "metric 5 table main", "scope link protocol static", "mtu lock 1400 rtt 50ms", "bogus 4", "weight 5", "priority 99999999999", "onlink append inet"))
        .Select((destination, path, option) => $"  {destination} {path} {option}\n");

    private static readonly Gen<string> Rule = Gen.Select(
        Pick("from 192.0.2.0/24", "to 2001:db8::/32", "not from all", "iif eth0", "fwmark 24/12 dev eth1", "uidrange 10-20 sport 7 dport 9-8", "from 192.0.2.0/24 inet6", "from x", ""),
        Pick("table 5", "lookup main", "blackhole", "goto 7", "table 5 nop", "type prohibit", "type bogus", "l3mdev", ""),
        Pick("preference 9", "priority 4294967295 no_track", "order 8 track_group A", "protocol 12 preference 4", "preferense 5", "", "preference 3 tun_id 4"))
        .Select((match, action, option) => $"  {match} {action} {option}\n");

    private static readonly Gen<string> Address = Gen.Select(
        Pick("192.0.2.10", "192.0.2.11/24", "192.0.2.12/33", "2001:db8::1/64", "x"),
        Pick("", "dev eth1", "peer 192.0.2.99", "peer 2001:db8::9", "peer x", "preferred_lft 0", "preferred_lft forever home -nodad", "mngtmpaddr noprefixroute autojoin", "use_vmac", "track_group A", "track_group Z no_track", "preferred_lft -1 dev eth2"))
        .Select((address, options) => $"  {address} {options}\n");

    private static readonly Gen<string> Definitions = Gen.OneOf(
        Block("vrrp_script", "script \"/s 'a b'\" u", "script /s", "interval 2.5", "timeout 3", "interval 0", "timeout x", "weight 5", "weight -7 reverse", "weight 5 x", "rise 3", "fall 0", "user u g", "user d", "init_fail"),
        Block("track_file", "file /f", "file \"/a b\"", "weight -2147483647", "weight 3 reverse y", "init_file", "init_file 5 overwrite", "init_file x"),
        Block("vrrp_track_file", "file /f", "init_file overwrite -3"),
        Block("vrrp_track_process", "process nginx", "process \"a b\" -c {0}", "param_match initial", "param_match partial", "weight -254 reverse", "quorum 3", "quorum_max 2", "quorum_max 0", "delay 5", "fork_delay 0.000001", "terminate_delay 3601", "full_command"),
        Block(
            "bfd_instance", "neighbor_ip 192.0.2.77", "neighbour_ip 2001:db8::77", "source_ip 192.0.2.2", "min_rx 3.3125", "min_tx 4294967", "idle_tx 999", "idle_tx 2000", "multiplier 9", "passive", "ttl 64",
            "hoplimit 9", "max_hops 70", "max_hops -1", "multihop", "weight 4 reverse", "vrrp", "checker"),
        Gen.Select(Name, Lines(Name, 3)).Select((name, members) => $"track_group {name} {{\n group {{\n{members} }}\n}}\n"));

    private static readonly Gen<string> Beside = Gen.OneOf(
        Gen.Select(Name, Lines(Name, 3), Trackers, Pick("global_tracking", "sync_group_tracking_weight", "group { A }", ""), Mail)
            .Select((name, members, trackers, option, mail) => $"vrrp_sync_group {name} {{\n group {{\n{members} }}\n{trackers} {option}\n {mail}\n}}\n"),
        Gen.Select(Pick("garp_interval 0.5", "gna_interval 2", "garp_interval 0", "garp_interval 2148"), Device, Lines(Device, 3))
            .Select((interval, device, devices) => $"garp_group {{\n {interval}\n interface {device}\n interfaces {{\n{devices} }}\n}}\n"),
        Gen.Select(Device, Pick("", "MII", "ETHTOOL", "IOCTL", "mii"), Pick("", "linkbeat_use_polling\n")).Select((device, method, all) => $"{all}linkbeat_interfaces {{\n {device} {method}\n eth2\n}}\n"),
        Gen.Select(Device, Pick("", "1", "0.0000015 2", "255", "256", "3 x", "1 2 3")).Select((device, delays) => $"interface_up_down_delays {{\n {device} {delays}\n eth2 1.25\n}}\n"),
        Address.Array[0, 3].Select(lines => $"static_ipaddress {{\n{string.Concat(lines)}}}\n"),
        Route.Array[0, 3].Select(lines => $"static_routes {{\n{string.Concat(lines)}}}\n"),
        Rule.Array[0, 3].Select(lines => $"static_rules {{\n{string.Concat(lines)}}}\n"));

    private static readonly Gen<string> InstanceLine = Gen.OneOf(
        Pick(
            "unicast_src_ip 192.0.2.2", "mcast_src_ip 192.0.2.3", "unicast_ttl 7", "check_unicast_src", "unicast_fault_no_peer", "track_src_ip", "old_unicast_checksum", "old_unicast_checksum never", "v3_checksum_as_v2",
            "v3_checksum_as_v2 off", "mcast_dst_ip 224.0.0.19", "mcast_dst_ip 10.0.0.1", "vrf blue", "native_ipv6", "kernel_rx_buf_size 4096", "version 3", "version 2"),
        Pick(
            "use_vmac", "use_vmac name v.1 00:00:5e:00:01", "use_vmac v.2 02:00:00:00:00:0A netlink_notify_msg group 7", "use_vmac name name group", "use_vmac group x", "vmac_xmit_base", "use_vmac_addr", "use_ipvlan",
            "use_ipvlan i.1 192.0.2.8/24 vepa", "use_ipvlan name private private bridge"),
        Pick(
            "owner_ignore_adverts", "owner_ignore_adverts no", "timer_expired_backup", "timer_expired_backup 9", "thread_timer_expired 7", "strict_mode", "strict_mode off", "accept", "no_accept", "priority 255", "nopreempt", "preempt",
            "preempt_delay 4.5", "down_timer_adverts 7", "lower_prio_no_advert", "higher_prio_send_advert", "skip_check_adv_addr", "state MASTER"),
        Pick("garp_extra_if 30", "garp_extra_if all 0", "garp_extra_if all", "vmac_garp_intvl 86401", "debug 3", "lvs_sync_daemon_interface eth1", "linkbeat_use_polling", "dont_track_primary", "promote_secondaries", "no_virtual_ipaddress"),
        Pick(
            "authentication {\n auth_type AH\n auth_pass \"a b\"\n }", "auth_hmac {\n key 1 hex:00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF\n key 2 \"0123456789abcdef 0123456789abcdef#\"\n active_key 2\n mode receive-only\n }",
            "auth_hmac {\n key 7 file:/k x\n key 7 file:/l\n key 256 file:/m\n active_key 9\n anti_replay monotonic\n time_window 7\n mode permissive\n }", "auth_hmac {\n key 3 short\n mode enforce\n }"),
        Mail,
        Trackers,
        Gen.Select(Pick("192.0.2.3", "2001:db8::3", "x"), Pick("", "min_ttl 3", "max_ttl 9 min_ttl 10", "max_ttl 256", "bogus", "min_ttl")).Select((peer, options) => $"unicast_peer {{\n {peer} {options}\n 192.0.2.4\n }}"),
        Address.Array[0, 3].Select(lines => $"virtual_ipaddress {{\n{string.Concat(lines)} }}"),
        Address.Array[0, 2].Select(lines => $"virtual_ipaddress_excluded {{\n{string.Concat(lines)} }}"),
        Route.Array[0, 3].Select(lines => $"virtual_routes {{\n{string.Concat(lines)} }}"),
        Rule.Array[0, 3].Select(lines => $"virtual_rules {{\n{string.Concat(lines)} }}"));

    private static readonly Gen<string> Instance = Gen.Select(Name, Pick("interface eth0", "interface eth1", ""), Gen.Int[1, 255], InstanceLine.Array[0, 8])
        .Select((name, device, id, lines) => $"vrrp_instance {name} {{\n {device}\n virtual_router_id {id}\n{string.Concat(lines.Select(line => $" {line}\n"))}}}\n");

    /// <summary>Definitions, and then what names them.</summary>
    public static Gen<string> Text { get; } = Gen.Select(Definitions.Array[0, 6], Gen.OneOf(Instance, Instance, Beside).Array[0, 6], Definitions.Array[0, 1])
        .Select((definitions, others, late) => string.Concat(definitions) + string.Concat(others) + string.Concat(late));

    private static Gen<string> Block(string keyword, params string[] lines) =>
        Gen.Select(Name, Pick(lines).Array[0, 6]).Select((name, chosen) => $"{keyword} {name} {{\n {lines[0]}\n{string.Concat(chosen.Select(line => $" {line}\n"))}}}\n");

    private static Gen<string> Lines(Gen<string> first, int most) => Gen.Select(first, Weight).Select((name, weight) => $"  {name} {weight}\n").Array[0, most].Select(string.Concat);

    private static Gen<string> Pick(params string[] choices) => Gen.Int[0, choices.Length - 1].Select(i => choices[i]);
}
