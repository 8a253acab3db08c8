using FastLb.Wire;

namespace FastLb.Dataplane.Flows;

/// <summary>
/// How a TCP flow's state follows the segments of its client when the replies are not seen, as in direct routing and tunnelling:
/// IPVS's input-only table. Of several control bits the first of RST, SYN, FIN, ACK counts; a segment with none of them closes.
/// </summary>
public static class TcpStateMachine
{
    private const int States = 11;

    // One row per event, one column per current state, in the order of FlowState.
    private static ReadOnlySpan<byte> InputOnly =>
    [
        // None, Established, SynSent, SynReceived, FinWait, TimeWait, Close, CloseWait, LastAck, Listen, SynAck
        3, 1, 1, 3, 3, 3, 3, 3, 3, 3, 3,  // SYN
        6, 4, 2, 5, 4, 5, 6, 7, 8, 9, 5,  // FIN
        1, 1, 2, 1, 4, 5, 6, 7, 6, 9, 1,  // ACK
        6, 6, 6, 3, 6, 6, 6, 6, 8, 9, 6,  // RST
    ];

    /// <summary>The state after a segment from the client. <paramref name="state"/> must be a TCP state.</summary>
    public static FlowState OnClientSegment(FlowState state, TcpFlags flags)
    {
        int row;
        if ((flags & TcpFlags.Reset) != TcpFlags.None)
            row = 3;
        else if ((flags & TcpFlags.Syn) != TcpFlags.None)
            row = 0;
        else if ((flags & TcpFlags.Fin) != TcpFlags.None)
            row = 1;
        else if ((flags & TcpFlags.Acknowledgment) != TcpFlags.None)
            row = 2;
        else
            return FlowState.Close;
        return (FlowState)InputOnly[(row * States) + (int)state];
    }
}
