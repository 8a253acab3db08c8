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
}

/// <summary>What of a state is the same for every flow in it.</summary>
public static class FlowStates
{
    /// <summary>Number of states.</summary>
    public const int Count = 12;

    /// <summary>Whether IPVS counts a connection in this state as active (the rest are its "inactive" ones).</summary>
    public static bool IsActive(FlowState state) =>
        state is FlowState.Established or FlowState.SynSent or FlowState.SynReceived or FlowState.SynAck;
}
