using Xunit;

namespace FastLb.Lab.Tests.Product;

/// <summary>What <c>fastlb status --json</c> prints, as far as tests look at it.</summary>
internal sealed record BalancerStatus(
    long Generation,
    IReadOnlyList<ServiceStatus> Services,
    IReadOnlyDictionary<string, long> Verdicts,
    IReadOnlyList<PortStatus> Ports,
    IReadOnlyList<SteeringStatus> Steering,
    FramesStatus? Frames,
    IReadOnlyList<VirtualAddressStatus> VirtualAddresses,
    IReadOnlyList<WorkerStatus> Workers,
    IReadOnlyList<ProcessStatus> Processes,
    FlowTableStatus? Flows)
{
    /// <summary>No frame has been lost track of, and no process has ended and been started again.</summary>
    public void AssertSound()
    {
        Assert.Equal(0, Frames!.Lost);
        Assert.Equal(["Control", "Dataplane", "Vrrp"], Processes.Select(process => process.Role).Order(StringComparer.Ordinal));
        Assert.All(Processes, process => Assert.Equal(("Running", 0, null), (process.State, process.Restarts, process.LastEnd)));
    }

    public ServiceStatus Service(int port) => Services.Single(service => service.Port == port);
}

/// <param name="Bytes">Sum of the packets' IP total lengths.</param>
internal sealed record ServiceStatus(
    string Address,
    int Port,
    string Protocol,
    string Scheduler,
    string Method,
    bool Steered,
    long Connections,
    long Packets,
    long Bytes,
    long ActiveConnections,
    long InactiveConnections,
    IReadOnlyList<ServerStatus> Servers,
    uint Mark = 0);

/// <param name="Health">up, down or unchecked.</param>
internal sealed record ServerStatus(
    string Address,
    int Port,
    int Weight,
    long Connections,
    long Packets,
    long Bytes,
    long ActiveConnections,
    long InactiveConnections,
    AdjacencyStatus Adjacency,
    string Health,
    OpeningsStatus Openings,
    string? Suspicion = null,
    int PersistentClients = 0);

/// <summary>What has become of TCP connections to a server.</summary>
internal sealed record OpeningsStatus(long Answered, long Unanswered, long Refused);

/// <param name="Mac">Absent while the server's Ethernet address is not known.</param>
internal sealed record AdjacencyStatus(string State, string? Mac = null, string? Interface = null)
{
    public bool IsResolved => State == "resolved";
}

internal sealed record PortStatus(string Interface, int Queue, string Kind, string Mode, long Received, long Transmitted, long KernelDropped);

/// <param name="Outcomes">Frames by what the steering program did with them.</param>
internal sealed record SteeringStatus(string Interface, IReadOnlyDictionary<string, long> Outcomes)
{
    public long Steered => Outcomes["steered"];

    public long NotOwnMac => Outcomes["notOwnMac"];
}

internal sealed record WorkerStatus(int Number, int? Processor, int Flows, long HandedOver);

internal sealed record FlowTableStatus(int Count, int Capacity, int HalfOpen, long EvictedHalfOpen);

internal sealed record FramesStatus(long Total, long Lost);

/// <param name="Role">Control, Dataplane or Vrrp.</param>
/// <param name="State">Running, Starting, Waiting or Stopped.</param>
/// <param name="Restarts">How often it had to be started again.</param>
/// <param name="LastEnd">How it ended last; null when it never did.</param>
internal sealed record ProcessStatus(string Role, string State, int Restarts, string? LastEnd = null);

internal sealed record VirtualAddressStatus(string Address, string Interface, string State);
