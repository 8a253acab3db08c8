using System.Net;

namespace FastLb.DataplaneChannel.Messages;

/// <summary>What the dataplane counts, at one moment. All counts are since its start.</summary>
public sealed record DataplaneStatus(
    long Generation,
    IReadOnlyList<ServiceStatus> Services,
    IReadOnlyDictionary<string, long> Verdicts,
    IReadOnlyList<PortStatus> Ports,
    IReadOnlyList<SteeringStatus> Steering,
    FrameStatus Frames,
    FlowTableStatus Flows)
{
    /// <summary>The threads that forward; none without ports.</summary>
    public IReadOnlyList<WorkerStatus> Workers { get; init; } = [];
}

/// <summary>
/// A virtual service's traffic: connections scheduled, packets and bytes (of IP packets) forwarded, and those of replies, which are seen only where addresses
/// are translated.
/// </summary>
public sealed record ServiceStatus(
    IPAddress Address,
    ushort Port,
    TransportProtocol Protocol,
    string Scheduler,
    ForwardingMethod Method,
    bool IsSteered,
    long Connections,
    long Packets,
    long Bytes,
    long ReplyPackets,
    long ReplyBytes,
    IReadOnlyList<ServerStatus> Servers)
{
    /// <summary>As <see cref="DesiredService.Mark"/>.</summary>
    public uint Mark { get; init; }
}

/// <summary>A real server's share of it. Active and inactive are counted as IPVS does.</summary>
public sealed record ServerStatus(
    IPAddress Address,
    ushort Port,
    int Weight,
    ForwardingMethod Method,
    int ActiveConnections,
    int InactiveConnections,
    long Connections,
    long Packets,
    long Bytes,
    long ReplyPackets,
    long ReplyBytes)
{
    /// <summary>Clients, or networks of them, that stay with it by persistence.</summary>
    public int PersistentClients { get; init; }

    /// <summary>What has become of the TCP connections that began with a SYN here.</summary>
    public OpeningCounts Openings { get; init; }
}

/// <summary>How a real server has received TCP connections, each counted once at the most in each of the three.</summary>
/// <param name="Answered">The server answered; where its replies don't pass here, the client went on.</param>
/// <param name="Unanswered">The client had to repeat its SYN, or the connection ended without an answer.</param>
/// <param name="Refused">The server answered with a reset, which is seen only where addresses are translated.</param>
public readonly record struct OpeningCounts(long Answered, long Unanswered, long Refused);

/// <summary>One receive queue of one interface.</summary>
/// <param name="Interface">Its name.</param>
/// <param name="Queue">Number of the queue.</param>
/// <param name="Kind">How frames are taken, such as <c>af_xdp</c>.</param>
/// <param name="Mode">Where the steering program runs: <c>native</c>, in the driver.</param>
/// <param name="Copy">Whether the kernel copies frames into our memory: <c>copy</c> or <c>zero-copy</c>.</param>
/// <param name="Received">Frames received, among them aggregates of TCP segments.</param>
/// <param name="Transmitted">Frames sent; for an aggregate, its segments.</param>
/// <param name="KernelDropped">Frames that the kernel had for us and dropped: no memory on offer, ring full, or frame unfit.</param>
/// <param name="Refused">Frames in more parts than the largest IPv4 packet needs, or in parts that make no sense.</param>
public sealed record PortStatus(
    string Interface, int Queue, string Kind, string Mode, string Copy, long Received, long Transmitted, long KernelDropped, long Refused);

/// <summary>What the steering program did with the frames of an interface: name of the outcome, number of frames.</summary>
public sealed record SteeringStatus(string Interface, IReadOnlyDictionary<string, long> Outcomes);

/// <summary>One of the threads that forward, since its ports were opened.</summary>
/// <param name="Number">From 0.</param>
/// <param name="Processor">The processor that it is kept on; null for a single worker, which is kept on none.</param>
/// <param name="Flows">Flows that it owns.</param>
/// <param name="HandedOver">Frames that it received and another worker decided about, as the owner of their flow.</param>
public sealed record WorkerStatus(int Number, int? Processor, int Flows, long HandedOver);

/// <summary>
/// Where the frames of the shared memory are. All parts sum up to the total, or frames have been lost. Held are those that wait for a neighbour or are on their way
/// from worker to worker.
/// </summary>
public sealed record FrameStatus(int Total, int Free, int Fill, int Receive, int Transmit, int Completion, int Held, int Lost);

/// <summary>How full the flow tables of all workers are together.</summary>
public sealed record FlowTableStatus(int Count, int Capacity)
{
    /// <summary>Flows whose handshake is not done.</summary>
    public int HalfOpen { get; init; }

    /// <summary>Such flows that had to give way to new ones, because the table was full or for the limit on them; since the dataplane's start.</summary>
    public long EvictedHalfOpen { get; init; }
}
