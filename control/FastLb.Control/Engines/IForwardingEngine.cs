using FastLb.DataplaneChannel.Messages;
using FastLb.Runtime;

namespace FastLb.Control.Engines;

/// <summary>
/// What forwards packets. It is told the whole desired state each time, applies the difference and keeps established connections.
/// </summary>
public interface IForwardingEngine
{
    /// <summary>Brings the engine into this state; returns when frames are handled by it.</summary>
    /// <exception cref="DirectorException">The engine refuses it; it goes on with what it had.</exception>
    Task Apply(DesiredState state, CancellationToken cancellation);

    /// <summary>Tells the ways to the real servers.</summary>
    Task Apply(AdjacencyState adjacencies, CancellationToken cancellation);

    /// <summary>Has the replies to clients follow one of them, or a router before them, to another Ethernet address.</summary>
    /// <exception cref="DirectorException">There is no engine at this moment: to be told again.</exception>
    Task Apply(NeighbourMove move, CancellationToken cancellation);

    /// <summary>Some of the connections.</summary>
    /// <param name="position">0 for the first page, then <see cref="ConnectionsAnswer.Next"/>.</param>
    /// <param name="filter">Which connections.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    Task<ConnectionsAnswer> ReadConnections(long position, ConnectionFilter filter, CancellationToken cancellation);

    /// <summary>What would become of a packet that nobody has sent; nothing changes by the question.</summary>
    Task<ExplainAnswer> Explain(PacketQuestion packet, CancellationToken cancellation);

    /// <summary>Counters, at this moment.</summary>
    Task<DataplaneStatus> ReadStatus(CancellationToken cancellation);
}
