namespace FastLb.Dataplane.Pipeline;

/// <summary>What is to be done with a frame.</summary>
public enum VerdictKind : byte
{
    /// <summary>Not decided yet.</summary>
    None = 0,

    /// <summary>Send it by <see cref="PacketSlot.EgressPort"/>.</summary>
    Forward,

    /// <summary>Keep it untouched until adjacency <see cref="PacketSlot.Adjacency"/> resolves, then process it again.</summary>
    Hold,

    /// <summary>Return its memory to the pool.</summary>
    Drop,

    /// <summary>It is not ours: give it back to the kernel, as it came, then return its memory to the pool.</summary>
    Punt,

    /// <summary>Pass it on untouched to worker <see cref="PacketSlot.Worker"/>, which owns its flow and decides; it is not counted before.</summary>
    HandOver,
}

/// <summary>Why a frame got its verdict. Each has one counter, shown by <c>fastlb status</c>, and one test.</summary>
public enum VerdictReason : byte
{
    /// <summary>Not decided yet; never counted.</summary>
    None = 0,

    /// <summary>Sent to a real server by direct routing.</summary>
    ForwardedDirect,

    /// <summary>Sent to a real server with its address in place of the virtual one.</summary>
    ForwardedTranslated,

    /// <summary>A real server's reply, sent to the client with the virtual address in place of the server's.</summary>
    ForwardedReply,

    /// <summary>Sent to a real server through a tunnel.</summary>
    ForwardedTunnel,

    /// <summary>An ICMP error about a flow's packet, passed on to the party that sent it.</summary>
    RelayedIcmpError,

    /// <summary>An ICMP error about a tunnel's packet, taken note of: the client's next packet that is too big is answered.</summary>
    TunnelIcmpError,

    /// <summary>Belongs to no flow and no service: given back to the kernel.</summary>
    NotOurs,

    /// <summary>Should have been given back to the kernel, which did not take it.</summary>
    PuntRefused,

    /// <summary>Shorter than an Ethernet and an IP header, or not IPv4 behind one VLAN tag at the most: given back to the kernel.</summary>
    NotIp,

    /// <summary>IPv4 header with a wrong version, header length or total length.</summary>
    MalformedIp,

    /// <summary>IPv4 header whose checksum is wrong.</summary>
    BadIpChecksum,

    /// <summary>TCP or UDP header that is cut off.</summary>
    MalformedTransport,

    /// <summary>A later fragment whose first one, which alone has the ports, has not been seen.</summary>
    FragmentUnmatched,

    /// <summary>Neither TCP nor UDP.</summary>
    UnsupportedProtocol,

    /// <summary>No virtual service at this address, protocol and port.</summary>
    NoService,

    /// <summary>TCP without SYN for a connection that is not in the flow table.</summary>
    UnknownFlow,

    /// <summary>The service has no real server of weight above zero; the client is told "port unreachable".</summary>
    NoServer,

    /// <summary>The flow's real server has been removed from the service.</summary>
    ServerRemoved,

    /// <summary>Time to live was 1 or 0; the client is told "time exceeded".</summary>
    TtlExpired,

    /// <summary>Larger than the way to the real server takes; with DF the client is told "fragmentation needed".</summary>
    TooBig,

    /// <summary>Of a client that is denied, or for one; flows that it had before included.</summary>
    Denied,

    /// <summary>Would have begun a flow of a client that has begun as many as it may for now.</summary>
    ClientRateLimited,

    /// <summary>The flow table is full and no half-open flow in it can give way; or that of the persistence templates is, and the client is a new one.</summary>
    FlowTableFull,

    /// <summary>
    /// Another flow of this client's endpoint goes to the same server through another service already, so that replies could not be told apart.
    /// </summary>
    ReturnPathTaken,

    /// <summary>No room before the packet for what has to be put there.</summary>
    NoHeadroom,

    /// <summary>There is no route to the real server, or its interface carries no port of ours.</summary>
    NoRoute,

    /// <summary>The real server's neighbour entry could not be resolved in time.</summary>
    AdjacencyUnresolved,

    /// <summary>Too many frames already wait for the neighbour entry.</summary>
    AdjacencyQueueFull,

    /// <summary>The transmit ring had no room, for an aggregate: for all of its segments; those before are sent.</summary>
    TransmitRingFull,

    /// <summary>An aggregate for whose segments the worker had too few free chunks.</summary>
    OutOfChunks,

    /// <summary>Lies in more chunks than the kernel sends as one frame.</summary>
    TooManyChunks,

    /// <summary>Dropped without the ICMP error that it would have been answered with: too many have been sent.</summary>
    IcmpRateLimited,

    /// <summary>The ring to the worker that owns the flow, or the port that the frame was to leave by, had no room.</summary>
    HandOverRingFull,
}
