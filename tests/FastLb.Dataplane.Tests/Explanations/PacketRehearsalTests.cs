using FastLb.Dataplane.Explanations;
using FastLb.Dataplane.Flows;
using FastLb.Dataplane.Persistence;
using FastLb.Dataplane.Pipeline;
using FastLb.Dataplane.Services;
using FastLb.Testing;
using FastLb.Wire;

namespace FastLb.Dataplane.Tests.Explanations;

public sealed class PacketRehearsalTests : IDisposable
{
    private readonly PipelineFixture _fixture = new(capacity: 4);

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [InlineData("rr")]
    [InlineData("wrr")]
    [InlineData("twos")]
    [InlineData("lblcr")]
    public void A_rehearsed_packet_goes_where_it_would_go_and_leaves_nothing_behind(string scheduler)
    {
        _fixture.SetServers(scheduler, new ServerDefinition(PipelineFixture.Web01, 80, 1), new ServerDefinition(PipelineFixture.Web02, 80, 3));
        _fixture.SetWays(AdjacencyState.Resolved);
        for (ushort port = 1; port <= 4; port++)
        {
            var syn = new FrameBuilder { ClientPort = port };
            FrameExplanation first = _fixture.Rehearse(syn);
            FrameExplanation second = _fixture.Rehearse(syn);
            Assert.Equal(port - 1, _fixture.Flows.Count);
            Assert.Equal(port - 1, _fixture.Tables.Current.Services[0].Counters.Connections);
            FrameExplanation real = _fixture.Explain(syn);

            Assert.Equal(real with { Changes = [] }, first with { Changes = [] });
            Assert.Equal(real.Changes, first.Changes);
            Assert.Equal(first with { Changes = [] }, second with { Changes = [] });
        }
    }

    [Fact]
    public void A_known_connection_is_found_in_its_state_and_keeps_it()
    {
        _fixture.Process(new FrameBuilder());
        var end = new FrameBuilder { Flags = TcpFlags.Fin | TcpFlags.Acknowledgment };
        _fixture.Process(new FrameBuilder { Flags = TcpFlags.Acknowledgment });

        FrameExplanation first = _fixture.Rehearse(end);
        FrameExplanation second = _fixture.Rehearse(end);

        Assert.Equal((FlowState.Established, FlowState.FinWait), (first.StateBefore, first.StateAfter));
        Assert.Equal(FlowState.Established, second.StateBefore);
        Assert.Null(first.Schedule);
    }

    [Fact]
    public void A_packet_of_no_connection_is_refused_as_a_real_one()
    {
        var ack = new FrameBuilder { Flags = TcpFlags.Acknowledgment };

        FrameExplanation rehearsed = _fixture.Rehearse(ack), real = _fixture.Explain(ack);

        Assert.Equal((VerdictKind.Forward, VerdictReason.UnknownFlow), (rehearsed.Kind, rehearsed.Reason));
        Assert.Equal(real.Changes, rehearsed.Changes);
    }

    [Fact]
    public void A_full_table_is_full_in_a_rehearsal_too()
    {
        Establish(connections: 4);

        Assert.Equal(VerdictReason.FlowTableFull, _fixture.Rehearse(new FrameBuilder { ClientPort = 99 }).Reason);
        Assert.Equal(VerdictReason.ForwardedDirect, _fixture.Rehearse(new FrameBuilder { ClientPort = 3, Flags = TcpFlags.Acknowledgment }).Reason);
    }

    [Fact]
    public void A_full_table_in_which_one_gives_way_takes_another_in_a_rehearsal_too()
    {
        Establish(connections: 3);
        _fixture.Process(new FrameBuilder { ClientPort = 4 });

        Assert.Equal(VerdictReason.ForwardedDirect, _fixture.Rehearse(new FrameBuilder { ClientPort = 99 }).Reason);
        Assert.Equal(VerdictReason.ForwardedDirect, _fixture.Explain(new FrameBuilder { ClientPort = 99 }).Reason);
    }

    [Fact]
    public void A_table_with_room_for_one_entry_takes_no_translated_connection()
    {
        ServerDefinition translated = new(PipelineFixture.Web01, 80, 1, ForwardingMethod.AddressTranslation);
        Establish(connections: 3);
        _fixture.SetServers("rr", translated);
        _fixture.SetWays(AdjacencyState.Resolved);

        Assert.Equal(VerdictReason.FlowTableFull, _fixture.Rehearse(new FrameBuilder { ClientPort = 99 }).Reason);
        Assert.Equal(VerdictReason.FlowTableFull, _fixture.Explain(new FrameBuilder { ClientPort = 99 }).Reason);
    }

    [Fact]
    public void Another_connection_with_the_same_replies_is_noticed()
    {
        ServerDefinition translated = new(PipelineFixture.Web01, 80, 1, ForwardingMethod.AddressTranslation);
        ServiceKey other = PipelineFixture.WebService with { Address = IpAddress.Parse("192.0.2.101") };
        _fixture.Tables.Build([new ServiceDefinition(PipelineFixture.WebService, "rr", [translated]), new ServiceDefinition(other, "rr", [translated])], long.MaxValue);
        _fixture.SetWays(AdjacencyState.Resolved);
        _fixture.Process(new FrameBuilder());

        FrameExplanation explanation = _fixture.Rehearse(new FrameBuilder { Service = other.Address });

        Assert.Equal(VerdictReason.ReturnPathTaken, explanation.Reason);
        Assert.NotNull(explanation.Schedule);
    }

    [Fact]
    public void A_server_whose_address_is_not_known_yet_has_the_packet_wait()
    {
        _fixture.SetWays(AdjacencyState.Pending);

        Assert.Equal(VerdictKind.Hold, _fixture.Rehearse(new FrameBuilder()).Kind);
    }

    [Fact]
    public void A_client_that_is_kept_with_its_server_is_so_in_a_rehearsal_and_nothing_changes()
    {
        _fixture.Tables.Build(
            [
                new ServiceDefinition(PipelineFixture.WebService, "rr", [new(PipelineFixture.Web01, 80, 1), new(PipelineFixture.Web02, 80, 1)])
                {
                    Persistence = new ServicePersistence(TimeSpan.FromSeconds(300), 0xFFFF_FF00),
                },
            ],
            acknowledged: long.MaxValue);
        _fixture.SetWays(AdjacencyState.Resolved);
        var first = new FrameBuilder { ClientPort = 1 };
        var neighbour = new FrameBuilder { Client = IpAddress.Parse("192.0.2.51"), ClientPort = 2 };
        FrameExplanation asked = _fixture.Rehearse(first);
        Assert.Equal("192.0.2.0/24 had no server yet, and stays with this one for 300 s", asked.Persistence);
        Assert.NotNull(asked.Schedule);
        FrameExplanation begun = _fixture.Explain(first);
        Assert.Equal((asked.Persistence, asked.Schedule, asked.Server), (begun.Persistence, begun.Schedule, begun.Server));
        _fixture.Now += TimeSpan.FromSeconds(20);

        FrameExplanation rehearsed = _fixture.Rehearse(neighbour), again = _fixture.Rehearse(neighbour), real = _fixture.Explain(neighbour);

        Assert.Equal("192.0.2.0/24 is kept with its server, for another 280 s before this packet", rehearsed.Persistence);
        Assert.Null(rehearsed.Schedule);
        Assert.Equal(begun.Server, rehearsed.Server);
        Assert.Equal((rehearsed.Persistence, rehearsed.Server), (again.Persistence, again.Server));
        Assert.Equal((rehearsed.Persistence, rehearsed.Schedule, rehearsed.Server), (real.Persistence, real.Schedule, real.Server));
    }

    // With the ACK too, so that none is half-open and gives way to others.
    private void Establish(ushort connections)
    {
        for (ushort port = 1; port <= connections; port++)
        {
            _fixture.Process(new FrameBuilder { ClientPort = port });
            _fixture.Process(new FrameBuilder { ClientPort = port, Flags = TcpFlags.Acknowledgment });
        }
    }
}
