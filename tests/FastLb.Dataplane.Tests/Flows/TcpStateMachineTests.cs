using FastLb.Dataplane.Flows;
using FastLb.Wire;

namespace FastLb.Dataplane.Tests.Flows;

public sealed class TcpStateMachineTests
{
    private const string States = "NO ES SS SR FW TW CL CW LA LI SA";

    /// <summary>IPVS's table of what a client sends whose replies are not seen.</summary>
    [Theory]
    [InlineData(TcpFlags.Syn, "SR ES ES SR SR SR SR SR SR SR SR")]
    [InlineData(TcpFlags.Fin, "CL FW SS TW FW TW CL CW LA LI TW")]
    [InlineData(TcpFlags.Acknowledgment, "ES ES SS ES FW TW CL CW CL LI ES")]
    [InlineData(TcpFlags.Reset, "CL CL CL SR CL CL CL CL LA LI CL")]
    [InlineData(TcpFlags.None, "CL CL CL CL CL CL CL CL CL CL CL")]
    public void Segment_of_the_client_alone_leads_where_ipvs_goes(TcpFlags flags, string expected) =>
        AssertLeadsTo(expected, state => TcpStateMachine.OnClientSegmentOnly(state, flags));

    /// <summary>IPVS's table of what a client sends whose replies are seen.</summary>
    [Theory]
    [InlineData(TcpFlags.Syn, "SR ES ES SR SR SR SR SR SR SR SR")]
    [InlineData(TcpFlags.Fin, "CL CW SS TW TW TW CL CW LA LI TW")]
    [InlineData(TcpFlags.Acknowledgment, "ES ES SS ES FW TW CL CW CL LI ES")]
    [InlineData(TcpFlags.Reset, "CL CL CL SR CL CL CL CL LA LI SR")]
    [InlineData(TcpFlags.None, "CL CL CL CL CL CL CL CL CL CL CL")]
    public void Segment_of_the_client_leads_where_ipvs_goes(TcpFlags flags, string expected) =>
        AssertLeadsTo(expected, state => TcpStateMachine.OnClientSegment(state, flags));

    /// <summary>IPVS's table of what a server sends.</summary>
    [Theory]
    [InlineData(TcpFlags.Syn, "SS ES SS SR SS SS SS SS SS LI SR")]
    [InlineData(TcpFlags.Fin, "TW FW SS TW FW TW CL TW LA LI TW")]
    [InlineData(TcpFlags.Acknowledgment, "ES ES SS ES FW TW CL CW LA ES ES")]
    [InlineData(TcpFlags.Reset, "CL CL SS CL CL TW CL CL CL CL CL")]
    [InlineData(TcpFlags.None, "CL CL CL CL CL CL CL CL CL CL CL")]
    public void Segment_of_the_server_leads_where_ipvs_goes(TcpFlags flags, string expected) =>
        AssertLeadsTo(expected, state => TcpStateMachine.OnServerSegment(state, flags));

    /// <summary>IPVS's tables under secure_tcp.</summary>
    [Theory]
    [InlineData(TcpFlags.Syn, "SA ES ES SR SA SA SA SA SA SA SA", "SR ES ES SR SR SR SR SR SR SR SA", "SS ES SS SA SS SS SS SS SS LI SA")]
    [InlineData(TcpFlags.Fin, "CL FW SS TW TW TW CL CW LA LI TW", "CL CW SS TW TW TW CL CW LA LI SA", "TW FW SS TW FW TW CL TW LA LI TW")]
    [InlineData(TcpFlags.Acknowledgment, "ES ES SS ES FW TW CL CW CL LI ES", "ES ES SS SR FW TW CL CW CL LI SA", "ES ES SS ES FW TW CL CW LA ES ES")]
    [InlineData(TcpFlags.Reset, "CL CL CL SR CL CL CL CL LA LI CL", "CL CL CL SR CL CL CL CL LA LI CL", "CL CL SS CL CL TW CL CL CL CL CL")]
    public void Secure_tables_are_those_of_ipvs(TcpFlags flags, string clientAlone, string client, string server)
    {
        AssertLeadsTo(clientAlone, state => TcpStateMachine.OnClientSegmentOnly(state, flags, secure: true));
        AssertLeadsTo(client, state => TcpStateMachine.OnClientSegment(state, flags, secure: true));
        AssertLeadsTo(server, state => TcpStateMachine.OnServerSegment(state, flags, secure: true));
    }

    [Theory]
    [InlineData(TcpFlags.Reset | TcpFlags.Syn, FlowState.Close)]
    [InlineData(TcpFlags.Syn | TcpFlags.Fin, FlowState.SynReceived)]
    [InlineData(TcpFlags.Fin | TcpFlags.Acknowledgment | TcpFlags.Push, FlowState.Close)]
    public void First_of_rst_syn_fin_ack_counts(TcpFlags flags, FlowState expected) =>
        Assert.Equal(expected, TcpStateMachine.OnClientSegment(FlowState.None, flags));

    [Theory]
    [InlineData(FlowState.None, 2, false)]
    [InlineData(FlowState.Established, 900, true)]
    [InlineData(FlowState.SynSent, 120, true)]
    [InlineData(FlowState.SynReceived, 60, true)]
    [InlineData(FlowState.FinWait, 120, false)]
    [InlineData(FlowState.TimeWait, 120, false)]
    [InlineData(FlowState.Close, 10, false)]
    [InlineData(FlowState.CloseWait, 60, false)]
    [InlineData(FlowState.LastAck, 30, false)]
    [InlineData(FlowState.Listen, 120, false)]
    [InlineData(FlowState.SynAck, 120, true)]
    [InlineData(FlowState.Udp, 300, false)]
    public void State_lasts_and_counts_as_in_ipvs(FlowState state, int seconds, bool active)
    {
        Assert.Equal((uint)seconds * 8, FlowTimeouts.Default.Ticks(state));
        Assert.Equal(active, FlowStates.IsActive(state));
    }

    private static void AssertLeadsTo(string expected, Func<FlowState, FlowState> next)
    {
        string[] names = States.Split(' ');
        Assert.Equal(expected.Split(' '), Enumerable.Range(0, names.Length).Select(state => names[(int)next((FlowState)state)]));
    }
}
