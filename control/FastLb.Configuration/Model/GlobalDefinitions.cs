using System.Net;

namespace FastLb.Configuration.Model;

/// <summary>What <c>global_defs</c> sets for the whole director.</summary>
public sealed record GlobalDefinitions
{
    private static readonly IPAddress DefaultMulticastGroup = new([224, 0, 0, 18]);

    /// <summary>The name that notifications carry; null for the host's name.</summary>
    public string? RouterId { get; init; }

    /// <summary>Who gets mail.</summary>
    public ValueList<string> NotificationEmails { get; init; } = [];

    /// <summary>The sender of mail; null for keepalived@host.</summary>
    public string? NotificationEmailFrom { get; init; }

    /// <summary>The mail server; null when none was given, and then no mail is sent.</summary>
    public SmtpServer? SmtpServer { get; init; }

    /// <summary>How long connecting to the mail server and each of its answers may take; whole seconds.</summary>
    public TimeSpan SmtpConnectTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The VRRP version of instances that set none: 2 or 3.</summary>
    public int VrrpVersion { get; init; } = 2;

    /// <summary>The multicast group of IPv4 advertisements (<c>vrrp_mcast_group4</c>); RFC 5798 section 5.1.1.2 unless set.</summary>
    public IPAddress MulticastGroup { get; init; } = DefaultMulticastGroup;

    /// <summary>How long all instances keep still after start (<c>vrrp_startup_delay</c>).</summary>
    public TimeSpan StartupDelay { get; init; }

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

    /// <summary>The pause between two gratuitous ARP messages on one interface; zero for none.</summary>
    public TimeSpan GratuitousArpInterval { get; init; }

    /// <summary>The pause between two unsolicited neighbour advertisements on one interface; zero for none.</summary>
    public TimeSpan NeighbourAdvertisementInterval { get; init; }

    /// <summary>Whether the address list of an advertisement is compared only when the master changes, for instances that do not say.</summary>
    public bool SkipCheckAdvertisementAddresses { get; init; }

    /// <summary>How long idle connections are remembered (<c>lvs_timeouts</c>).</summary>
    public ConnectionTimeouts Timeouts { get; init; } = new();

    /// <summary>Who runs the scripts that name no user; null for keepalived_script if that user exists, else root.</summary>
    public ScriptUser? ScriptUser { get; init; }

    /// <summary>True when no script is run as root that others than root could have changed (<c>enable_script_security</c>).</summary>
    public bool ScriptSecurity { get; init; }

    /// <summary>For checks that do not say: <see cref="ProbingCheck.LogAllFailures"/>.</summary>
    public bool LogAllCheckFailures { get; init; }
}

/// <summary>A mail server.</summary>
/// <param name="Host">Name or address.</param>
/// <param name="Port">Its TCP port.</param>
public sealed record SmtpServer(string Host, ushort Port);

/// <summary>When gratuitous ARP (IPv4) and unsolicited neighbour advertisements (IPv6) are sent for an instance's addresses.</summary>
public sealed record GratuitousArpTiming
{
    /// <summary>From becoming master to the second burst; zero for no second burst. Whole seconds, as all times here.</summary>
    public TimeSpan MasterDelay { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Messages for each address in a burst.</summary>
    public uint MasterRepeat { get; init; } = 5;

    /// <summary>The period of refreshing while master; zero for none.</summary>
    public TimeSpan MasterRefresh { get; init; }

    /// <summary>Messages for each address in a refresh.</summary>
    public uint MasterRefreshRepeat { get; init; } = 1;

    /// <summary>From a lower-priority advertisement to the second burst; null for that of <see cref="MasterDelay"/>.</summary>
    public TimeSpan? LowerPriorityDelay { get; init; }

    /// <summary>Messages for each address in that burst; null for <see cref="MasterRepeat"/>.</summary>
    public uint? LowerPriorityRepeat { get; init; }
}
