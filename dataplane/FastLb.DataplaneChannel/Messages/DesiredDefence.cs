namespace FastLb.DataplaneChannel.Messages;

/// <summary>What all services are defended with.</summary>
public sealed record DesiredDefence
{
    /// <summary>Connections with a handshake that is not done, of all workers together, at which the oldest gives way to each new one; null for no limit but the flow table's size.</summary>
    public int? HalfOpenLimit { get; init; }

    /// <summary>How many connections each client may begin; null for any number.</summary>
    public DesiredClientRate? NewConnectionsPerClient { get; init; }

    /// <summary>Clients whose packets are dropped: IPv4 prefixes such as 192.0.2.0/24.</summary>
    public IReadOnlyList<string> Denied { get; init; } = [];

    /// <summary>Those among them whose packets are not dropped; the longest prefix decides.</summary>
    public IReadOnlyList<string> Allowed { get; init; } = [];
}

/// <summary>A rate for each client.</summary>
/// <param name="PerSecond">New connections in a second.</param>
/// <param name="Burst">New connections at once.</param>
/// <param name="PrefixLength">Bits of an IPv4 address that make a client.</param>
public sealed record DesiredClientRate(int PerSecond, int Burst, int PrefixLength);
