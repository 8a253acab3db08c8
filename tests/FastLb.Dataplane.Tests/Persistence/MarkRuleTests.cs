using FastLb.Dataplane.Flows;
using FastLb.Dataplane.Pipeline;
using FastLb.Dataplane.Services;
using FastLb.Testing;
using FastLb.Wire;

namespace FastLb.Dataplane.Tests.Persistence;

/// <summary>Firewall marks in the pipeline: which packets have them, and what becomes of those that no rule fits.</summary>
public sealed class MarkRuleTests : IDisposable
{
    private const uint Mark = 7;
    private static readonly uint Virtual = PipelineFixture.WebService.Address.V4;
    private static readonly MarkRule Web = new(Mark, Virtual, Virtual) { Protocol = IpProtocol.Tcp, FirstDestinationPort = 80, LastDestinationPort = 443 };

    private readonly PipelineFixture _pipeline = new();

    public static TheoryData<MarkRule, bool> Rules { get; } = new()
    {
        { Web, true },
        { Web with { FirstDestination = Virtual - 5, LastDestination = Virtual + 5 }, true },
        { Web with { FirstDestination = Virtual + 1, LastDestination = Virtual + 5 }, false },
        { Web with { Protocol = IpProtocol.None }, true },
        { Web with { Protocol = IpProtocol.Udp }, false },
        { Web with { LastDestinationPort = 79, FirstDestinationPort = 0 }, false },
        { Web with { Source = IpAddress.Parse("192.0.2.0").V4, SourceMask = 0xFFFFFF00 }, true },
        { Web with { Source = IpAddress.Parse("192.0.3.0").V4, SourceMask = 0xFFFFFF00 }, false },
        { Web with { FirstSourcePort = 40000, LastSourcePort = 40000 }, true },
        { Web with { FirstSourcePort = 40001 }, false },
        { Web with { Interface = 107 }, true },
        { Web with { Interface = 106 }, false },
    };

    public void Dispose() => _pipeline.Dispose();

    [Theory]
    [MemberData(nameof(Rules))]
    public void Packet_is_forwarded_if_the_rule_fits_and_else_given_back_to_the_kernel(MarkRule rule, bool fits)
    {
        Serve([rule]);

        PacketSlot slot = _pipeline.Process(new FrameBuilder());

        Assert.Equal(fits ? (VerdictKind.Forward, VerdictReason.ForwardedDirect) : (VerdictKind.Punt, VerdictReason.NotOurs), (slot.Kind, slot.Reason));
        Assert.Equal(fits ? 1 : 0, _pipeline.Flows.Count);
    }

    [Fact]
    public void First_rule_that_fits_counts_and_one_for_no_service_leaves_the_packet_to_the_service_of_its_address()
    {
        Serve([Web with { Mark = 9, FirstDestinationPort = 80, LastDestinationPort = 80 }, Web], PipelineFixture.WebService);

        _pipeline.Process(new FrameBuilder());
        _pipeline.Process(new FrameBuilder { ServicePort = 443 });

        Assert.Equal((1, 1), (ConnectionsOf(PipelineFixture.WebService), ConnectionsOf(ServiceKey.ForMark(Mark))));
    }

    [Fact]
    public void Established_flow_needs_no_mark()
    {
        Serve([Web]);
        _pipeline.Process(new FrameBuilder());
        Serve([Web with { FirstSourcePort = 1, LastSourcePort = 1 }]);

        Assert.Equal(VerdictReason.ForwardedDirect, _pipeline.Process(new FrameBuilder { Flags = TcpFlags.Acknowledgment }).Reason);
    }

    private long ConnectionsOf(ServiceKey key) => _pipeline.Tables.Current.TryFindService(key, out VirtualService? service) ? service.Counters.Connections : -1;

    private void Serve(MarkRule[] rules, params ServiceKey[] others)
    {
        ServerDefinition[] servers = [new(PipelineFixture.Web01, 0, 1)];
        _pipeline.Tables.Build(
            [new ServiceDefinition(ServiceKey.ForMark(Mark), "rr", servers), .. others.Select(key => new ServiceDefinition(key, "rr", [servers[0] with { Port = key.Port }]))],
            long.MaxValue,
            rules);
        _pipeline.SetWays(AdjacencyState.Resolved);
    }
}
