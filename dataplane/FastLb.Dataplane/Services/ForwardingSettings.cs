using FastLb.Dataplane.Defence;
using FastLb.Dataplane.Flows;

namespace FastLb.Dataplane.Services;

/// <summary>What becomes of a packet for a service that belongs to no flow and may not begin one.</summary>
public enum UnknownFlowAnswer : byte
{
    /// <summary>TCP is reset, UDP answered with "port unreachable": what a kernel that holds the virtual address does, to which IPVS gives such packets.</summary>
    Refuse = 0,

    /// <summary>Nothing: whoever it is waits.</summary>
    Drop,

    /// <summary>It is given back to the kernel.</summary>
    Kernel,
}

/// <summary>
/// What holds for all services: the settings that kernel IPVS has under <c>net.ipv4.vs</c>, with its defaults, and FastLb's own. Immutable.
/// </summary>
public sealed record ForwardingSettings
{
    /// <summary>IPVS's defaults.</summary>
    public static ForwardingSettings Default { get; } = new();

    /// <summary>How long flows live whose service does not say otherwise, and those whose server has been removed.</summary>
    public FlowTimeouts Timeouts { get; init; } = FlowTimeouts.Default;

    /// <summary>What becomes of packets that belong to no flow and may not begin one.</summary>
    public UnknownFlowAnswer UnknownFlows { get; init; }

    /// <summary>Whether any TCP segment but a reset begins a flow, not only a SYN (<c>sloppy_tcp</c>).</summary>
    public bool SloppyTcp { get; init; }

    /// <summary>
    /// Whether flows of a removed server end with their next packet, which then begins a new one if it may, and a SYN of a flow whose server has weight 0 does so, too
    /// (<c>expire_nodest_conn</c>). Else packets of the former are dropped until the flow's time is up or the server is back.
    /// </summary>
    public bool ExpiresFlowsOfRemovedServers { get; init; }

    /// <summary>Whether clients leave a server that they are kept on when it has weight 0 (<c>expire_quiescent_template</c>).</summary>
    public bool ExpiresQuiescentTemplates { get; init; }

    /// <summary>
    /// When a SYN begins a new flow in place of its client port's former one (<c>conn_reuse_mode</c>): bit 0 or 1 for one in TIME_WAIT or CLOSE; bit 1 also for one in
    /// FIN_WAIT whose replies are not seen.
    /// </summary>
    public int ReuseMode { get; init; } = 1;

    /// <summary>Whether TCP flows follow the tables that need more than a SYN and an ACK to count as established (<c>secure_tcp</c> 3).</summary>
    public bool SecureTcp { get; init; }

    /// <summary>Whose packets are dropped; null for nobody's.</summary>
    public ClientFilter? Clients { get; init; }

    /// <summary>How many flows each client may begin; null for any number.</summary>
    public ClientRateLimit? NewFlows { get; init; }

    /// <summary>Places of the tables of <c>mh</c>: a prime.</summary>
    public int MaglevTableSize { get; init; } = Scheduling.MaglevHashing.DefaultSize;
}
