using FastLb.Dataplane.Services;
using FastLb.Wire;

namespace FastLb.Dataplane.Flows;

/// <summary>
/// What becomes of connections that begin here with a SYN, counted for their server: each is answered or refused at most once, and unanswered at most once before that.
/// A server whose replies don't pass here has answered when the client goes on: with an ACK, or with a RST, which a client without a connection sends only when it
/// has heard something (RFC 9293 §3.10.7). One worker's; allocates nothing.
/// </summary>
internal sealed class FlowOpenings
{
    private ServiceTable _table = ServiceTable.Empty;
    private int _worker;

    /// <summary>Whose counters count from now on what becomes of flows while they end.</summary>
    /// <param name="table">The services; one that is a little older will do, as a slot keeps its meaning while flows refer to it.</param>
    /// <param name="worker">Number of the worker that the flows belong to.</param>
    public void Follow(ServiceTable table, int worker)
    {
        _table = table;
        _worker = worker;
    }

    /// <summary>Takes a client's segment of a flow that was not established before it.</summary>
    /// <param name="flow">The flow, in its state after the segment.</param>
    /// <param name="flags">The segment's.</param>
    /// <param name="isSent">Whether it is on its way to the server: frames that are held come again.</param>
    /// <param name="server">The counters of the flow's server.</param>
    public void OnClientSegment(ref FlowEntry flow, TcpFlags flags, bool isSent, TrafficCounters server)
    {
        if ((flags & (TcpFlags.Syn | TcpFlags.Acknowledgment | TcpFlags.Reset)) == TcpFlags.Syn)
        {
            if (isSent && FlowStates.IsHalfOpen(flow.State))
                Ask(ref flow, server);
        }
        else if (!flow.HasReturnHalf && Awaits(flow) && (flags & (TcpFlags.Acknowledgment | TcpFlags.Reset)) != TcpFlags.None)
        {
            flow.Control |= FlowControl.Settled;
            server.CountAnswered(_worker);
        }
    }

    /// <summary>Takes a server's segment of a flow that was not established before it.</summary>
    /// <param name="flow">The flow.</param>
    /// <param name="flags">The segment's.</param>
    /// <param name="server">The counters of the flow's server.</param>
    public void OnServerSegment(ref FlowEntry flow, TcpFlags flags, TrafficCounters server)
    {
        if (!Awaits(flow))
            return;
        flow.Control |= FlowControl.Settled;
        if ((flags & TcpFlags.Reset) != TcpFlags.None)
            server.CountRefused(_worker);
        else
            server.CountAnswered(_worker);
    }

    /// <summary>Takes a flow whose time is up. Those that give way to others don't count: a flood would make them.</summary>
    public void OnExpired(in FlowEntry flow)
    {
        if (!Awaits(flow) || !FlowStates.IsHalfOpen(flow.State) || (flow.Control & FlowControl.Repeated) != FlowControl.None)
            return;
        ref readonly RealServer server = ref _table.Server(flow.Server);
        if (server.Service is not null)
            server.Counters.CountUnanswered(_worker);
    }

    private void Ask(ref FlowEntry flow, TrafficCounters server)
    {
        if ((flow.Control & FlowControl.Asked) == FlowControl.None)
        {
            flow.Control |= FlowControl.Asked;
        }
        else if ((flow.Control & (FlowControl.Repeated | FlowControl.Settled)) == FlowControl.None)
        {
            flow.Control |= FlowControl.Repeated;
            server.CountUnanswered(_worker);
        }
    }

    private static bool Awaits(in FlowEntry flow) => (flow.Control & (FlowControl.Asked | FlowControl.Settled)) == FlowControl.Asked;
}
