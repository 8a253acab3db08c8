using static FastLb.Configuration.Keywords.Standing;

namespace FastLb.Configuration.Keywords;

/// <summary>
/// Every feature that the language calls for and its standing now. The question that decides between harmless and refused: with this
/// line left out, would a packet go elsewhere, or would an address be held by (or answered from) another machine than the file says?
/// </summary>
public static class Features
{
    public static readonly Feature Done = new("implemented", Implemented, "implemented");

    // Harmless: FastLb forwards the same without them.
    public static readonly Feature Vrrp = new(
        "VRRP", NotYetHarmless, "VRRP is not spoken yet; this director holds its addresses from start to stop", Scope: NoticeScope.TopLevelBlock);

    // No server leaves or enters the pool without checks, so quorum, inhibit_on_failure, alpha and sorry_server never come into play.
    // (A sorry server that would serve from the start, because no server has any weight, is refused by the binder.)
    public static readonly Feature HealthChecks = new(
        "health checks", NotYetHarmless, "health checks are not run yet; the real servers stay in the pool", Scope: NoticeScope.TopLevelBlock);

    public static readonly Feature Tracking = new(
        "tracking", NotYetHarmless, "interfaces, scripts, files and processes are not tracked yet", Scope: NoticeScope.TopLevelBlock);

    public static readonly Feature Mail = new("mail", NotYetHarmless, "mail is not sent yet");
    public static readonly Feature Scripts = new("scripts", NotYetHarmless, "scripts are not run yet");
    public static readonly Feature EventPipes = new("event FIFOs", NotYetHarmless, "events are not written to FIFOs yet");

    // Without failover there is nobody to hand connections to.
    public static readonly Feature ConnectionSync = new("connection synchronisation", NotYetHarmless, "connections are not synchronised with another director yet");
    public static readonly Feature KernelIpvs = new("kernel IPVS", NotYetHarmless, "kernel IPVS is not programmed, so there is nothing to clear");
    public static readonly Feature Firewall = new("firewall rules", NotYetHarmless, "no firewall rules are made yet, so their names and order do not matter");
    public static readonly Feature ProcessTuning = new("process tuning", NotYetHarmless, "process priorities, names and buffers of keepalived's processes are not used");
    public static readonly Feature Management = new("SNMP and D-Bus", NotYetHarmless, "SNMP and D-Bus are not served yet");
    public static readonly Feature Reloading = new("reload control", NotYetHarmless, "reload is not done yet");
    public static readonly Feature Housekeeping = new("housekeeping", NotYetHarmless, "files, dumps and logs are FastLb's own, so this has no effect");
    public static readonly Feature DynamicInterfaces = new("dynamic interfaces", NotYetHarmless, "the interfaces must be there at start");
    public static readonly Feature Obsolete = new("obsolete", NotYetHarmless, "has no effect, in keepalived neither");

    // Refused: what is forwarded, or who owns or answers for an address, depends on them.
    public static readonly Feature InitialBackup = new(
        "starting as backup", NotYetRefused, "without VRRP this director would take the addresses at once, beside the master",
        "start FastLb on the master alone for now");

    public static readonly Feature OtherForwarding = new("NAT and TUN", NotYetRefused, "only direct routing (DR) is forwarded yet", "use 'lb_kind DR'");
    public static readonly Feature OtherSchedulers = new("further schedulers", NotYetRefused, "only the schedulers rr and wrr are there yet", "use 'lb_algo rr' or 'lb_algo wrr'");
    public static readonly Feature Sctp = new("SCTP", NotYetRefused, "only TCP and UDP are forwarded yet");
    public static readonly Feature Persistence = new("persistence", NotYetRefused, "clients are not kept on one server yet", "remove it, if clients may change servers");
    public static readonly Feature SchedulerOptions = new("scheduler options", NotYetRefused, "options of schedulers and one-packet scheduling are not there yet");
    public static readonly Feature Thresholds = new("connection thresholds", NotYetRefused, "a server's connections are not limited yet");
    public static readonly Feature FirewallMarks = new("firewall mark services", NotYetRefused, "services are known by address, protocol and port only");
    public static readonly Feature ServerGroups = new("virtual server groups", NotYetRefused, "groups are not expanded yet", "write one virtual_server for each address");
    public static readonly Feature Ipv6 = new("IPv6", NotYetRefused, "IPv6 is not forwarded yet");
    public static readonly Feature Timeouts = new("connection timeouts", NotYetRefused, "timeouts of connections cannot be set yet; idle connections could move to another server");
    public static readonly Feature VirtualMac = new("virtual MAC addresses", NotYetRefused, "virtual MAC addresses and IPVLANs are not made yet, so others would not find the address");
    public static readonly Feature Routing = new("static and virtual routing", NotYetRefused, "addresses outside virtual_ipaddress, routes and rules are not set yet", "set it with the system's own network configuration");
    public static readonly Feature NetworkNamespaces = new("network namespaces", NotYetRefused, "FastLb works in the network namespace it is started in", "start it with 'ip netns exec NAME'");
    public static readonly Feature NoAccept = new("no_accept and strict mode", NotYetRefused, "the host is not kept from answering at the address yet");
    public static readonly Feature AddressOptions = new("further address options", NotYetRefused, "this option of an address is not there yet");

    /// <summary>Every feature, in the order of this page.</summary>
    public static IReadOnlyList<Feature> All { get; } =
    [
        Done, Vrrp, HealthChecks, Tracking, Mail, Scripts, EventPipes, ConnectionSync, KernelIpvs, Firewall, ProcessTuning, Management, Reloading,
        Housekeeping, DynamicInterfaces, Obsolete, InitialBackup, OtherForwarding, OtherSchedulers, Sctp, Persistence, SchedulerOptions, Thresholds,
        FirewallMarks, ServerGroups, Ipv6, Timeouts, VirtualMac, Routing, NetworkNamespaces, NoAccept, AddressOptions,
    ];
}
