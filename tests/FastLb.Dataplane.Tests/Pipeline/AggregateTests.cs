using FastLb.Dataplane.Flows;
using FastLb.Dataplane.Pipeline;
using FastLb.Dataplane.Services;
using FastLb.Testing;
using FastLb.Wire;

namespace FastLb.Dataplane.Tests.Pipeline;

/// <summary>TCP packets longer than the link that they came in by lets through: several segments in one.</summary>
public sealed class AggregateTests : IDisposable
{
    private const int Here = 1792, Total = 40_000;
    private const int Headers = 20 + 32;
    private const string HeaderElsewhere = "TCP header that goes on in another chunk";

    private static readonly FrameBuilder Aggregate = new() { Flags = TcpFlags.Acknowledgment, TcpOptions = 12, Payload = Total - Headers };

    private readonly PipelineFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [InlineData(ForwardingMethod.DirectRouting, 1500, 1500)]
    [InlineData(ForwardingMethod.AddressTranslation, 1400, 1400)]
    [InlineData(ForwardingMethod.Tunnel, 1500, 1480)]
    [InlineData(ForwardingMethod.Tunnel, 1400, 1380)]
    [InlineData(ForwardingMethod.DirectRouting, 9000, 1500)] // no larger than what can have come in
    [InlineData(ForwardingMethod.Tunnel, 60_000, 1500)]
    public void Segments_are_as_large_as_both_links_let_them_be(ForwardingMethod method, ushort mtu, int packet)
    {
        Admit(method, mtu);

        PacketSlot slot = Process(Aggregate);

        Assert.Equal((VerdictKind.Forward, packet - Headers), (slot.Kind, slot.SegmentSize));
        int overhead = method == ForwardingMethod.Tunnel ? 20 : 0;
        Assert.Equal(14 + overhead + Total, slot.Length + slot.Rest);
        Assert.True(Ipv4View.TryParse(_fixture.Frame.AsSpan(14), slot.Rest, out Ipv4View ip) && ip.HasValidChecksum);
        Assert.Equal(Total + overhead, ip.TotalLength);
    }

    [Fact]
    public void Aggregate_counts_as_one_packet_with_all_its_bytes()
    {
        Admit(ForwardingMethod.DirectRouting, 1500);
        TrafficCounters counters = _fixture.Tables.Current.Services[0].Counters;
        (long packets, long bytes) = (counters.Packets, counters.Bytes);

        Process(Aggregate);

        Assert.Equal((packets + 1, bytes + Total), (counters.Packets, counters.Bytes));
    }

    [Theory]
    [InlineData(1500, 1500 - Headers)] // all that the link lets through
    [InlineData(1501, 0)]
    public void Packet_is_an_aggregate_when_the_link_that_it_came_by_lets_no_such_packet_through(ushort ingressMtu, int size)
    {
        Use(ForwardingMethod.DirectRouting);
        _fixture.SetLinks(PipelineFixture.Link with { Mtu = ingressMtu });
        _fixture.Process(Syn.Build(), port: 0);

        PacketSlot slot = _fixture.Process((Aggregate with { Payload = 1501 - Headers }).Build(), port: 0);

        Assert.Equal((size, size == 0), (slot.SegmentSize, slot.Reason == VerdictReason.TooBig));
    }

    [Fact]
    public void Large_packet_that_may_have_been_on_the_wire_is_answered_as_ever()
    {
        Use(ForwardingMethod.DirectRouting);
        _fixture.SetLinks(PipelineFixture.Link with { Mtu = 9000 });
        _fixture.Process(Syn.Build(), port: 0);

        PacketSlot slot = _fixture.Process((Aggregate with { Payload = 4000 }).Build(), port: 0);

        Assert.Equal((VerdictKind.Forward, VerdictReason.TooBig, 0), (slot.Kind, slot.Reason, slot.SegmentSize));
    }

    [Theory]
    [MemberData(nameof(Others))]
    public void What_no_sender_or_receiver_aggregates_is_too_big(string what)
    {
        Admit(ForwardingMethod.DirectRouting, 1500);

        PacketSlot slot = Process(Frame(what), what == HeaderElsewhere ? 14 + 20 + 31 : Here);

        Assert.Equal((VerdictReason.TooBig, 0), (slot.Reason, slot.SegmentSize));
    }

    public static TheoryData<string> Others { get; } = new("udp", "syn", "rst", "urg", "first fragment", "short TCP header", HeaderElsewhere);

    [Fact]
    public void Way_that_does_not_take_the_headers_takes_no_segments()
    {
        FrameBuilder most = Aggregate with { IpOptions = 40, TcpOptions = 40, Payload = 30_000 };
        Admit(ForwardingMethod.DirectRouting, 120);
        Assert.Equal(VerdictReason.TooBig, Process(most).Reason);

        Admit(ForwardingMethod.DirectRouting, 121);
        Assert.Equal(1, Process(most).SegmentSize);
    }

    [Fact]
    public void Replies_are_cut_for_the_clients_link()
    {
        Use(ForwardingMethod.AddressTranslation);
        _fixture.Process(Syn.Build(), port: 6);

        PacketSlot slot = Process(Reply);

        Assert.Equal((VerdictReason.ForwardedReply, 6, 1500 - Headers), (slot.Reason, slot.EgressPort, slot.SegmentSize));
    }

    [Fact]
    public void Kernel_gets_its_aggregates_whole_with_the_size_of_the_segments()
    {
        Use(ForwardingMethod.AddressTranslation);

        PacketSlot slot = Process(Reply);

        Assert.Equal((VerdictKind.Punt, VerdictReason.NotOurs, 1500 - Headers), (slot.Kind, slot.Reason, slot.SegmentSize));
        Assert.Equal(14 + Total, slot.Length + slot.Rest);
    }

    [Fact]
    public void Outer_identifications_of_one_aggregates_segments_are_not_used_again()
    {
        Admit(ForwardingMethod.Tunnel, 1500);
        int segments = (Total - Headers + 1427) / 1428;
        Process(Aggregate with { DontFragment = false });
        int first = OuterIdentification();

        _fixture.Process((Aggregate with { Payload = 10, DontFragment = false }).Build());

        Assert.InRange(OuterIdentification(), first + segments, first + (2 * segments));
    }

    private static FrameBuilder Syn => Aggregate with { Flags = TcpFlags.Syn, Payload = 0 };

    private static FrameBuilder Reply =>
        Aggregate with { Client = PipelineFixture.Web01, ClientPort = 80, Service = Aggregate.Client, ServicePort = Aggregate.ClientPort };

    private static byte[] Frame(string what)
    {
        switch (what)
        {
            case "udp":
                return (Aggregate with { Protocol = IpProtocol.Udp, ServicePort = 53 }).Build();
            case "syn":
                return (Aggregate with { Flags = TcpFlags.Syn }).Build();
            case "rst":
                return (Aggregate with { Flags = TcpFlags.Reset }).Build();
            case "first fragment":
                return (Aggregate with { FragmentField = 0x2000 }).Build();
            default:
                byte[] frame = Aggregate.Build();
                if (what == "urg")
                    frame[14 + 20 + 13] |= 0x20;
                else if (what == "short TCP header")
                    frame[14 + 20 + 12] = 4 << 4;
                return frame;
        }
    }

    private void Admit(ForwardingMethod method, ushort mtu)
    {
        Use(method);
        _fixture.SetWays(AdjacencyState.Resolved, mtu);
        _fixture.Process(Syn.Build());
    }

    private void Use(ForwardingMethod method) => _fixture.SetServers("rr", new ServerDefinition(PipelineFixture.Web01, 80, 1, method));

    private PacketSlot Process(FrameBuilder builder) => Process(builder.Build());

    private PacketSlot Process(byte[] frame, int here = Here) => _fixture.Process(frame.AsSpan(0, here), rest: frame.Length - here);

    private int OuterIdentification()
    {
        Assert.True(Ipv4View.TryParse(_fixture.Frame.AsSpan(14), ushort.MaxValue, out Ipv4View outer) && outer.Protocol == IpProtocol.IpInIp);
        return outer.Identification;
    }
}
