using System.Net;
using System.Text.Json.Serialization;

namespace FastLb.VrrpChannel;

/// <summary>The states of a virtual router, named as keepalived names them.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<VrrpState>))]
public enum VrrpState
{
    /// <summary>Not begun yet.</summary>
    [JsonStringEnumMemberName("init")]
    Init,

    /// <summary>Another router holds the addresses.</summary>
    [JsonStringEnumMemberName("backup")]
    Backup,

    /// <summary>This router holds them.</summary>
    [JsonStringEnumMemberName("master")]
    Master,

    /// <summary>It can't take part: its interface is down, doesn't exist, or has no address.</summary>
    [JsonStringEnumMemberName("fault")]
    Fault,
}

/// <summary>A virtual router at one moment.</summary>
/// <param name="Name">As in the configuration.</param>
/// <param name="Interface">Where its advertisements travel.</param>
/// <param name="VirtualRouterId">1 to 255.</param>
/// <param name="State">Its state.</param>
/// <param name="Since">When it got into this state.</param>
/// <param name="Cause">Why, in words.</param>
/// <param name="Priority">The priority that it acts with, 1 to 255.</param>
/// <param name="ConfiguredPriority">That of the configuration.</param>
/// <param name="AdvertisementInterval">Seconds from one advertisement to the next.</param>
/// <param name="Master">The router whose advertisement was accepted last; null when there was none, or when this router is the master.</param>
/// <param name="MasterPriority">Its priority; null with it.</param>
/// <param name="Addresses">All addresses that move with it.</param>
/// <param name="Counters">What it has sent, received and discarded since its process was started.</param>
public sealed record VrrpInstanceStatus(
    string Name,
    string Interface,
    int VirtualRouterId,
    VrrpState State,
    DateTimeOffset Since,
    string Cause,
    int Priority,
    int ConfiguredPriority,
    double AdvertisementInterval,
    IPAddress? Master,
    int? MasterPriority,
    IReadOnlyList<VrrpAddressStatus> Addresses,
    VrrpCounters Counters)
{
    /// <summary>The version of VRRP that it speaks: 2 or 3.</summary>
    public required int Version { get; init; }

    /// <summary>Where its advertisements go, in words.</summary>
    public required string Advertises { get; init; }

    /// <summary>The sync group that it is in; null for none.</summary>
    public string? SyncGroup { get; init; }

    /// <summary>The routes and rules that move with it.</summary>
    public IReadOnlyList<VrrpRoutingStatus> Routing { get; init; } = [];

    /// <summary>What it tracks, and its sync group for it.</summary>
    public required IReadOnlyList<VrrpTrackerStatus> Trackers { get; init; }
}

/// <summary>A route or a rule that moves with a virtual router, or is held in every state.</summary>
/// <param name="Kind"><c>route</c> or <c>rule</c>.</param>
/// <param name="Line">Its words.</param>
/// <param name="State"><c>held</c> by this director, <c>present</c> without its doing and left alone, <c>released</c>, or <c>failed</c>: the kernel refused it.</param>
public sealed record VrrpRoutingStatus(string Kind, string Line, string State);

/// <summary>Something that a virtual router tracks.</summary>
/// <param name="Kind"><c>interface</c>, <c>script</c>, <c>file</c>, <c>process</c> or <c>bfd</c>.</param>
/// <param name="Name">Its name.</param>
/// <param name="State"><c>up</c>, <c>down</c>, or <c>unknown</c> for a script that has not run yet; of a file the number that it says.</param>
/// <param name="Weight">The weight that counts; 0 when its being down is a fault.</param>
/// <param name="IsReversed">Whether the sign of what is added turns.</param>
/// <param name="Contribution">What it adds to the priority now.</param>
/// <param name="IsFault">Whether it keeps the virtual router from taking part now.</param>
/// <param name="IsOfGroup">Whether its sync group tracks it.</param>
public sealed record VrrpTrackerStatus(string Kind, string Name, string State, int Weight, bool IsReversed, int Contribution, bool IsFault, bool IsOfGroup);

/// <summary>An address that moves with a virtual router, or is held in every state.</summary>
/// <param name="Address">Without prefix length.</param>
/// <param name="PrefixLength">0 to 32 bits, or to 128 of IPv6.</param>
/// <param name="Interface">Where it belongs.</param>
/// <param name="State"><c>held</c> by this director, <c>present</c> without its doing and left alone, <c>released</c>, <c>waiting</c> for its interface, which doesn't exist, <c>failed</c>: the kernel
/// refused it, or <c>gone</c>: somebody has taken it off and it isn't tracked.
/// </param>
public sealed record VrrpAddressStatus(IPAddress Address, int PrefixLength, string Interface, string State);

/// <summary>A virtual router's counters.</summary>
/// <param name="Sent">Advertisements sent.</param>
/// <param name="SendFailures">Advertisements that the kernel refused to send.</param>
/// <param name="Received">Advertisements received and heeded.</param>
/// <param name="Discarded">Packets received and discarded, by reason.</param>
/// <param name="BecameMaster">How often it became the master.</param>
/// <param name="LongestDelayMicroseconds">By how much an advertisement was sent after it was due, at the most.</param>
public sealed record VrrpCounters(
    long Sent, long SendFailures, long Received, IReadOnlyDictionary<string, long> Discarded, long BecameMaster, long LongestDelayMicroseconds);

/// <summary>A virtual router went from one state to another.</summary>
/// <param name="Instance">Its name.</param>
/// <param name="From">The state before.</param>
/// <param name="To">The state now.</param>
/// <param name="Cause">Why, in words.</param>
public sealed record VrrpTransition(string Instance, VrrpState From, VrrpState To, string Cause);
