using System.Net;

namespace FastLb.Configuration.Model;

/// <summary>What the <c>defence</c> block sets against floods and clients that do harm, for all services.</summary>
public sealed record DefenceSettings
{
    /// <summary>Connections with a handshake that is not done at which the oldest gives way to each new one; null for the flow table's size.</summary>
    public int? HalfOpenLimit { get; init; }

    /// <summary>How many connections each client may begin; null for any number.</summary>
    public ClientRate? NewConnectionsPerClient { get; init; }

    /// <summary>Clients whose packets are dropped; IPv4.</summary>
    public ValueList<IPNetwork> Denied { get; init; } = [];

    /// <summary>Those within <see cref="Denied"/> whose packets are not; of all prefixes that an address lies in the longest decides.</summary>
    public ValueList<IPNetwork> Allowed { get; init; } = [];
}

/// <summary>A rate for each client, with what may come at once.</summary>
/// <param name="PerSecond">New connections in a second.</param>
/// <param name="Burst">New connections at once.</param>
/// <param name="PrefixLength">Bits of an IPv4 address that make a client.</param>
public sealed record ClientRate(int PerSecond, int Burst, int PrefixLength);
