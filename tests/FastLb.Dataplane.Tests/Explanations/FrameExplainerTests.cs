using FastLb.Dataplane.Explanations;
using FastLb.Dataplane.Flows;
using FastLb.Dataplane.Pipeline;
using FastLb.Dataplane.Services;
using FastLb.Testing;
using FastLb.Wire;

namespace FastLb.Dataplane.Tests.Explanations;

public sealed class FrameExplainerTests : IDisposable
{
    private readonly PipelineFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void A_new_connection_is_explained_by_service_scheduler_states_and_changed_headers()
    {
        FrameExplanation explanation = _fixture.Explain(new FrameBuilder());

        Assert.Equal(PipelineFixture.WebService, explanation.Service);
        Assert.Equal("rr: the next in turn of 2 servers", explanation.Schedule);
        Assert.Equal((null, FlowState.SynReceived), (explanation.StateBefore, explanation.StateAfter));
        Assert.Equal(PipelineFixture.Web02, explanation.Server!.Identity.Address);
        Assert.Equal((VerdictKind.Forward, VerdictReason.ForwardedDirect), (explanation.Kind, explanation.Reason));
        Assert.Equal(
            ["ethernet destination 02:00:00:00:01:30 -> 02:00:00:00:01:33", "ethernet source 02:00:00:00:00:50 -> 02:00:00:00:01:30", "time to live 64 -> 63"],
            explanation.Changes.Select(change => change.ToString()));
    }

    [Fact]
    public void A_known_connection_asks_no_scheduler()
    {
        _fixture.Process(new FrameBuilder());

        FrameExplanation explanation = _fixture.Explain(new FrameBuilder { Flags = TcpFlags.Acknowledgment });

        Assert.Null(explanation.Schedule);
        Assert.Equal((FlowState.SynReceived, FlowState.Established), (explanation.StateBefore, explanation.StateAfter));
    }

    [Fact]
    public void A_translated_request_shows_the_endpoint_that_it_gets()
    {
        _fixture.SetServers("rr", new ServerDefinition(PipelineFixture.Web01, 8080, 1, ForwardingMethod.AddressTranslation));
        _fixture.SetWays(AdjacencyState.Resolved);

        FrameExplanation explanation = _fixture.Explain(new FrameBuilder());

        Assert.Contains(new HeaderChange("destination", "192.0.2.100", "192.0.2.132"), explanation.Changes);
        Assert.Contains(new HeaderChange("destination port", "80", "8080"), explanation.Changes);
    }

    [Fact]
    public void A_tunnelled_request_shows_the_outer_header()
    {
        _fixture.SetServers("rr", new ServerDefinition(PipelineFixture.Web01, 80, 1, ForwardingMethod.Tunnel));
        _fixture.SetWays(AdjacencyState.Resolved);

        FrameExplanation explanation = _fixture.Explain(new FrameBuilder());

        Assert.Contains(new HeaderChange("outer source", string.Empty, "192.0.2.130"), explanation.Changes);
        Assert.Contains(new HeaderChange("outer destination", string.Empty, "192.0.2.132"), explanation.Changes);
    }

    [Fact]
    public void A_packet_that_is_answered_shows_the_answer()
    {
        FrameExplanation explanation = _fixture.Explain(new FrameBuilder { TimeToLive = 1 });

        Assert.Equal(VerdictReason.TtlExpired, explanation.Reason);
        Assert.Contains(new HeaderChange("answer", string.Empty, "ICMP time exceeded from 192.0.2.100 to 192.0.2.50"), explanation.Changes);
    }

    [Fact]
    public void A_packet_of_no_connection_changes_nothing()
    {
        _fixture.SetSettings(new ForwardingSettings { UnknownFlows = UnknownFlowAnswer.Drop });
        FrameExplanation explanation = _fixture.Explain(new FrameBuilder { Flags = TcpFlags.Acknowledgment });

        Assert.Equal((VerdictKind.Drop, VerdictReason.UnknownFlow), (explanation.Kind, explanation.Reason));
        Assert.Null(explanation.Schedule);
        Assert.Null(explanation.StateAfter);
        Assert.Empty(explanation.Changes);
    }

    [Fact]
    public void A_refused_packet_shows_the_reset()
    {
        FrameExplanation explanation = _fixture.Explain(new FrameBuilder { Flags = TcpFlags.Acknowledgment });

        Assert.Equal((VerdictKind.Forward, VerdictReason.UnknownFlow), (explanation.Kind, explanation.Reason));
        Assert.Contains(new HeaderChange("answer", string.Empty, "TCP reset from 192.0.2.100 to 192.0.2.50"), explanation.Changes);
    }

    [Fact]
    public void A_packet_that_gets_a_server_for_itself_shows_that_server_and_no_state()
    {
        _fixture.Tables.Build([_fixture.Tables.Definitions[0] with { IsOnePacket = true }], long.MaxValue);
        _fixture.SetWays(AdjacencyState.Resolved);

        FrameExplanation explanation = _fixture.Explain(new FrameBuilder());

        Assert.Equal((PipelineFixture.Web02, null, null), (explanation.Server?.Identity.Address, explanation.StateBefore, explanation.StateAfter));
        Assert.NotNull(explanation.Schedule);
    }

    /// <summary>Random and damaged frames go to two pipelines, one of which is watched.</summary>
    [Fact]
    public void Explaining_changes_no_verdict_and_no_frame()
    {
        using var watched = new PipelineFixture();
        var random = new Random(3);
        for (int number = 0; number < 3000; number++)
        {
            byte[] frame = new FrameBuilder
            {
                ClientPort = (ushort)(40000 + random.Next(20)),
                Flags = (TcpFlags)random.Next(32),
                TimeToLive = (byte)(random.Next(30) + 1),
                Protocol = random.Next(4) == 0 ? IpProtocol.Udp : IpProtocol.Tcp,
                FragmentField = (ushort)(random.Next(8) == 0 ? 0x2000 : random.Next(8) == 0 ? 0x0010 : 0),
            }.Build();
            if (random.Next(4) == 0)
                frame[random.Next(frame.Length)] ^= (byte)(1 << random.Next(8));
            if (random.Next(8) == 0)
                frame = frame[..random.Next(frame.Length)];

            PacketSlot expected = _fixture.Process(frame);
            FrameExplanation actual = watched.Explain(frame);

            Assert.Equal((expected.Kind, expected.Reason), (actual.Kind, actual.Reason));
            Assert.Equal(_fixture.Frame, watched.Frame);
            Assert.Equal(_fixture.Flows.Count, watched.Flows.Count);
        }
    }

    [Fact]
    public void Each_reason_has_words_of_its_own()
    {
        string[] words = [.. Enum.GetValues<VerdictReason>().Select(VerdictWords.Of)];

        Assert.All(words, text => Assert.NotEmpty(text));
        Assert.Equal(words.Length, words.Distinct(StringComparer.Ordinal).Count());
    }
}
