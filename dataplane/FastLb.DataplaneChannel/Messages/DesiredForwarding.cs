namespace FastLb.DataplaneChannel.Messages;

/// <summary>What becomes of a packet for a service that belongs to no connection and may not begin one.</summary>
public enum UnknownFlowAnswer
{
    /// <summary>It is answered by a reset, or by "port unreachable".</summary>
    Refuse,

    /// <summary>It is dropped.</summary>
    Drop,

    /// <summary>It is given back to the kernel.</summary>
    Kernel,
}

/// <summary>How long idle connections are remembered, seconds.</summary>
/// <param name="Tcp">Established TCP connections.</param>
/// <param name="TcpFin">TCP connections after a FIN.</param>
/// <param name="Udp">UDP.</param>
public sealed record DesiredTimeouts(int Tcp, int TcpFin, int Udp);

/// <summary>What holds for all services; the defaults are those of kernel IPVS.</summary>
public sealed record DesiredForwarding
{
    /// <summary>How long idle connections of services that do not say otherwise are remembered.</summary>
    public DesiredTimeouts Timeouts { get; init; } = new(900, 120, 300);

    /// <summary>What becomes of packets that belong to no connection.</summary>
    public UnknownFlowAnswer UnknownFlows { get; init; }

    /// <summary>Whether TCP connections may begin with another segment than a SYN.</summary>
    public bool SloppyTcp { get; init; }

    /// <summary>Whether connections of removed servers, and of those of weight 0 whose client begins anew, go to another.</summary>
    public bool ExpiresConnectionsOfRemovedServers { get; init; }

    /// <summary>Whether clients leave the server that persistence keeps them on when it has weight 0.</summary>
    public bool ExpiresQuiescentTemplates { get; init; }

    /// <summary>When a SYN of a port with a connection begins another: IPVS's <c>conn_reuse_mode</c>.</summary>
    public int ConnectionReuseMode { get; init; } = 1;

    /// <summary>Whether a connection counts as established only when the server has answered.</summary>
    public bool SecureTcp { get; init; }

    /// <summary>What services are defended with.</summary>
    public DesiredDefence Defence { get; init; } = new();

    /// <summary>Places of the tables of the scheduler mh, a prime; 0 for the usual number.</summary>
    public int MaglevTableSize { get; init; }
}
