namespace FastLb.Configuration.Model;

/// <summary>How long idle connections are remembered: what <c>ipvsadm --set</c> sets. Whole seconds, 31 days at the most.</summary>
public sealed record ConnectionTimeouts
{
    /// <summary>Established TCP connections.</summary>
    public TimeSpan Tcp { get; init; } = TimeSpan.FromSeconds(900);

    /// <summary>TCP connections after a FIN.</summary>
    public TimeSpan TcpFin { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>UDP.</summary>
    public TimeSpan Udp { get; init; } = TimeSpan.FromSeconds(300);
}
