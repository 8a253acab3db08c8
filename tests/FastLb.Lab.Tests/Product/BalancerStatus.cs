using System.Text.Json;

namespace FastLb.Lab.Tests.Product;

/// <summary>What <c>fastlb status --json</c> prints, as far as tests look at it.</summary>
internal sealed record BalancerStatus(
    IReadOnlyList<ServiceStatus> Services,
    IReadOnlyDictionary<string, long> Verdicts,
    IReadOnlyList<PortStatus> Ports,
    IReadOnlyList<SteeringStatus> Steering,
    FramesStatus Frames,
    IReadOnlyList<VirtualAddressStatus> VirtualAddresses)
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
    };

    /// <exception cref="JsonException">Something tests look at is missing.</exception>
    public static BalancerStatus Parse(string json) =>
        JsonSerializer.Deserialize<BalancerStatus>(json, Options) ?? throw new JsonException("status is null");

    public ServiceStatus Service(int port) => Services.Single(service => service.Port == port);
}

/// <param name="Bytes">Sum of the packets' IP total lengths.</param>
internal sealed record ServiceStatus(
    string Address,
    int Port,
    string Protocol,
    string Scheduler,
    string Method,
    long Connections,
    long Packets,
    long Bytes,
    long ActiveConnections,
    long InactiveConnections,
    IReadOnlyList<ServerStatus> Servers);

internal sealed record ServerStatus(
    string Address,
    int Port,
    int Weight,
    long Connections,
    long Packets,
    long Bytes,
    long ActiveConnections,
    long InactiveConnections,
    AdjacencyStatus Adjacency);

/// <param name="Mac">Absent while the server's Ethernet address is not known.</param>
internal sealed record AdjacencyStatus(string State, string? Mac = null, string? Interface = null)
{
    public bool IsResolved => State == "resolved";
}

internal sealed record PortStatus(string Interface, int Queue, string Kind, string Mode, long Received, long Transmitted);

internal sealed record SteeringStatus(string Interface, long Steered, long NotOwnMac);

internal sealed record FramesStatus(long Total, long Lost);

internal sealed record VirtualAddressStatus(string Address, string Interface, string State);
