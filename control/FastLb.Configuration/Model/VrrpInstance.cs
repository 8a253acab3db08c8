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

    /// <summary>
    /// The interface on which advertisements travel and, unless an address says otherwise, its addresses are held. Empty of a unicast instance that names none: its
    /// advertisements travel as routing has it.
    /// </summary>
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

    /// <summary>True when the loss of <see cref="SourceAddress"/> is a fault (<c>track_src_ip</c>).</summary>
    public bool TracksSourceAddress { get; init; }

    /// <summary>The group to which advertisements travel (<c>mcast_dst_ip</c>); null for that of <c>global_defs</c>.</summary>
    public IPAddress? MulticastGroup { get; init; }

    /// <summary>The other directors, when advertisements travel to them one by one.</summary>
    public VrrpUnicast Unicast { get; init; } = VrrpUnicast.None;

    /// <summary>Whether the checksum of version 3 leaves out the pseudo header of IPv4 (<c>v3_checksum_as_v2</c>); null for what <c>global_defs</c> says.</summary>
    public bool? LeavesOutPseudoHeader { get; init; }

    /// <summary>The VRF in which advertisements travel, of an instance without interface (<c>vrf</c>); null for none.</summary>
    public string? Vrf { get; init; }

    /// <summary>True when the file says that it is of IPv6 (<c>native_ipv6</c>), which its addresses decide.</summary>
    public bool ClaimsIpv6 { get; init; }

    /// <summary>The virtual MAC address (<c>use_vmac</c>); null for none.</summary>
    public VirtualMac? VirtualMac { get; init; }

    /// <summary>The IPVLAN (<c>use_ipvlan</c>); null for none.</summary>
    public VirtualIpvlan? Ipvlan { get; init; }

    /// <summary>True when advertisements travel on <see cref="Interface"/> itself, despite <see cref="VirtualMac"/> or <see cref="Ipvlan"/> (<c>vmac_xmit_base</c>).</summary>
    public bool AdvertisesOnBase { get; init; }

    /// <summary>True when addresses on other interfaces get virtual MACs as well (<c>use_vmac_addr</c>).</summary>
    public bool UsesVirtualMacForAddresses { get; init; }

    /// <summary>What else decides whether it may be master, and its priority.</summary>
    public VrrpTrackers Trackers { get; init; } = VrrpTrackers.None;

    /// <summary>True when the link of its interface is asked for rather than told (<c>linkbeat_use_polling</c>).</summary>
    public bool PollsLink { get; init; }

    /// <summary>False when it goes on although its own interface is down (<c>dont_track_primary</c>).</summary>
    public bool TracksInterface { get; init; } = true;

    /// <summary>From one advertisement to the next: whole seconds in version 2, a multiple of 10 ms up to 40.95 s in version 3.</summary>
    public TimeSpan AdvertisementInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How advertisements are authenticated; null when they are not.</summary>
    public VrrpAuthentication? Authentication { get; init; }

    /// <summary>How advertisements are signed (<c>auth_hmac</c>); null when they are not.</summary>
    public HmacAuthentication? Hmac { get; init; }

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

    /// <summary>Whether the owner drops advertisements of others (<c>owner_ignore_adverts</c>); null for what <c>global_defs</c> says.</summary>
    public bool? OwnerIgnoresAdvertisements { get; init; }

    /// <summary>
    /// The highest priority of another director, 1 to 254: a master whose timer is so late that this one has taken over becomes backup (<c>timer_expired_backup</c>); null when it
    /// doesn't.
    /// </summary>
    public byte? YieldsWhenLateTo { get; init; }

    /// <summary>
    /// Whether RFC 3768 and RFC 9568 are held to strictly (<c>strict_mode</c>), of which all else here is the result; null for what <c>global_defs</c> says.
    /// </summary>
    public bool? IsStrict { get; init; }

    /// <summary>Whether the host answers at the addresses (<c>accept</c>, <c>no_accept</c>); null for yes. False where strict mode has it so.</summary>
    public bool? Accepts { get; init; }

    /// <summary>Whether the host is kept from answering at the addresses (Accept_Mode, RFC 9568 section 6.1); the owner answers always.</summary>
    public bool RefusesPackets => Accepts == false && Priority != OwnerPriority;

    /// <summary>Whether the address list of an advertisement is compared only when the master changes.</summary>
    public bool SkipCheckAdvertisementAddresses { get; init; }

    /// <summary>When neighbours are told about the addresses.</summary>
    public GratuitousArpTiming GratuitousArp { get; init; } = new();

    /// <summary>Messages for interfaces that hold addresses and send no advertisements; null for none.</summary>
    public ExtraGratuitousArp? ExtraGratuitousArp { get; init; }

    /// <summary>The scripts that are run when its state changes.</summary>
    public VrrpNotifications Notifications { get; init; } = VrrpNotifications.None;

    /// <summary>Whether mail tells of its states; null for what <c>global_defs</c> says.</summary>
    public bool? SendsMail { get; init; }

    /// <summary>Whether event pipes tell of changed priorities; null for what <c>global_defs</c> says.</summary>
    public bool? TellsPriorityChanges { get; init; }

    /// <summary>All addresses that move with the instance, advertised ones first.</summary>
    public ValueList<VirtualAddress> VirtualAddresses { get; init; } = [];

    /// <summary>True when it is meant to advertise no address (<c>no_virtual_ipaddress</c>).</summary>
    public bool NeedsNoAddress { get; init; }

    /// <summary>True when the interface's other addresses stay when the first of their subnet is taken away (<c>promote_secondaries</c>).</summary>
    public bool PromotesSecondaries { get; init; }

    /// <summary>Routes that are set while it is master.</summary>
    public ValueList<RouteDefinition> Routes { get; init; } = [];

    /// <summary>Rules that are set while it is master.</summary>
    public ValueList<RuleDefinition> Rules { get; init; } = [];

    /// <summary>The detail of keepalived's log, 0 to 4 (<c>debug</c>), which nothing heeds; null unless set.</summary>
    public int? DebugLevel { get; init; }

    /// <summary>The size of the socket's receive buffer in bytes (<c>kernel_rx_buf_size</c>); null for the kernel's default.</summary>
    public int? ReceiveBufferSize { get; init; }

    /// <summary>The interface on which connections are synchronised, by the former way to say it (<c>lvs_sync_daemon_interface</c>); null for none.</summary>
    public string? ConnectionSyncInterface { get; init; }

    /// <summary>The family of the advertised addresses, which is the instance's.</summary>
    public AddressFamily AddressFamily => VirtualAddresses.Count == 0 ? AddressFamily.InterNetwork : VirtualAddresses[0].Address.AddressFamily;
}

/// <summary>The role that an instance wishes for at start.</summary>
public enum VrrpInitialState
{
    Backup,
    Master,
}
