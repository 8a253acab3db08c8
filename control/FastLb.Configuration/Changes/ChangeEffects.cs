using System.Collections.Frozen;
using FastLb.Configuration.Keywords;

namespace FastLb.Configuration.Changes;

/// <summary>What a reload makes of a change. Keywords that are not named here are taken up at once and mean nothing for connections.</summary>
internal static class ChangeEffects
{
    private static readonly ChangeEffect AtOnce = new(ChangeImpact.None, "taken up at once");
    private static readonly ChangeEffect Scheduling = new(ChangeImpact.NewConnections, "new connections are given out by it; open ones stay where they are");
    private static readonly ChangeEffect Persistence = new(ChangeImpact.NewConnections, "holds for new connections; open ones stay where they are");
    private static readonly ChangeEffect Pool = new(ChangeImpact.NewConnections, "who takes new connections is judged anew at once");
    private static readonly ChangeEffect Method = new(ChangeImpact.OpenConnections, "open connections are sent in the new way, too, which few survive");
    private static readonly ChangeEffect Checks = new(ChangeImpact.None, "the checks go on with what they know, at a moment of their own within warmup");
    private static readonly ChangeEffect Thresholds = new(ChangeImpact.NewConnections, "holds for new connections");
    private static readonly ChangeEffect OtherRouter = new(
        ChangeImpact.OpenConnections, "another virtual router: the former says goodbye (priority 0) and gives the addresses away, the new one begins as a backup");

    private static readonly ChangeEffect Role = new(ChangeImpact.None, "taken up at once; who is master stays, until the next election");
    private static readonly ChangeEffect Ports = new(ChangeImpact.Pause, "the ports are opened anew; connections go on after a moment");
    private static readonly ChangeEffect Restart = new(ChangeImpact.NextStart, "waits for the next start of the director");
    private static readonly ChangeEffect NextEvent = new(ChangeImpact.None, "from the next event on");
    private static readonly ChangeEffect AtStop = new(ChangeImpact.None, "holds for the stop of the director");

    private static readonly FrozenDictionary<(BlockContext Place, string Keyword), ChangeEffect> BySetting = new (BlockContext Place, string Keywords, ChangeEffect Effect)[]
    {
        (BlockContext.VirtualServer, "lb_algo flag-1 flag-2 flag-3 ops", Scheduling),
        (BlockContext.VirtualServer, "lb_kind", new(ChangeImpact.None, "holds for servers that have no lvs_method of their own")),
        (BlockContext.VirtualServer, "persistence_timeout persistence_granularity", Persistence),
        (BlockContext.VirtualServer, "quorum hysteresis sorry_server sorry_server_inhibit sorry_server_lvs_method", Pool),
        (BlockContext.RealServer, "weight", new(ChangeImpact.NewConnections, "its share of new connections; open ones stay")),
        (BlockContext.RealServer, "lvs_method", Method),
        (BlockContext.RealServer, "uthreshold lthreshold", Thresholds),
        (BlockContext.RealServer, "inhibit_on_failure", Pool),
        (BlockContext.RealServer, "TCP_CHECK HTTP_GET SSL_GET SMTP_CHECK DNS_CHECK MISC_CHECK UDP_CHECK PING_CHECK BFD_CHECK FILE_CHECK", Checks),
        (BlockContext.TcpCheck, "connect_ip connect_port bindto bind_if bind_port fwmark connect_timeout retry delay_before_retry delay_loop warmup alpha", Checks),
        (BlockContext.VrrpInstance, "interface virtual_router_id", OtherRouter),
        (BlockContext.VrrpInstance, "priority nopreempt preempt_delay advert_int down_timer_adverts state authentication", Role),
        (BlockContext.VirtualServer, "quorum_up quorum_down smtp_alert", NextEvent),
        (BlockContext.VirtualServer, "omega", AtStop),
        (BlockContext.RealServer, "notify_up notify_down smtp_alert", NextEvent),
        (BlockContext.VrrpInstance, "notify_master notify_backup notify_fault notify_stop notify_deleted notify notify_master_rx_lower_pri", NextEvent),
        (BlockContext.FastLb, "flow_table_size workers", Restart),
        (BlockContext.FastLb, "backends interfaces ring_size frames_per_queue worker_cpus", Ports),
        (BlockContext.FastLb, "mh_table_size", Scheduling),
        (BlockContext.FastLb, "passive_checks", new(ChangeImpact.None, "connections are counted anew, and judged by it from now on")),
        (BlockContext.GlobalDefinitions, "smtp_alert smtp_alert_vrrp smtp_alert_checker no_checker_emails no_email_faults", NextEvent),
        (BlockContext.GlobalDefinitions, "startup_script startup_script_timeout", Restart),
        (BlockContext.GlobalDefinitions, "shutdown_script shutdown_script_timeout", AtStop),
        (BlockContext.GlobalDefinitions, "lvs_timeouts", new(ChangeImpact.None, "holds for open connections from their next packet on")),
    }.SelectMany(row => row.Keywords.Split(' ').Select(keyword => (Place: (row.Place, keyword), row.Effect))).ToFrozenDictionary(row => row.Place, row => row.Effect);

    /// <summary>What comes of a line that differs.</summary>
    /// <param name="place">The block that it stands in.</param>
    /// <param name="keyword">Its keyword.</param>
    /// <param name="before">Its parameters before; null when it was not there.</param>
    /// <param name="after">Its parameters after.</param>
    public static ChangeEffect OfSetting(BlockContext place, string keyword, string? before, string? after)
    {
        if (KeywordTable.Find(place, keyword) is { Feature.Standing: not Standing.Implemented } entry) return new ChangeEffect(ChangeImpact.None, entry.Feature.Explanation);
        if (place == BlockContext.RealServer && keyword == "weight" && after == "0") return new ChangeEffect(ChangeImpact.NewConnections, "it gets no new connections; open ones go on");
        if (place == BlockContext.VrrpInstance && keyword is "virtual_ipaddress" or "virtual_ipaddress_excluded")
        {
            if (before is null) return new ChangeEffect(ChangeImpact.NewConnections, "put on and announced where the instance is master");
            return after is null
                ? new ChangeEffect(ChangeImpact.OpenConnections, "taken off; connections to it end")
                : new ChangeEffect(ChangeImpact.Pause, "moved if it is another interface; otherwise it holds from the next time that the address is put on");
        }

        return BySetting.GetValueOrDefault((place, keyword), AtOnce);
    }

    /// <summary>What comes of an item that comes or goes as a whole.</summary>
    public static ChangeEffect OfItem(ChangeKind kind, string keyword, bool endsConnectionsOfRemovedServers) => (kind, keyword) switch
    {
        (ChangeKind.Added, "virtual_server") => new ChangeEffect(ChangeImpact.NewConnections, "served as soon as the reload is done, if its address is here"),
        (ChangeKind.Removed, "virtual_server") => new ChangeEffect(ChangeImpact.OpenConnections, "its packets are left to the kernel; its connections end"),
        (ChangeKind.Added, "real_server") => new ChangeEffect(ChangeImpact.NewConnections, "gets its share of new connections"),
        (ChangeKind.Removed, "real_server") => endsConnectionsOfRemovedServers
            ? new ChangeEffect(ChangeImpact.OpenConnections, "its connections end with their next packet, and may begin anew at another server (expire_nodest_conn on)")
            : new ChangeEffect(ChangeImpact.OpenConnections, "packets of its connections are dropped until their time is up or the server is back (expire_nodest_conn off)"),
        (ChangeKind.Added, "vrrp_instance") => new ChangeEffect(ChangeImpact.NewConnections, "begins as a backup"),
        (ChangeKind.Removed, "vrrp_instance") => new ChangeEffect(ChangeImpact.OpenConnections, "says goodbye (priority 0); its addresses go, and connections to them end here"),
        _ => AtOnce,
    };
}
