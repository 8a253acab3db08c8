using System.Net;

namespace FastLb.Configuration.Model;

/// <summary>What <c>global_defs</c> sets for the whole director.</summary>
public sealed record GlobalDefinitions
{
    private static readonly IPAddress DefaultMulticastGroup = new([224, 0, 0, 18]);
    private static readonly IPAddress DefaultMulticastGroup6 = new([0xFF, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x12]);

    /// <summary>The name that notifications carry; null for the host's name.</summary>
    public string? RouterId { get; init; }

    /// <summary>How mail is sent.</summary>
    public MailSettings Mail { get; init; } = new();

    /// <summary>The VRRP version of instances that set none: 2 or 3.</summary>
    public int VrrpVersion { get; init; } = 2;

    /// <summary>The multicast group of IPv4 advertisements (<c>vrrp_mcast_group4</c>); RFC 5798 section 5.1.1.2 unless set.</summary>
    public IPAddress MulticastGroup { get; init; } = DefaultMulticastGroup;

    /// <summary>The multicast group of IPv6 advertisements (<c>vrrp_mcast_group6</c>); RFC 5798 section 5.1.2.2 unless set.</summary>
    public IPAddress MulticastGroup6 { get; init; } = DefaultMulticastGroup6;

    /// <summary>How long all instances keep still after start (<c>vrrp_startup_delay</c>).</summary>
    public TimeSpan StartupDelay { get; init; }

    /// <summary>How long after the machine's start all instances keep still (<c>vrrp_delay_after_boot</c>).</summary>
    public TimeSpan DelayAfterBoot { get; init; }

    /// <summary>For instances that do not say: <see cref="VrrpInstance.DownTimerAdvertisements"/>; 1 to 100.</summary>
    public int DownTimerAdvertisements { get; init; } = 3;

    /// <summary>For instances that do not say: <see cref="VrrpInstance.AnswersLowerPriority"/>.</summary>
    public bool AnswersLowerPriority { get; init; } = true;

    /// <summary>For instances that do not say: <see cref="VrrpInstance.AdvertisesBeforeYielding"/>.</summary>
    public bool AdvertisesBeforeYielding { get; init; }

    /// <summary>
    /// The gratuitous ARP of instances that set none. With <c>vrrp_min_garp</c> its defaults are one message and no second burst.
    /// </summary>
    public GratuitousArpTiming GratuitousArp { get; init; } = new();

    /// <summary>For instances that do not say: <see cref="VrrpInstance.ExtraGratuitousArp"/>; null for none.</summary>
    public ExtraGratuitousArp? ExtraGratuitousArp { get; init; }

    /// <summary>The pause between two gratuitous ARP messages on one interface; zero for none.</summary>
    public TimeSpan GratuitousArpInterval { get; init; }

    /// <summary>The pause between two unsolicited neighbour advertisements on one interface; zero for none.</summary>
    public TimeSpan NeighbourAdvertisementInterval { get; init; }

    /// <summary>Whether the address list of an advertisement is compared only when the master changes, for instances that do not say.</summary>
    public bool SkipCheckAdvertisementAddresses { get; init; }

    /// <summary>Whether advertisements by unicast count only when they come from a peer, for instances that do not say (<c>vrrp_check_unicast_src</c>).</summary>
    public bool ChecksUnicastSource { get; init; }

    /// <summary>Whether checksums of version 3 over IPv4 leave the pseudo header out, for instances that do not say (<c>v3_checksum_as_v2</c>).</summary>
    public bool ChecksumAsVersion2 { get; init; }

    /// <summary>Whether an instance of priority 255 drops advertisements, for instances that do not say (<c>vrrp_owner_ignore_adverts</c>).</summary>
    public bool OwnerIgnoresAdvertisements { get; init; }

    /// <summary>Whether instances keep to the letter of the RFC, for those that do not say (<c>vrrp_strict</c>).</summary>
    public bool IsStrict { get; init; }

    /// <summary>Whether changes of priority are events, for instances that do not say (<c>vrrp_notify_priority_changes</c>).</summary>
    public bool NotifiesPriorityChanges { get; init; }

    /// <summary>The interface of static addresses and routes that name none; null for eth0 (<c>default_interface</c>).</summary>
    public string? DefaultInterface { get; init; }

    /// <summary>How connections are told to another director; null when they are not.</summary>
    public ConnectionSynchronisation? ConnectionSynchronisation { get; init; }

    /// <summary>Whether all services of kernel IPVS are cleared at start (<c>lvs_flush</c>).</summary>
    public bool FlushesKernelServices { get; init; }

    /// <summary>Which services of kernel IPVS are cleared at stop, at once instead of one by one (<c>lvs_flush_on_stop</c>).</summary>
    public KernelFlush FlushAtStop { get; init; }

    /// <summary>How long idle connections are remembered (<c>lvs_timeouts</c>).</summary>
    public ConnectionTimeouts Timeouts { get; init; } = new();

    /// <summary>Who runs the scripts that name no user; null for keepalived_script if that user exists, else root.</summary>
    public ScriptUser? ScriptUser { get; init; }

    /// <summary>True when no script is run as root that others than root could have changed (<c>enable_script_security</c>).</summary>
    public bool ScriptSecurity { get; init; }

    /// <summary>True when scripts have all groups of their user; false for the one group that they are run with (<c>set_supplementary_groups</c>).</summary>
    public bool ScriptsHaveAllGroups { get; init; }

    /// <summary>What is run at the director's start and stop.</summary>
    public DirectorScripts Scripts { get; init; } = new();

    /// <summary>Where events are written to.</summary>
    public EventPipes EventPipes { get; init; } = new();

    /// <summary>For checks that do not say: <see cref="ProbingCheck.LogAllFailures"/>.</summary>
    public bool LogAllCheckFailures { get; init; }

    /// <summary>What tunes keepalived's own processes, files and interfaces; nothing that FastLb does depends on it.</summary>
    public ValueList<Setting> Settings { get; init; } = [];
}

/// <summary>Which services of kernel IPVS are cleared at stop.</summary>
public enum KernelFlush
{
    /// <summary>None at once.</summary>
    None,

    /// <summary>All, those of others too.</summary>
    All,

    /// <summary>Those of the configuration.</summary>
    VirtualServers,
}
