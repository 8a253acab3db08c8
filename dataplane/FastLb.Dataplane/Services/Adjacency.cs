using FastLb.Wire;

namespace FastLb.Dataplane.Services;

/// <summary>How far the way to a next hop is known.</summary>
public enum AdjacencyState : byte
{
    /// <summary>The neighbour's MAC address has been asked for. Frames wait.</summary>
    Pending = 0,

    /// <summary>Frames can be sent.</summary>
    Resolved,

    /// <summary>The neighbour does not answer, or there is no route, or it leads where no port of ours is. Frames are dropped.</summary>
    Unreachable,
}

/// <summary>What the frames to one real server need: the way out, the addresses of the frame, and how much it takes.</summary>
/// <param name="State">How much of the rest is known.</param>
/// <param name="EgressPort">Index of the port that frames leave by.</param>
/// <param name="Destination">The next hop's MAC address.</param>
/// <param name="Source">The MAC address of the interface that frames leave by.</param>
/// <param name="Mtu">Largest IP packet on that way, bytes.</param>
/// <param name="LocalAddress">The director's own IPv4 address towards the server, as a number; 0 when it has none.</param>
/// <param name="Tag">The VLAN tag of frames on that way.</param>
public readonly record struct Adjacency(
    AdjacencyState State, ushort EgressPort, MacAddress Destination, MacAddress Source, ushort Mtu, uint LocalAddress = 0, VlanTag Tag = default);

/// <summary>What frames that leave by a port have in common.</summary>
/// <param name="Source">The interface's own MAC address.</param>
/// <param name="Mtu">Largest IP packet, bytes.</param>
/// <param name="Interface">
/// What flows remember the interface by, since ports are numbered anew when they are opened anew: stays the same for as long as an interface of that name comes again.
/// </param>
public readonly record struct EgressLink(MacAddress Source, ushort Mtu, ushort Interface);
