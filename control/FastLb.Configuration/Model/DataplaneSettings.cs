namespace FastLb.Configuration.Model;

/// <summary>What the <c>fastlb</c> block sets for all services. The defaults are those of kernel IPVS.</summary>
public sealed record DataplaneSettings
{
    /// <summary>What becomes of packets for a service that belong to no connection and may not begin one.</summary>
    public UnknownFlowAnswer UnknownFlows { get; init; }

    /// <summary>Whether TCP connections may begin with another segment than a SYN.</summary>
    public bool SloppyTcp { get; init; }

    /// <summary>Whether connections of a server that has been removed, or of one of weight 0 whose client begins anew, go to another.</summary>
    public bool ExpiresConnectionsOfRemovedServers { get; init; }

    /// <summary>Whether clients leave the server that persistence keeps them on when it has weight 0.</summary>
    public bool ExpiresQuiescentTemplates { get; init; }

    /// <summary>Which packets have firewall marks; the first rule that fits counts.</summary>
    public ValueList<MarkRule> Marks { get; init; } = [];

    /// <summary>When a SYN of a port with a connection begins another: 0 never, 1 after its end, 2 and 3 also after a FIN in direct routing and tunnels.</summary>
    public int ConnectionReuseMode { get; init; } = 1;

    /// <summary>Whether a connection counts as established only when the server has answered (<c>secure_tcp</c>).</summary>
    public bool SecureTcp { get; init; }

    /// <summary>Places of the tables of the scheduler mh.</summary>
    public int MaglevTableSize { get; init; } = 4093;

    /// <summary>Connections that are remembered at a time; one whose addresses are translated counts twice.</summary>
    public int FlowTableSize { get; init; } = Model.FlowTableSize.Default;

    /// <summary>Where and how frames are taken and sent.</summary>
    public PortSettings Ports { get; init; } = new();

    /// <summary>Where the director answers.</summary>
    public ListenerSettings Listeners { get; init; } = new();

    /// <summary>What services are defended with.</summary>
    public DefenceSettings Defence { get; init; } = new();

    /// <summary>How servers come back.</summary>
    public RecoverySettings Recovery { get; init; } = new();

    /// <summary>When servers are suspected because of what becomes of connections; null for never.</summary>
    public PassiveCheckSettings? PassiveChecks { get; init; }
}

/// <summary>What becomes of a packet that belongs to no connection.</summary>
public enum UnknownFlowAnswer
{
    /// <summary>It is answered by a reset, or by "port unreachable".</summary>
    Refuse,

    /// <summary>It is dropped.</summary>
    Drop,

    /// <summary>It is given back to the kernel.</summary>
    Kernel,
}
