using System.Text.Json.Serialization;

namespace FastLb.DataplaneChannel.Messages;

/// <summary>
/// What control and dataplane say to each other. A request carries a number, and the answer to it the same one; answers come in the order of the requests.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(ApplyDesiredState), "apply-desired-state")]
[JsonDerivedType(typeof(ApplyAdjacencies), "apply-adjacencies")]
[JsonDerivedType(typeof(ApplyNeighbourMove), "apply-neighbour-move")]
[JsonDerivedType(typeof(StatusRequest), "status-request")]
[JsonDerivedType(typeof(Applied), "applied")]
[JsonDerivedType(typeof(Refused), "refused")]
[JsonDerivedType(typeof(StatusAnswer), "status")]
[JsonDerivedType(typeof(ConnectionsRequest), "connections-request")]
[JsonDerivedType(typeof(ConnectionsAnswer), "connections")]
[JsonDerivedType(typeof(ExplainRequest), "explain-request")]
[JsonDerivedType(typeof(ExplainAnswer), "explanation")]
public abstract record ChannelMessage(long Request);

/// <summary>Control asks the dataplane to bring itself into this state.</summary>
public sealed record ApplyDesiredState(long Request, DesiredState State) : ChannelMessage(Request);

/// <summary>Control tells the dataplane the ways to the servers.</summary>
public sealed record ApplyAdjacencies(long Request, AdjacencyState Adjacencies) : ChannelMessage(Request);

/// <summary>Control tells the dataplane that a client, or a router before clients, has another Ethernet address.</summary>
public sealed record ApplyNeighbourMove(long Request, NeighbourMove Move) : ChannelMessage(Request);

/// <summary>Control asks for counters.</summary>
public sealed record StatusRequest(long Request) : ChannelMessage(Request);

/// <summary>It is done.</summary>
public sealed record Applied(long Request) : ChannelMessage(Request);

/// <summary>It is not done, and nothing has changed; the text says why and what helps.</summary>
public sealed record Refused(long Request, string Reason) : ChannelMessage(Request);

/// <summary>The counters.</summary>
public sealed record StatusAnswer(long Request, DataplaneStatus Status) : ChannelMessage(Request);

/// <summary>Control asks for some of the connections.</summary>
/// <param name="Request">Its number.</param>
/// <param name="Position">0 for the first page, then <see cref="ConnectionsAnswer.Next"/> of the answer before.</param>
/// <param name="Filter">Which connections.</param>
public sealed record ConnectionsRequest(long Request, long Position, ConnectionFilter Filter) : ChannelMessage(Request);

/// <summary>Some of the connections; there may be none in a page that is not the last.</summary>
/// <param name="Request">The number of the request.</param>
/// <param name="Connections">In no particular order.</param>
/// <param name="Next">Where the next page begins; 0 when this was the last.</param>
public sealed record ConnectionsAnswer(long Request, IReadOnlyList<ConnectionStatus> Connections, long Next) : ChannelMessage(Request);

/// <summary>Control asks what would become of a packet. Nothing changes by the question.</summary>
public sealed record ExplainRequest(long Request, PacketQuestion Packet) : ChannelMessage(Request);

/// <summary>What would become of it.</summary>
/// <param name="Request">The number of the request.</param>
/// <param name="Explanation">What the worker that owns its flow would decide.</param>
/// <param name="IsSteered">Whether frames for the service are taken from the kernel at all; null when there is no such service.</param>
public sealed record ExplainAnswer(long Request, PacketExplanation Explanation, bool? IsSteered) : ChannelMessage(Request);
