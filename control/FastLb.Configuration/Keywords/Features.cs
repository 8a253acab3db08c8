using static FastLb.Configuration.Keywords.Standing;

namespace FastLb.Configuration.Keywords;

/// <summary>
/// Every feature that the language calls for and its standing now. The question that decides between harmless and refused: with this
/// line left out, would a packet go elsewhere, or would an address be held by (or answered from) another machine than the file says?
/// </summary>
public static class Features
{
    public static readonly Feature Done = new("implemented", Implemented, "implemented");

    // Harmless: FastLb forwards the same, and the same director holds the addresses, without them.

    public static readonly Feature KernelIpvs = new("kernel IPVS", NotYetHarmless, "kernel IPVS is not programmed, so there is nothing to clear");
    public static readonly Feature KernelSettings = new("kernel settings", NotYetHarmless, "this setting of the kernel is left as it is");
    public static readonly Feature Firewall = new("firewall rules", NotYetHarmless, "no firewall rules are made yet, so their names and order do not matter");
    public static readonly Feature ProcessTuning = new("process tuning", NotYetHarmless, "process priorities, names and buffers of keepalived's processes are not used");
    public static readonly Feature Management = new("SNMP and D-Bus", NotYetHarmless, "SNMP and D-Bus are not served yet");
    public static readonly Feature Reloading = new("reloads by file or clock", NotYetHarmless, "SIGHUP and 'fastlb reload' have the configuration read again, which is checked before whether or not this is said");
    public static readonly Feature Housekeeping = new("housekeeping", NotYetHarmless, "files, dumps and logs are FastLb's own, so this has no effect");
    public static readonly Feature DynamicInterfaces = new("dynamic interfaces", NotYetHarmless, "interfaces that are not there yet are waited for, whether or not this is said");
    public static readonly Feature Obsolete = new("obsolete", NotYetHarmless, "has no effect, in keepalived neither");

    // Refused: who holds an address depends on them.
    public static readonly Feature Vrf = new("VRFs", NotYetRefused, "advertisements do not travel within a VRF yet");

    public static readonly Feature SignedAdvertisements = new(
        "HMAC authentication", NotYetRefused, "advertisements are authenticated by 'auth_type PASS' and 'AH' alone yet, so both directors would become master");

    // Refused: who writes it counts on connections that go on when the other director takes over.
    public static readonly Feature ConnectionSync = new(
        "connection synchronisation", NotYetRefused, "connections are not told to another director yet, so they would break when it takes over", "leave it out, if they may");

    // Refused: what is forwarded, or who answers for an address, depends on them.
    public static readonly Feature OtherBackends = new(
        "AF_PACKET and kernel IPVS", NotYetRefused, "frames are taken by AF_XDP alone yet", "leave 'backends' out, or write 'backends xdp_native xdp_generic'");

    public static readonly Feature TunnelTypes = new("GUE and GRE tunnels", NotYetRefused, "only IP-in-IP tunnels are there yet", "use 'lb_kind TUN' without a type, or with 'type ipip'");
    public static readonly Feature Sctp = new("SCTP", NotYetRefused, "only TCP and UDP are forwarded yet");
    public static readonly Feature PersistenceEngines = new("persistence engines", NotYetRefused, "clients are told apart by their addresses alone yet", "remove it, if that will do");
    public static readonly Feature Ipv6 = new("IPv6", NotYetRefused, "services of IPv6 are not forwarded yet");
    public static readonly Feature Ipvlan = new("IPVLANs", NotYetRefused, "IPVLANs are not made yet, so the addresses would be on the interface itself", "use 'use_vmac'");
    public static readonly Feature NetworkNamespaces = new("network namespaces", NotYetRefused, "FastLb works in the network namespace it is started in", "start it with 'ip netns exec NAME'");

    /// <summary>Every feature, in the order of this page.</summary>
    public static IReadOnlyList<Feature> All { get; } =
    [
        Done,
        KernelIpvs, KernelSettings, Firewall, ProcessTuning, Management, Reloading, Housekeeping, DynamicInterfaces, Obsolete,
        Vrf, SignedAdvertisements, ConnectionSync, OtherBackends, TunnelTypes,
        Sctp, PersistenceEngines, Ipv6, Ipvlan,
        NetworkNamespaces,
    ];
}
