using FastLb.Dataplane.Explanations;
using FastLb.Dataplane.Flows;
using FastLb.Dataplane.Pipeline;
using FastLb.Dataplane.Services;
using FastLb.DataplaneChannel.Messages;
using FastLb.Wire;
using AdjacencyState = FastLb.Dataplane.Services.AdjacencyState;
using ExplainedServer = FastLb.DataplaneChannel.Messages.ExplainedServer;
using ForwardingMethod = FastLb.DataplaneChannel.Messages.ForwardingMethod;

namespace FastLb.DataplaneHost;

/// <summary>The packet path's explanations in the words of messages.</summary>
internal static class ExplanationConversion
{
    /// <summary>An explanation as a message.</summary>
    /// <param name="explanation">The packet path's.</param>
    /// <param name="interfaceOf">Names the interface of a port; null where ports have none.</param>
    public static PacketExplanation ToMessage(FrameExplanation explanation, Func<ushort, string?> interfaceOf) => new(
        IsAnswered(explanation) ? "answer" : StatusNames.Of(explanation.Kind), StatusNames.Of(explanation.Reason), VerdictWords.Of(explanation.Reason))
    {
        Flow = explanation.Flow is { } key ? ToFlow(key, explanation.IsIcmpError) : null,
        Service = explanation.Service is { } service ? new ExplainedService(service.Address.ToIPAddress(), (TransportProtocol)service.Protocol, service.Port) : null,
        Persistence = explanation.Persistence,
        Schedule = explanation.Schedule,
        StateBefore = explanation.StateBefore is { } before ? FlowStates.NameOf(before) : null,
        StateAfter = explanation.StateAfter is { } after ? FlowStates.NameOf(after) : null,
        Server = explanation.Server is { } server ? ToServer(server, interfaceOf) : null,
        Changes = [.. explanation.Changes.Select(change => new ExplainedChange(change.Field, change.From, change.To))],
        SegmentSize = explanation.SegmentSize,
    };

    // To the packet path an answer is what becomes of the frame, sent the way that it came.
    private static bool IsAnswered(FrameExplanation explanation) =>
        explanation.Kind == VerdictKind.Forward && explanation.Reason is VerdictReason.NoServer or VerdictReason.UnknownFlow or VerdictReason.TtlExpired or VerdictReason.TooBig;

    private static ExplainedFlow ToFlow(in FlowKey key, bool isIcmpError) => new(
        (TransportProtocol)key.Protocol, IpAddress.FromV4(key.ClientAddress).ToIPAddress(), key.ClientPort, IpAddress.FromV4(key.PeerAddress).ToIPAddress(), key.PeerPort,
        key.IsReturn, isIcmpError);

    private static ExplainedServer ToServer(Dataplane.Explanations.ExplainedServer server, Func<ushort, string?> interfaceOf)
    {
        Adjacency way = server.Way;
        var told = new ExplainedServer(server.Identity.Address.ToIPAddress(), server.Identity.Port, ToMethod(server.Method), server.Weight, ToState(way.State));
        return way.State != AdjacencyState.Resolved
            ? told
            : told with
            {
                Interface = interfaceOf(way.EgressPort),
                Mac = way.Destination.ToString(),
                Vlan = way.Tag.IsNone ? null : way.Tag.Vlan,
                Mtu = way.Mtu,
            };
    }

    private static NeighbourState ToState(AdjacencyState state) => state switch
    {
        AdjacencyState.Resolved => NeighbourState.Resolved,
        AdjacencyState.Pending => NeighbourState.Pending,
        _ => NeighbourState.Unreachable,
    };

    private static ForwardingMethod ToMethod(Dataplane.Services.ForwardingMethod method) => method switch
    {
        Dataplane.Services.ForwardingMethod.AddressTranslation => ForwardingMethod.AddressTranslation,
        Dataplane.Services.ForwardingMethod.Tunnel => ForwardingMethod.Tunnel,
        _ => ForwardingMethod.DirectRouting,
    };
}
