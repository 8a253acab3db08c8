namespace FastLb.Dataplane.Flows;

/// <summary>The states of a flow, numbered and named as IPVS does; UDP has one.</summary>
public enum FlowState : byte
{
    None = 0,
    Established = 1,
    SynSent = 2,
    SynReceived = 3,
    FinWait = 4,
    TimeWait = 5,
    Close = 6,
    CloseWait = 7,
    LastAck = 8,
    Listen = 9,
    SynAck = 10,
    Udp = 11,

    /// <summary>Not a state: marks the entry by which a flow's replies are found.</summary>
    ReturnHalf = 12,
}

/// <summary>What of a state is the same for every flow in it.</summary>
public static class FlowStates
{
    /// <summary>Number of states.</summary>
    public const int Count = 12;

    /// <summary>Whether IPVS counts a connection in this state as active (the rest are its "inactive" ones).</summary>
    public static bool IsActive(FlowState state) =>
        state is FlowState.Established or FlowState.SynSent or FlowState.SynReceived or FlowState.SynAck;

    /// <summary>
    /// Whether the handshake has begun and is not done, so that the flow gives way when room is needed: a client that sends nothing but a SYN gets no further. No flow rests
    /// in <see cref="FlowState.None"/>.
    /// </summary>
    public static bool IsHalfOpen(FlowState state) => state is FlowState.SynSent or FlowState.SynReceived or FlowState.SynAck;

    /// <summary>Whether the connection's opening may not be done yet: the flow is half-open, or in no state because its first packet is being looked at. Cheap, as every packet asks.</summary>
    public static bool IsOpening(FlowState state) =>
        ((1 << (int)state) & ((1 << (int)FlowState.None) | (1 << (int)FlowState.SynSent) | (1 << (int)FlowState.SynReceived) | (1 << (int)FlowState.SynAck))) != 0;

    /// <summary>Whether the connection has come to its end, so that a SYN of the same client's port begins another one.</summary>
    public static bool IsOver(FlowState state) => state is FlowState.TimeWait or FlowState.Close;

    /// <summary>The state's name as IPVS prints it.</summary>
    public static string NameOf(FlowState state) => state switch
    {
        FlowState.None => "NONE",
        FlowState.Established => "ESTABLISHED",
        FlowState.SynSent => "SYN_SENT",
        FlowState.SynReceived => "SYN_RECV",
        FlowState.FinWait => "FIN_WAIT",
        FlowState.TimeWait => "TIME_WAIT",
        FlowState.Close => "CLOSE",
        FlowState.CloseWait => "CLOSE_WAIT",
        FlowState.LastAck => "LAST_ACK",
        FlowState.Listen => "LISTEN",
        FlowState.SynAck => "SYNACK",
        FlowState.Udp => "UDP",
        _ => "?",
    };
}
