namespace FastLb.Dataplane.Flows;

/// <summary>
/// How long a flow lives in each state after its last packet. The defaults are those of IPVS, of which <c>ipvsadm --set</c> changes the same three. Immutable.
/// </summary>
public sealed class FlowTimeouts
{
    private readonly uint[] _ticks = new uint[FlowStates.Count];

    /// <param name="established">Of established TCP connections.</param>
    /// <param name="finWait">Of TCP connections after a FIN.</param>
    /// <param name="udp">Of UDP flows.</param>
    public FlowTimeouts(TimeSpan established, TimeSpan finWait, TimeSpan udp)
    {
        Set(FlowState.None, TimeSpan.FromSeconds(2));
        Set(FlowState.Established, established);
        Set(FlowState.SynSent, TimeSpan.FromSeconds(120));
        Set(FlowState.SynReceived, TimeSpan.FromSeconds(60));
        Set(FlowState.FinWait, finWait);
        Set(FlowState.TimeWait, TimeSpan.FromSeconds(120));
        Set(FlowState.Close, TimeSpan.FromSeconds(10));
        Set(FlowState.CloseWait, TimeSpan.FromSeconds(60));
        Set(FlowState.LastAck, TimeSpan.FromSeconds(30));
        Set(FlowState.Listen, TimeSpan.FromSeconds(120));
        Set(FlowState.SynAck, TimeSpan.FromSeconds(120));
        Set(FlowState.Udp, udp);
    }

    /// <summary>900 s for established TCP connections, 120 s after a FIN, 300 s for UDP.</summary>
    public static FlowTimeouts Default { get; } = new(TimeSpan.FromSeconds(900), TimeSpan.FromSeconds(120), TimeSpan.FromSeconds(300));

    /// <summary>The timeout of a state in ticks of <see cref="TimingWheel"/>, at least one.</summary>
    public uint Ticks(FlowState state) => _ticks[(int)state];

    private void Set(FlowState state, TimeSpan timeout) =>
        _ticks[(int)state] = Math.Max(1, (uint)(timeout.Ticks * 100 / TimingWheel.TickNanoseconds));
}
