using FastLb.Wire;

namespace FastLb.Dataplane.Flows;

/// <summary>
/// How a TCP flow's state follows its segments: IPVS's tables (net/netfilter/ipvs/ip_vs_proto_tcp.c). Of several control bits the first of RST, SYN, FIN, ACK
/// counts; a segment with none of them closes.
/// </summary>
public static class TcpStateMachine
{
    private const int States = 11;

    // One row per event, one column per current state, in the order of FlowState:
    // None, Established, SynSent, SynReceived, FinWait, TimeWait, Close, CloseWait, LastAck, Listen, SynAck

    // The client's segments, when the replies are not seen, as in direct routing and tunnelling.
    private static ReadOnlySpan<byte> InputOnly =>
    [
        3, 1, 1, 3, 3, 3, 3, 3, 3, 3, 3,  // SYN
        6, 4, 2, 5, 4, 5, 6, 7, 8, 9, 5,  // FIN
        1, 1, 2, 1, 4, 5, 6, 7, 6, 9, 1,  // ACK
        6, 6, 6, 3, 6, 6, 6, 6, 8, 9, 6,  // RST
    ];

    // The client's segments, when the server's are seen as well.
    private static ReadOnlySpan<byte> Input =>
    [
        3, 1, 1, 3, 3, 3, 3, 3, 3, 3, 3,  // SYN
        6, 7, 2, 5, 5, 5, 6, 7, 8, 9, 5,  // FIN
        1, 1, 2, 1, 4, 5, 6, 7, 6, 9, 1,  // ACK
        6, 6, 6, 3, 6, 6, 6, 6, 8, 9, 3,  // RST
    ];

    // The server's segments.
    private static ReadOnlySpan<byte> Output =>
    [
        2, 1, 2, 3, 2, 2, 2, 2, 2, 9, 3,  // SYN
        5, 4, 2, 5, 4, 5, 6, 5, 8, 9, 5,  // FIN
        1, 1, 2, 1, 4, 5, 6, 7, 8, 1, 1,  // ACK
        6, 6, 2, 6, 6, 5, 6, 6, 6, 6, 6,  // RST
    ];

    // The same under secure_tcp, IPVS's defence against SYN floods (tcp_states_dos): a client's word alone makes no connection.
    private static ReadOnlySpan<byte> SecureInputOnly =>
    [
        10, 1, 1, 3, 10, 10, 10, 10, 10, 10, 10,  // SYN
        6, 4, 2, 5, 5, 5, 6, 7, 8, 9, 5,          // FIN
        1, 1, 2, 1, 4, 5, 6, 7, 6, 9, 1,          // ACK
        6, 6, 6, 3, 6, 6, 6, 6, 8, 9, 6,          // RST
    ];

    private static ReadOnlySpan<byte> SecureInput =>
    [
        3, 1, 1, 3, 3, 3, 3, 3, 3, 3, 10,  // SYN
        6, 7, 2, 5, 5, 5, 6, 7, 8, 9, 10,  // FIN
        1, 1, 2, 3, 4, 5, 6, 7, 6, 9, 10,  // ACK
        6, 6, 6, 3, 6, 6, 6, 6, 8, 9, 6,   // RST
    ];

    private static ReadOnlySpan<byte> SecureOutput =>
    [
        2, 1, 2, 10, 2, 2, 2, 2, 2, 9, 10,  // SYN
        5, 4, 2, 5, 4, 5, 6, 5, 8, 9, 5,    // FIN
        1, 1, 2, 1, 4, 5, 6, 7, 8, 1, 1,    // ACK
        6, 6, 2, 6, 6, 5, 6, 6, 6, 6, 6,    // RST
    ];

    /// <summary>The state after a segment from the client of a flow whose replies are not seen. <paramref name="state"/> must be a TCP state.</summary>
    public static FlowState OnClientSegmentOnly(FlowState state, TcpFlags flags, bool secure = false) => Next(secure ? SecureInputOnly : InputOnly, state, flags);

    /// <summary>The state after a segment from the client of a flow whose replies are seen. <paramref name="state"/> must be a TCP state.</summary>
    public static FlowState OnClientSegment(FlowState state, TcpFlags flags, bool secure = false) => Next(secure ? SecureInput : Input, state, flags);

    /// <summary>The state after a segment from the server. <paramref name="state"/> must be a TCP state.</summary>
    public static FlowState OnServerSegment(FlowState state, TcpFlags flags, bool secure = false) => Next(secure ? SecureOutput : Output, state, flags);

    private static FlowState Next(ReadOnlySpan<byte> table, FlowState state, TcpFlags flags)
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
        return (FlowState)table[(row * States) + (int)state];
    }
}
