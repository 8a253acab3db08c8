using System.Collections.Frozen;

namespace FastLb.Configuration.Keywords;

/// <summary>What each keyword means, in half a sentence, with its default. A test holds the list to the keyword table, in both directions.</summary>
public static class KeywordDescriptions
{
    /// <summary>Blocks in brackets, then a keyword to a line, and a tab before its meaning. What stands under [any] holds in every block that has no line of its own.</summary>
    private const string Text = """
        [Root]
        global_defs	what holds for the whole director
        fastlb	what keepalived has no words for; without the block all its defaults hold
        net_namespace	the network namespace that everything runs in
        net_namespace_ipvs	the network namespace whose IPVS is programmed; default: the same
        namespace_with_ipsets	use ipsets although the namespace's kernel is old
        instance	a suffix for the names of pid files
        use_pid_dir	pid files in a directory of their own
        child_wait_time	how long processes may take to end at stop; default 5
        linkbeat_use_polling	ask the links of all interfaces once a second instead of waiting for events
        linkbeat_interfaces	interfaces whose links are asked, and how
        interface_up_down_delays	for how long a link must have changed before it counts
        static_ipaddress	addresses that are there whoever is master
        static_routes	routes that are there whoever is master
        static_rules	routing rules that are there whoever is master
        track_group	instances in fault while the interface of a static address, route or rule is down
        track_file	a file with a number that instances and checks can track
        vrrp_track_file	track_file under its former name
        vrrp_script	a script whose success instances can track
        vrrp_track_process	a process that instances can track
        bfd_instance	a BFD session (RFC 5880) that instances and checks can track
        vrrp_sync_group	instances that change their state together
        garp_group	interfaces that share one spacing of gratuitous messages
        vrrp_instance	a virtual router: addresses that one of several directors holds
        virtual_server_group	addresses, ranges and firewall marks that one virtual_server can serve
        virtual_server	a service: an address and a port, 'fwmark N' or 'group NAME', and the real servers behind it
        SSL	the certificates of SSL_GET checks

        [GlobalDefinitions]
        router_id	the name that mail carries; default: the host's name
        notification_email	who gets mail, one address to a line
        notification_email_from	the sender of mail
        smtp_server	the mail server, and its port; default port 25. Without it no mail is sent
        smtp_connect_timeout	how long connecting to the mail server and each answer may take; default 30
        smtp_helo_name	the name to say HELO with; default: the host's name
        smtp_alert	mail for objects that don't say; default: for real servers alone
        smtp_alert_vrrp	the same for instances and sync groups
        smtp_alert_checker	the same for virtual and real servers
        no_email_faults	no mail about instances in fault
        no_checker_emails	mail only when a server comes or goes, not for each checker
        vrrp_mcast_group4	where IPv4 advertisements go; default 224.0.0.18
        vrrp_mcast_group6	where IPv6 advertisements go; default ff02::12
        vrrp_garp_master_delay	from becoming master to the second burst of gratuitous ARP; 0 for none, default 5
        vrrp_garp_master_repeat	messages for each address in a burst; default 5
        vrrp_garp_master_refresh	repeat them every so often while master; 0, the default, for never
        vrrp_garp_master_refresh_repeat	messages for each address in such a refresh; default 1
        vrrp_garp_lower_prio_delay	from hearing a lower priority to the second burst; default: that of vrrp_garp_master_delay
        vrrp_garp_lower_prio_repeat	messages in that burst; default: that of vrrp_garp_master_repeat
        vrrp_garp_interval	the pause between two gratuitous ARP messages on an interface; default none
        vrrp_gna_interval	the same for IPv6
        vrrp_min_garp	one message for each address, and no second burst, unless said otherwise
        vrrp_garp_extra_if	announce addresses on further interfaces that have them, every so often
        vrrp_vmac_garp_intvl	vrrp_garp_extra_if under another name
        vrrp_lower_prio_no_advert	don't answer advertisements of a lower priority
        vrrp_higher_prio_send_advert	advertise once more before yielding to a higher priority
        vrrp_skip_check_adv_addr	compare addresses of advertisements only when the master changes
        vrrp_check_unicast_src	take unicast advertisements from peers alone
        v3_checksum_as_v2	leave the pseudo header out of version 3's checksum over IPv4
        vrrp_owner_ignore_adverts	an instance of priority 255 drops advertisements
        vrrp_notify_priority_changes	changes of priority are events
        vrrp_down_timer_adverts	advertisements that may be missed before a backup takes over; default 3
        vrrp_version	VRRP version of instances that don't say; default 2
        vrrp_startup_delay	keep still for so long after the start
        vrrp_delay_after_boot	keep still until the machine has been up for so long
        vrrp_strict	keep to the letter of the RFC
        disable_local_igmp	no IGMP reports for link-local groups (the kernel's igmp_link_local_mcast_reports)
        dynamic_interfaces	interfaces may be missing at the start
        default_interface	the interface of static addresses and routes that name none; default eth0
        lvs_sync_daemon	tell connections to another director
        lvs_timeouts	how long idle connections are remembered; default tcp 900 tcpfin 120 udp 300
        lvs_flush	clear kernel IPVS at start
        lvs_flush_on_stop	clear kernel IPVS at stop, at once; VS: the configuration's services alone
        lvs_flush_onstop	lvs_flush_on_stop under its former name
        checker_log_all_failures	log every failed probe, not only the one that takes a server out
        vrrp_iptables	chains of iptables for no_accept
        vrrp_ipsets	names of the ipsets for no_accept
        nftables	table of nftables for no_accept
        nftables_ipvs	table of nftables that gives groups their firewall marks
        nftables_priority	priority of the chains for no_accept
        nftables_ipvs_priority	priority of the chains that give firewall marks
        nftables_ipvs_start_fwmark	first firewall mark for groups
        nftables_counters	counters in those rules
        nftables_ifindex	interfaces by number in those rules
        script_user	who runs scripts that name nobody; default keepalived_script if there is such a user, else root
        enable_script_security	run no script as root that others than root could have changed
        startup_script	run before anything else
        shutdown_script	run after everything else
        startup_script_timeout	how long it may take; default 10
        shutdown_script_timeout	how long it may take; default 10
        set_supplementary_groups	scripts have all groups of their user, not only the one that they are run with
        use_symlink_paths	run scripts by the path that is written, not by where it leads; they always are
        notify_fifo	a FIFO for all events
        vrrp_notify_fifo	a FIFO for events of VRRP
        lvs_notify_fifo	a FIFO for events of servers
        notify_fifo_script	a program that reads that FIFO
        vrrp_notify_fifo_script	a program that reads that FIFO
        lvs_notify_fifo_script	a program that reads that FIFO
        fifo_write_vrrp_states_on_reload	write the states of all instances at a reload
        rs_init_notifies	servers that are up at the start count as having come up
        max_auto_priority	highest real-time priority that a late process raises itself to
        min_auto_priority_delay	lateness at which it does
        vrrp_priority	nice value of keepalived's VRRP process
        checker_priority	nice value of its checker process
        bfd_priority	nice value of its BFD process
        vrrp_rt_priority	real-time priority of its VRRP process
        checker_rt_priority	real-time priority of its checker process
        bfd_rt_priority	real-time priority of its BFD process
        vrrp_rlimit_rttime	processor time without a pause under real-time priority
        checker_rlimit_rttime	the same for the checker process
        bfd_rlimit_rttime	the same for the BFD process
        vrrp_rlimit_rtime	vrrp_rlimit_rttime under its former name
        checker_rlimit_rtime	checker_rlimit_rttime under its former name
        bfd_rlimit_rtime	bfd_rlimit_rttime under its former name
        vrrp_no_swap	keep the VRRP process in memory
        checker_no_swap	keep the checker process in memory
        bfd_no_swap	keep the BFD process in memory
        vrrp_cpu_affinity	processors of the VRRP process
        checker_cpu_affinity	processors of the checker process
        bfd_cpu_affinity	processors of the BFD process
        process_names	give the processes names of their own
        process_name	name of the main process
        vrrp_process_name	name of the VRRP process
        checker_process_name	name of the checker process
        lvs_process_name	checker_process_name under another name
        bfd_process_name	name of the BFD process
        vrrp_rx_bufs_policy	how large the receive buffers of VRRP sockets are
        vrrp_rx_bufs_multiplier	how many such messages they take
        vrrp_netlink_cmd_rcv_bufs	receive buffer of a netlink socket
        vrrp_netlink_monitor_rcv_bufs	receive buffer of a netlink socket
        lvs_netlink_cmd_rcv_bufs	receive buffer of a netlink socket
        lvs_netlink_monitor_rcv_bufs	receive buffer of a netlink socket
        process_monitor_rcv_bufs	receive buffer of the socket that tells of processes
        vrrp_netlink_cmd_rcv_bufs_force	beyond the system's limit
        vrrp_netlink_monitor_rcv_bufs_force	beyond the system's limit
        lvs_netlink_cmd_rcv_bufs_force	beyond the system's limit
        lvs_netlink_monitor_rcv_bufs_force	beyond the system's limit
        process_monitor_rcv_bufs_force	beyond the system's limit
        snmp_socket	where the SNMP master agent listens
        enable_snmp_keepalived	serve keepalived's own MIB
        enable_snmp_vrrp	serve the VRRP part of keepalived's MIB
        enable_snmp_checker	serve the checker part of keepalived's MIB
        enable_snmp_rfc	serve the MIBs of both VRRP versions
        enable_snmp_rfcv2	serve the MIB of VRRP version 2 (RFC 2787)
        enable_snmp_rfcv3	serve the MIB of VRRP version 3 (RFC 6527)
        enable_traps	send SNMP traps
        snmp_vs_stats_update_interval	how old figures of virtual servers may be
        snmp_rs_stats_update_interval	how old figures of real servers may be
        enable_dbus	serve D-Bus
        dbus_service_name	name on the D-Bus
        dbus_no_interface_name	leave the interface out of D-Bus object names
        reload_check_config	check the file before a reload
        reload_file	a file by which a reload is agreed upon
        reload_time_file	a file that says when to reload
        reload_repeat	reload at that time every day
        include_check	what a plain 'include' demands from here on, in this file and those it includes: all without a word; + and - add to it and take away
        config_save_dir	where faulty configurations are kept
        tmp_config_directory	where the configuration is put together
        iproute_usr_dir	where iproute2's names of tables and the like are
        iproute_etc_dir	where the administrator's are
        state_dump_file	where SIGUSR1 dumps the state
        stats_dump_file	where SIGUSR2 dumps the figures
        json_dump_file	where the JSON dump goes
        json_version	version of the JSON dump
        random_seed	seed of ${_RANDOM} from here on; default: another at each reading
        umask	permissions that files which are made do not get
        data_use_instance	put the instance's name into the names of dumps
        log_unknown_vrids	log advertisements of virtual routers that are not configured
        vmac_prefix	what names of virtual MAC interfaces begin with
        vmac_addr_prefix	what names of such interfaces for single addresses begin with

        [FastLb]
        unknown_flows	what becomes of packets that belong to no connection: refuse (default), drop, kernel
        sloppy_tcp	any TCP segment may begin a connection; default off
        expire_nodest_conn	connections of removed servers end with their next packet; default off
        expire_quiescent_template	clients leave a server of weight 0 that persistence keeps them on; default off
        secure_tcp	a connection counts as established only when the server has answered; default off
        conn_reuse_mode	when a SYN of a port with a connection begins another; default 1
        mh_table_size	places of the tables of the scheduler mh, a prime; default 4093
        service_timeouts	lvs_timeouts for one service
        mark	which packets have a firewall mark, for services of marks
        flow_table_size	connections that are remembered at a time; default 1048576. Taken at the start alone
        backends	ways in which frames are taken, tried in this order for each interface; default xdp_native xdp_generic
        interfaces	serve these and no others; default: those that addresses and routes of the services lead to
        workers	threads that forward; 0, the default: one for each queue of an interface, but no more than processors. Taken at the start alone
        worker_cpus	processors that workers are kept on, taken by turns; default: those that the process may use
        ring_size	entries of each ring of a queue, a power of two; default 2048
        frames_per_queue	frames of memory for each queue, 2 KB each, more than ring_size; default 4096, or twice ring_size
        api_listen	serve the API over TCP too, to those who know the token on the first line of the file, without encryption
        metrics_listen	serve figures for Prometheus at /metrics, to everybody
        slow_start	time in which a server that has come up again gains its full weight, in ten steps; default: at once
        flap_damping	keep a server out that went down FALLS times within the first time, until it passes its checks for the second, which is the first if left out
        passive_checks	suspect a server when so many connections fail within so many seconds and none succeeds; default: never
        defence	what services are defended with

        [Defence]
        half_open_limit	connections without a finished handshake at which the oldest gives way to each new one
        new_connections_per_client	how many connections a client, or a network of them, may begin in a second
        deny	clients whose packets are dropped
        allow	clients that are served although a deny has them

        [MarkRule]
        destination	addresses that the packets are sent to
        source	the network that they come from; default any
        protocol	their transport protocol; default TCP and UDP
        destination_port	ports that they are sent to; default all
        source_port	ports that they come from; default all
        interface	the interface that they come in by; default any

        [VrrpInstance]
        state	the role to wish for at the start; default BACKUP, MASTER with priority 255
        interface	the interface that advertisements go by, and the addresses too, unless they say otherwise
        virtual_router_id	the number that all directors of the instance share
        priority	the highest becomes master; 255 owns the addresses; default 100
        advert_int	from one advertisement to the next; default 1
        version	VRRP version; default: vrrp_version, 3 for IPv6
        virtual_ipaddress	the addresses, one to a line, with options of ip-address(8)
        virtual_ipaddress_excluded	further addresses that move along but are not advertised
        no_virtual_ipaddress	there need be no address
        promote_secondaries	keep further addresses when the first of their subnet goes
        virtual_routes	routes that move along
        virtual_rules	routing rules that move along
        authentication	the password of version 2
        auth_hmac	authentication by HMAC
        mcast_src_ip	source of advertisements; default: the interface's address
        unicast_src_ip	source of advertisements to peers
        mcast_dst_ip	destination of the instance's advertisements
        unicast_peer	the other directors, for advertisements by unicast
        unicast_ttl	time to live of such advertisements; default 255
        check_unicast_src	take advertisements from peers alone
        native_ipv6	no effect
        unicast_fault_no_peer	fault while there is no peer
        track_src_ip	fault while the source address is not there
        old_unicast_checksum	the checksum of old versions for unicast
        v3_checksum_as_v2	leave the pseudo header out of version 3's checksum over IPv4
        vrf	the VRF that advertisements travel in
        use_vmac	put the addresses on an interface with the virtual router's MAC address
        use_vmac_addr	put addresses on other interfaces on such an interface there as well
        use_ipvlan	put the addresses on an IPVLAN interface
        vmac_xmit_base	send advertisements from the underlying interface
        nopreempt	don't take over from a master of a lower priority
        preempt	take over from one; default
        preempt_delay	wait for so long before that; default 0
        lower_prio_no_advert	don't answer advertisements of a lower priority
        higher_prio_send_advert	advertise once more before yielding to a higher priority
        skip_check_adv_addr	compare addresses of advertisements only when the master changes
        down_timer_adverts	advertisements that may be missed before this director takes over
        owner_ignore_adverts	drop advertisements when the priority is 255
        timer_expired_backup	become backup when the director was too late with its own advertisements
        thread_timer_expired	timer_expired_backup under its former name
        strict_mode	keep to the letter of the RFC
        accept	answer at the addresses although another owns them; default
        no_accept	don't
        garp_master_delay	from becoming master to the second burst of gratuitous ARP
        garp_master_repeat	messages for each address in a burst
        garp_master_refresh	repeat them every so often while master
        garp_master_refresh_repeat	messages for each address in such a refresh
        garp_lower_prio_delay	from hearing a lower priority to the second burst
        garp_lower_prio_repeat	messages in that burst
        garp_extra_if	announce addresses on further interfaces that have them, every so often
        vmac_garp_intvl	garp_extra_if under another name
        track_interface	interfaces whose links decide about priority or fault
        track_script	scripts that do
        track_file	files that do
        track_process	processes that do
        track_bfd	BFD sessions that do
        dont_track_primary	a fault of the instance's own interface is no fault
        linkbeat_use_polling	ask the interface's link once a second
        notify	run after each of the others, with the kind, name, state and priority as parameters
        notify_master	run when it becomes master
        notify_backup	run when it becomes backup
        notify_fault	run when it can take no part any more
        notify_stop	run when the director stops
        notify_deleted	run when a reload takes the instance away
        notify_master_rx_lower_pri	run when it hears a lower priority as master
        notify_priority_changes	changes of priority are events
        smtp_alert	mail about it
        debug	no effect
        kernel_rx_buf_size	receive buffer of its socket
        lvs_sync_daemon_interface	lvs_sync_daemon, by an older name

        [Authentication]
        auth_type	how advertisements are authenticated: PASS, AH
        auth_pass	the password; 8 characters count

        [HmacAuthentication]
        key	a key and its number
        active_key	the number of the key to authenticate with
        anti_replay	how replayed advertisements are known
        time_window	how old an advertisement may be
        mode	what becomes of advertisements that are not authentic

        [VrrpSyncGroup]
        group	the instances
        track_interface	interfaces whose links decide about the group
        track_script	scripts that do
        track_file	files that do
        track_process	processes that do
        track_bfd	BFD sessions that do
        notify	run after each of the others, with the kind, name and state as parameters
        notify_master	run when the group becomes master
        notify_backup	run when it becomes backup
        notify_fault	run when it can take no part any more
        notify_stop	run when the director stops
        notify_deleted	run when a reload takes the group away
        notify_priority_changes	changes of priority are events
        smtp_alert	mail about it
        global_tracking	the same as sync_group_tracking_weight
        sync_group_tracking_weight	members keep the weights of what they track

        [GarpGroup]
        garp_interval	the pause between two gratuitous ARP messages
        gna_interval	the same for IPv6
        interface	the interface
        interfaces	the interfaces

        [AddressOption]
        dev	its interface; default: the instance's
        brd	its broadcast address; + and - for the highest and lowest of the subnet
        broadcast	brd under another name
        scope	its scope; default global
        label	its label
        no_track	its interface going down is no fault
        track_group	who is in fault while the interface is down
        peer	the address at the other end of the link
        preferred_lft	how long it is preferred
        home	it is a home address (RFC 6275)
        -nodad	no duplicate address detection
        nodad	no duplicate address detection
        mngtmpaddr	temporary addresses are made of it
        noprefixroute	no route for its prefix
        autojoin	join multicast groups on its interface
        use_vmac	put this address on an interface with the virtual router's MAC address

        [VrrpScript]
        script	the command
        interval	from one run to the next; default 1
        timeout	how long a run may take; default: the interval
        weight	what it changes a priority by; 0, the default, for fault instead
        rise	successes in a row that count; default 1
        fall	failures in a row that count; default 1
        user	who runs it
        init_fail	begin as failed

        [TrackFile]
        file	its path
        weight	what its number is multiplied by; 0 for fault when it is not 0; default 1
        init_file	make it at the start

        [TrackProcess]
        process	its name, and parameters
        param_match	parameters need match in part alone
        weight	what it changes a priority by; 0, the default, for fault instead
        quorum	how many must run; default 1
        quorum_max	how many may run
        delay	wait before a change counts
        fork_delay	wait before one more counts
        terminate_delay	wait before one less counts
        full_command	compare the whole command, not only the name

        [TrackGroup]
        group	the instances

        [BfdInstance]
        neighbor_ip	the other end
        neighbour_ip	neighbor_ip in another spelling
        source_ip	this end
        min_rx	least interval at which packets may come, in milliseconds; default 10
        min_tx	least interval at which packets are sent; default 10
        idle_tx	interval while the session is down; default 1000
        multiplier	packets that may be missed; default 5
        passive	wait for the other end to begin
        ttl	time to live over IPv4; default 255
        hoplimit	hop limit over IPv6
        max_hops	hops that packets may have come
        multihop	the other end is not on the same link
        weight	what it changes a priority by; 0, the default, for fault instead
        vrrp	tell instances alone
        checker	tell checks alone

        [VirtualServer]
        lvs_sched	how a server is chosen for a new connection; default wlc
        lb_algo	lvs_sched under another name
        lvs_method	how packets reach the servers: NAT (default), DR, TUN
        lb_kind	lvs_method under another name
        protocol	the transport protocol; default UDP, and a warning
        real_server	a server that connections are given to
        weight	weight of servers that set none; default 1
        persistence_timeout	for how long a client stays with its server; 360 when no time is given; default: not at all
        persistence_granularity	how much of a client's address counts for that; default 255.255.255.255
        persistence_engine	what tells clients apart besides their address
        ops	every datagram gets a server of its own; UDP alone
        flag-1	the scheduler's first flag: sh-fallback, mh-fallback
        flag-2	the scheduler's second flag: sh-port, mh-port
        flag-3	the scheduler's third flag, which none of them uses
        sh-port	sh hashes the client's port, too
        sh-fallback	sh gives a dead server's clients to others
        mh-port	mh hashes the client's port, too
        mh-fallback	mh gives a dead server's clients to others
        ip_family	family of a service of a firewall mark
        quorum	total weight of live servers from which on the service is up; default 1
        hysteresis	how far from the quorum the weight must be for a change; default 0
        sorry_server	who answers while there is no quorum
        sorry_server_inhibit	it stays in the pool with weight 0 while there is one
        sorry_server_lvs_method	how packets reach it
        quorum_up	run when the quorum is reached
        quorum_down	run when it is lost
        omega	servers and quorum count as gone at stop: their scripts and mail tell
        ha_suspend	check only while this director holds the service's address
        hashed	no effect

        [RealServer]
        weight	its share of new connections; 0 for none
        lvs_method	how packets reach it; default: the virtual server's
        uthreshold	connections at which it gets no new ones; 0 for no limit
        lthreshold	connections below which it gets new ones again; default: three quarters of uthreshold
        notify_up	run when it comes up
        notify_down	run when it goes down
        TCP_CHECK	up while a TCP connection comes about
        HTTP_GET	up while pages are as they should be
        SSL_GET	the same over TLS
        SMTP_CHECK	up while a mail server greets
        DNS_CHECK	up while a name server answers
        MISC_CHECK	up while a command succeeds
        UDP_CHECK	up while a datagram is answered, or at least not refused
        PING_CHECK	up while it answers pings
        BFD_CHECK	up while a BFD session is
        FILE_CHECK	weight by the number in a file

        [HttpCheck]
        url	a page that is asked for
        http_protocol	version of HTTP; default 1.0
        fast_recovery	up again after one page, without the others
        enable_sni	tell the name of the host in the TLS handshake
        sni_name	that name; default: virtualhost
        nb_get_retry	retry under its former name

        [Url]
        path	what is asked for
        digest	MD5 that the page must have, in hexadecimal
        status_code	status codes that are right; default 200 to 299
        regex	what the page must match
        regex_no_match	what it must not match, rather
        regex_options	how the expression is read
        regex_stack	memory for matching: initial and largest
        regex_min_offset	where a match must begin at the earliest
        regex_max_offset	where it must begin at the latest

        [SmtpCheck]
        helo_name	the name to say HELO with; default smtpchecker.keepalived.org
        host	where else to connect to

        [DnsCheck]
        type	type of the query; default SOA
        name	name that is asked for; default the root

        [MiscCheck]
        misc_path	the command
        misc_timeout	how long it may take; default: delay_loop
        misc_dynamic	exit statuses from 2 on set the weight
        user	who runs it

        [UdpCheck]
        payload	what is sent, in hexadecimal
        require_reply	there must be an answer; one that matches, if that is given, X for any digit
        min_reply_length	bytes that it must have at least; default 0
        max_reply_length	bytes that it may have at most; default 255

        [BfdCheck]
        name	the bfd_instance

        [FileCheck]
        track_file	the track_file
        weight	what the number is multiplied by

        [SslContext]
        password	password of the key
        ca	file of the authorities
        certificate	file of the client's certificate
        key	file of its key

        [any]
        virtualhost	the host that HTTP checks ask for, where they don't say
        tls_compliant	a connection that ends without TLS's goodbye is a failure
        retry	further attempts before a server counts as down; default 1, DNS_CHECK 3, MISC_CHECK 0
        delay_before_retry	from a failed attempt to the next; default 1, HTTP 3, DNS_CHECK delay_loop
        warmup	longest random delay of the first probe; default delay_loop
        delay_loop	from one probe to the next; default 60
        connect_timeout	how long connecting may take; default 5
        alpha	down until the checks have passed once
        log_all_failures	log every failed probe; default checker_log_all_failures
        inhibit_on_failure	weight 0 instead of being taken out on failure
        connect_ip	address to probe; default: the server's
        connect_port	port to probe; default: the server's
        bindto	source address of probes
        bind_port	source port of probes
        bind_if	interface of probes
        fwmark	firewall mark of probes
        smtp_alert	mail about it
        snmp_name	name in SNMP
        """;

    private static readonly FrozenDictionary<(BlockContext? Context, string Keyword), string> All = Read().ToFrozenDictionary(entry => entry.Place, entry => entry.Meaning);

    /// <summary>Every place that has a line here; null for any block.</summary>
    internal static IEnumerable<(BlockContext? Context, string Keyword)> Places => All.Keys;

    /// <summary>What <paramref name="keyword"/> means within <paramref name="context"/>; null when nothing is said.</summary>
    public static string? Find(BlockContext context, string keyword) => All.GetValueOrDefault((context, keyword)) ?? All.GetValueOrDefault((null, keyword));

    private static IEnumerable<((BlockContext? Context, string Keyword) Place, string Meaning)> Read()
    {
        BlockContext? context = null;
        foreach (string line in Text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (line is ['[', .. var name, ']'])
            {
                context = name == "any" ? null : Enum.Parse<BlockContext>(name);
                continue;
            }

            int tab = line.IndexOf('\t', StringComparison.Ordinal);
            yield return ((context, line[..tab]), line[(tab + 1)..]);
        }
    }
}
