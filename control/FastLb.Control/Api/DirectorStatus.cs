using System.Net;
using System.Text.Json.Serialization;
using FastLb.Control.Events;
using FastLb.Control.Explanations;
using FastLb.DataplaneChannel.Messages;
using FastLb.Messaging;
using FastLb.Runtime;
using FastLb.VrrpChannel;

namespace FastLb.Control.Api;

/// <summary>Everything that <c>fastlb status</c> shows: what control wants, what the dataplane counts, and what the kernel says of the way.</summary>
/// <param name="Version">Of this format; grows when something is renamed or removed.</param>
/// <param name="Configuration">Path of the configuration file.</param>
/// <param name="Processes">The director's processes but the supervisor itself.</param>
/// <param name="DataplaneFault">Why the dataplane's counters can't be shown; null when they can, or when there is nothing to forward.</param>
/// <param name="Generation">The desired state that the dataplane has taken up.</param>
/// <param name="VirtualAddresses">Addresses of the VRRP instances.</param>
/// <param name="Services">In the order of the configuration.</param>
/// <param name="Verdicts">Frames by reason of their verdict, as <see cref="DataplaneStatus.Verdicts"/>.</param>
/// <param name="Ports">Receive queues that frames are taken from.</param>
/// <param name="Steering">What the steering programs left to the kernel, and why.</param>
/// <param name="Frames">Where the shared memory's frames are; null while no dataplane runs.</param>
/// <param name="Flows">How full the flow table is; null while no dataplane runs.</param>
public sealed record DirectorStatus(
    int Version,
    string Configuration,
    IReadOnlyList<ProcessReport> Processes,
    string? DataplaneFault,
    long Generation,
    IReadOnlyList<VirtualAddressStatus> VirtualAddresses,
    IReadOnlyList<DirectorServiceStatus> Services,
    IReadOnlyDictionary<string, long> Verdicts,
    IReadOnlyList<PortStatus> Ports,
    IReadOnlyList<SteeringStatus> Steering,
    FrameStatus? Frames,
    FlowTableStatus? Flows)
{
    /// <summary>The dataplane's threads; none while no dataplane forwards.</summary>
    public IReadOnlyList<WorkerStatus> Workers { get; init; } = [];
}

/// <summary>A virtual address and who has it.</summary>
/// <param name="Address">With prefix length.</param>
/// <param name="Interface">Where it belongs.</param>
/// <param name="Instance">The VRRP instance that moves it.</param>
/// <param name="State">As <see cref="VrrpAddressStatus.State"/>.</param>
/// <param name="Fault">Why the instance can't take part; null when it can.</param>
public sealed record VirtualAddressStatus(string Address, string Interface, string Instance, string State, string? Fault);

/// <summary>
/// A virtual service with its servers. <c>Steered</c> tells whether frames for it are taken here: not while another director holds its address. Replies pass the
/// director, and are counted, only where addresses are translated.
/// </summary>
public sealed record DirectorServiceStatus(
    IPAddress Address,
    ushort Port,
    string Protocol,
    string Scheduler,
    string Method,
    bool Steered,
    bool HasQuorum,
    int ActiveConnections,
    int InactiveConnections,
    long Connections,
    long Packets,
    long Bytes,
    long ReplyPackets,
    long ReplyBytes,
    IReadOnlyList<DirectorServerStatus> Servers)
{
    /// <summary>The firewall mark whose packets it is for, which is its address, too; 0 for a service of an address.</summary>
    public uint Mark { get; init; }

    /// <summary>The <c>virtual_server_group</c> that it belongs to; null for none.</summary>
    public string? Group { get; init; }

    /// <summary>Seconds that a client stays with its server after its last new connection; null without persistence.</summary>
    public double? PersistenceTimeout { get; init; }

    /// <summary>The bits of a client's address that count for persistence; null without it.</summary>
    public IPAddress? PersistenceMask { get; init; }

    /// <summary>True while its servers aren't checked, because its address is not on this machine (<c>ha_suspend</c>).</summary>
    public bool ChecksSuspended { get; init; }
}

/// <summary>
/// A real server, or the sorry server while it answers. <c>Weight</c> is its share of new connections now, 0 when it gets none. <c>Health</c> is <c>up</c>,
/// <c>down</c>, or <c>unchecked</c> when no check has told anything yet or there is none; since when is null when it has been so from the start.
/// </summary>
public sealed record DirectorServerStatus(
    IPAddress Address,
    ushort Port,
    int Weight,
    string Method,
    string Health,
    DateTimeOffset? HealthSince,
    string? LastFailure,
    bool IsSorryServer,
    int ActiveConnections,
    int InactiveConnections,
    long Connections,
    long Packets,
    long Bytes,
    long ReplyPackets,
    long ReplyBytes,
    AdjacencyStatus Adjacency)
{
    /// <summary>Clients, or networks of them, that persistence keeps with it.</summary>
    public int PersistentClients { get; init; }

    /// <summary>What else is worth knowing of its health, as a phrase: that it is kept out, or starts slowly; null for nothing.</summary>
    public string? HealthRemark { get; init; }

    /// <summary>How it has received TCP connections that began here.</summary>
    public OpeningCounts Openings { get; init; }

    /// <summary>What <c>passive_checks</c> have against it, for which it gets no new connections for now, though it may be up; null when nothing.</summary>
    public string? Suspicion { get; init; }
}

/// <summary>The way to a server.</summary>
/// <param name="State"><c>resolved</c>, <c>pending</c> or <c>unreachable</c>.</param>
/// <param name="Interface">Where frames leave; null when there is no route.</param>
/// <param name="Mac">The next hop; null unless resolved.</param>
/// <param name="Vlan">The VLAN that they go to; null for none.</param>
/// <param name="Explanation">Why it is not resolved.</param>
public sealed record AdjacencyStatus(string State, string? Interface, string? Mac, int? Vlan, string? Explanation);

/// <summary>What <c>fastlb vrrp</c> shows.</summary>
/// <param name="Instances">In the order of the configuration.</param>
/// <param name="Fault">Why this is not of this moment; null when it is.</param>
public sealed record VrrpStatus(IReadOnlyList<VrrpInstanceStatus> Instances, string? Fault)
{
    /// <summary>What is held whatever their states.</summary>
    public VrrpStaticStatus Static { get; init; } = VrrpStaticStatus.Nothing;

    /// <summary>The BFD sessions that instances may track; none when the process does not answer.</summary>
    public IReadOnlyList<VrrpBfdStatus> BfdSessions { get; init; } = [];
}

/// <summary>How the API's answers look as JSON.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DictionaryKeyPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    WriteIndented = true,
    Converters = [typeof(IPAddressConverter)])]
[JsonSerializable(typeof(DirectorStatus))]
[JsonSerializable(typeof(VrrpStatus))]
[JsonSerializable(typeof(DirectorExplanation))]
[JsonSerializable(typeof(IReadOnlyList<DirectorEvent>))]
public sealed partial class ApiJson : JsonSerializerContext;

/// <summary>How what comes one to a line looks.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, Converters = [typeof(IPAddressConverter)])]
[JsonSerializable(typeof(DirectorEvent))]
[JsonSerializable(typeof(ConnectionStatus))]
public sealed partial class LineJson : JsonSerializerContext;
