using System.Net;
using System.Text.Json.Serialization;
using FastLb.DataplaneChannel.Messages;

namespace FastLb.Control.Api;

/// <summary>Everything that <c>fastlb status</c> shows: what control wants, what the dataplane counts, and what the kernel says of the way.</summary>
/// <param name="Version">Of this format; grows when something is renamed or removed.</param>
/// <param name="Configuration">Path of the configuration file.</param>
/// <param name="Dataplane">The process that forwards.</param>
/// <param name="Generation">The desired state that it has taken up.</param>
/// <param name="VirtualAddresses">Addresses of the VRRP instances.</param>
/// <param name="Services">In the order of the configuration; empty while no dataplane runs.</param>
/// <param name="Verdicts">Frames by reason of their verdict, as <see cref="DataplaneStatus.Verdicts"/>.</param>
/// <param name="Ports">Receive queues that frames are taken from.</param>
/// <param name="Steering">What the steering programs left to the kernel, and why.</param>
/// <param name="Frames">Where the shared memory's frames are; null while no dataplane runs.</param>
/// <param name="Flows">How full the flow table is; null while no dataplane runs.</param>
public sealed record DirectorStatus(
    int Version,
    string Configuration,
    DataplaneProcessStatus Dataplane,
    long Generation,
    IReadOnlyList<VirtualAddressStatus> VirtualAddresses,
    IReadOnlyList<DirectorServiceStatus> Services,
    IReadOnlyDictionary<string, long> Verdicts,
    IReadOnlyList<PortStatus> Ports,
    IReadOnlyList<SteeringStatus> Steering,
    FrameStatus? Frames,
    FlowTableStatus? Flows);

/// <summary>The dataplane process.</summary>
/// <param name="State"><c>running</c>, or <c>stopped</c> when there is none at this moment.</param>
/// <param name="Pid">Its process id; null when there is none.</param>
/// <param name="Restarts">How often it had to be started again.</param>
/// <param name="Fault">Why its counters can't be shown; null when they can.</param>
public sealed record DataplaneProcessStatus(string State, int? Pid, int Restarts, string? Fault);

/// <summary>A virtual address and whether it is on its interface.</summary>
/// <param name="Address">With prefix length.</param>
/// <param name="Interface">Where it belongs.</param>
/// <param name="State"><c>added</c> by this director, <c>present</c> before it came, or <c>missing</c>.</param>
public sealed record VirtualAddressStatus(string Address, string Interface, string State);

/// <summary>A virtual service with its servers.</summary>
public sealed record DirectorServiceStatus(
    IPAddress Address,
    ushort Port,
    string Protocol,
    string Scheduler,
    string Method,
    int ActiveConnections,
    int InactiveConnections,
    long Connections,
    long Packets,
    long Bytes,
    IReadOnlyList<DirectorServerStatus> Servers);

/// <summary>A real server.</summary>
public sealed record DirectorServerStatus(
    IPAddress Address,
    ushort Port,
    int Weight,
    int ActiveConnections,
    int InactiveConnections,
    long Connections,
    long Packets,
    long Bytes,
    AdjacencyStatus Adjacency);

/// <summary>The way to a server.</summary>
/// <param name="State"><c>resolved</c>, <c>pending</c> or <c>unreachable</c>.</param>
/// <param name="Interface">Where frames leave; null when there is no route.</param>
/// <param name="Mac">The next hop; null unless resolved.</param>
/// <param name="Explanation">Why it is not resolved.</param>
public sealed record AdjacencyStatus(string State, string? Interface, string? Mac, string? Explanation);

/// <summary>How the API's answers look as JSON.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DictionaryKeyPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    WriteIndented = true,
    Converters = [typeof(IPAddressConverter)])]
[JsonSerializable(typeof(DirectorStatus))]
public sealed partial class ApiJson : JsonSerializerContext;
