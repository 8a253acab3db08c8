using System.Net;
using System.Net.Sockets;

namespace FastLb.Configuration.Model;

/// <summary>A virtual router: the addresses that this director holds while it is the master.</summary>
public sealed record VrrpInstance
{
    /// <summary>The priority of the owner of the addresses (RFC 5798 section 5.2.4).</summary>
    public const byte OwnerPriority = 255;

    /// <summary>Its name in the file, unique.</summary>
    public required string Name { get; init; }

    /// <summary>Where its name stands.</summary>
    public Origin Origin { get; init; }

    /// <summary>The interface on which advertisements travel and, unless an address says otherwise, its addresses are held.</summary>
    public required string Interface { get; init; }

    /// <summary>Where the interface is named.</summary>
    public Origin InterfaceOrigin { get; init; }

    /// <summary>The role that it wishes for at start.</summary>
    public VrrpInitialState InitialState { get; init; }

    /// <summary>1 to 255; unique for the interface and address family.</summary>
    public required byte VirtualRouterId { get; init; }

    /// <summary>1 to 255; 255 marks the owner of the addresses.</summary>
    public byte Priority { get; init; } = 100;

    /// <summary>2 or 3.</summary>
    public int Version { get; init; } = 2;

    /// <summary>The source of its advertisements; null for the interface's primary address.</summary>
    public IPAddress? SourceAddress { get; init; }

    /// <summary>False when it goes on although its own interface is down (<c>dont_track_primary</c>).</summary>
    public bool TracksInterface { get; init; } = true;

    /// <summary>From one advertisement to the next: whole seconds in version 2, a multiple of 10 ms up to 40.95 s in version 3.</summary>
    public TimeSpan AdvertisementInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How advertisements are authenticated; null when they are not.</summary>
    public VrrpAuthentication? Authentication { get; init; }

    /// <summary>False when a backup of higher priority leaves a master of lower priority alone (<c>nopreempt</c>).</summary>
    public bool Preempts { get; init; } = true;

    /// <summary>How long a backup of higher priority waits before it takes over; up to 1000 s. Zero unless it is a backup that preempts.</summary>
    public TimeSpan PreemptDelay { get; init; }

    /// <summary>The advertisement intervals without an advertisement after which a backup takes over, before the skew time; 1 to 100.</summary>
    public int DownTimerAdvertisements { get; init; } = 3;

    /// <summary>False when a master that hears a lower priority leaves its next advertisement to the timer (<c>lower_prio_no_advert</c>).</summary>
    public bool AnswersLowerPriority { get; init; } = true;

    /// <summary>True when a master that hears a higher priority sends one more advertisement before it yields (<c>higher_prio_send_advert</c>).</summary>
    public bool AdvertisesBeforeYielding { get; init; }

    /// <summary>Whether the address list of an advertisement is compared only when the master changes.</summary>
    public bool SkipCheckAdvertisementAddresses { get; init; }

    /// <summary>When neighbours are told about the addresses.</summary>
    public GratuitousArpTiming GratuitousArp { get; init; } = new();

    /// <summary>The scripts that are run when its state changes.</summary>
    public VrrpNotifications Notifications { get; init; } = VrrpNotifications.None;

    /// <summary>All addresses that move with the instance, advertised ones first.</summary>
    public ValueList<VirtualAddress> VirtualAddresses { get; init; } = [];

    /// <summary>The family of the advertised addresses, which is the instance's.</summary>
    public AddressFamily AddressFamily => VirtualAddresses.Count == 0 ? AddressFamily.InterNetwork : VirtualAddresses[0].Address.AddressFamily;
}

/// <summary>The role that an instance wishes for at start.</summary>
public enum VrrpInitialState
{
    Backup,
    Master,
}

/// <summary>Authentication of version 2 (RFC 2338).</summary>
/// <param name="Type">Its kind.</param>
/// <param name="Password">At most 8 bytes in UTF-8.</param>
public sealed record VrrpAuthentication(VrrpAuthenticationType Type, Secret Password);

/// <summary>The kinds of authentication.</summary>
public enum VrrpAuthenticationType
{
    /// <summary>A password in clear text (RFC 2338 section 5.3.6.2).</summary>
    SimpleText = 1,

    /// <summary>IPsec AH with HMAC-MD5-96 (RFC 2338 section 5.3.6.3).</summary>
    AuthenticationHeader = 2,
}

/// <summary>An address that moves with an instance.</summary>
/// <param name="Address">The address itself.</param>
/// <param name="PrefixLength">0 to 32, or to 128 for IPv6.</param>
/// <param name="Device">The interface that holds it.</param>
public sealed record VirtualAddress(IPAddress Address, byte PrefixLength, string Device)
{
    /// <summary>Where it is written.</summary>
    public Origin Origin { get; init; }

    /// <summary>False for those of <c>virtual_ipaddress_excluded</c>.</summary>
    public bool IsAdvertised { get; init; } = true;

    /// <summary>False when <see cref="Device"/> being down is no fault of the instance (<c>no_track</c>).</summary>
    public bool TracksDevice { get; init; } = true;

    /// <summary>The broadcast address; null for none.</summary>
    public IPAddress? Broadcast { get; init; }

    /// <summary>The address's scope, as rtnetlink(7) numbers it: 0 global, 200 site, 253 link, 254 host, 255 nowhere.</summary>
    public byte Scope { get; init; }

    /// <summary>The label that the address shows in old tools, at most 15 characters; null for none.</summary>
    public string? Label { get; init; }
}
