using System.Net;
using System.Text.Json.Serialization;
using FastLb.Messaging;
using FastLb.Netlink;

namespace FastLb.Runtime;

/// <summary>An address that this director put on an interface.</summary>
public sealed record AddedAddress(int InterfaceIndex, IPAddress Address, byte PrefixLength)
{
    /// <summary>The other end of a point-to-point address; null for none.</summary>
    public IPAddress? Peer { get; init; }
}

/// <summary>A neighbour that this director asked the kernel to keep resolved.</summary>
public sealed record ManagedNeighbour(int InterfaceIndex, IPAddress Address);

/// <summary>A route that this director set.</summary>
/// <param name="Line">As ip-route(8) would be told.</param>
public sealed record AddedRoute(string Line);

/// <summary>A routing rule that this director set.</summary>
/// <param name="Line">As ip-rule(8) would be told.</param>
/// <param name="Priority">Its place among the rules, also where the line has none.</param>
public sealed record AddedRule(string Line, uint Priority);

/// <summary>A link that this director made on top of another one.</summary>
public sealed record AddedLink(string Name, int ParentIndex, VirtualLinkKind Kind);

/// <summary>A setting under <c>/proc/sys/net</c> that this director changed.</summary>
/// <param name="IsIpv6">Whose: IPv6's or IPv4's.</param>
/// <param name="Interface">The interface's name.</param>
/// <param name="Name">The setting's.</param>
/// <param name="Former">What it was before.</param>
/// <param name="Value">What this director wrote.</param>
public sealed record ChangedSetting(bool IsIpv6, string Interface, string Name, int Former, int Value);

/// <summary>What is written down. Journals of former versions lack the later kinds, which are null then.</summary>
public sealed record KernelJournalRecord(IReadOnlyList<AddedAddress> Addresses, IReadOnlyList<ManagedNeighbour> Neighbours)
{
    public IReadOnlyList<AddedRoute>? Routes { get; init; }

    public IReadOnlyList<AddedRule>? Rules { get; init; }

    public IReadOnlyList<AddedLink>? Links { get; init; }

    public IReadOnlyList<ChangedSetting>? Settings { get; init; }

    /// <summary>Names of the nftables tables of a <see cref="Native.Firewall.VirtualRouterFilter"/>.</summary>
    public IReadOnlyList<string>? Filters { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    Converters = [typeof(IPAddressConverter)])]
[JsonSerializable(typeof(KernelJournalRecord))]
internal sealed partial class KernelJournalJson : JsonSerializerContext;
