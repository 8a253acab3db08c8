using FastLb.Dataplane.Defence;
using FastLb.Dataplane.Pipeline;
using FastLb.Dataplane.Services;
using FastLb.Testing;
using FastLb.Wire;

namespace FastLb.Dataplane.Tests.Defence;

public sealed class DefendedPipelineTests : IDisposable
{
    private static readonly IpAddress Other = IpAddress.Parse("203.0.113.7");

    private readonly PipelineFixture _fixture = new();
    private readonly FrameBuilder _syn = new();

    private FrameBuilder Acknowledgment => _syn with { Flags = TcpFlags.Acknowledgment };

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void Client_that_is_denied_loses_its_open_connections_and_others_do_not()
    {
        Assert.Equal(VerdictReason.ForwardedDirect, _fixture.Process(_syn).Reason);
        Defend(new ClientRule(_syn.Client.V4, 32, IsDenied: true));

        Assert.Equal((VerdictKind.Drop, VerdictReason.Denied), Verdict(Acknowledgment));
        Assert.Equal((VerdictKind.Drop, VerdictReason.Denied), Verdict(_syn with { ClientPort = 9 }));
        Assert.Equal((VerdictKind.Forward, VerdictReason.ForwardedDirect), Verdict(_syn with { Client = Other }));
        Assert.Equal(2, _fixture.Verdicts[VerdictReason.Denied]);

        Defend();
        Assert.Equal((VerdictKind.Forward, VerdictReason.ForwardedDirect), Verdict(Acknowledgment));
    }

    [Fact]
    public void Replies_to_a_denied_client_are_dropped_and_what_else_the_server_sends_there_is_the_kernels()
    {
        _fixture.SetServers("rr", new ServerDefinition(PipelineFixture.Web01, 8080, 1, ForwardingMethod.AddressTranslation));
        _fixture.SetWays(AdjacencyState.Resolved);
        var reply = new FrameBuilder
        {
            Client = PipelineFixture.Web01,
            ClientPort = 8080,
            Service = _syn.Client,
            ServicePort = _syn.ClientPort,
            Flags = TcpFlags.Syn | TcpFlags.Acknowledgment,
        };
        Assert.Equal(VerdictReason.ForwardedTranslated, _fixture.Process(_syn).Reason);
        Assert.Equal(VerdictReason.ForwardedReply, _fixture.Process(reply).Reason);
        Defend(new ClientRule(_syn.Client.V4, 32, IsDenied: true));

        Assert.Equal((VerdictKind.Drop, VerdictReason.Denied), Verdict(reply));
        Assert.Equal((VerdictKind.Punt, VerdictReason.NotOurs), Verdict(reply with { ServicePort = 999 }));
    }

    [Fact]
    public void Client_begins_no_more_connections_than_it_may_and_keeps_those_that_it_has()
    {
        _fixture.SetSettings(new ForwardingSettings { NewFlows = new ClientRateLimit(perSecond: 10, burst: 3, prefixLength: 32, seed: 1) });

        Assert.All(Enumerable.Range(1, 3), port => Assert.Equal(VerdictReason.ForwardedDirect, _fixture.Process(_syn with { ClientPort = (ushort)port }).Reason));
        Assert.Equal((VerdictKind.Drop, VerdictReason.ClientRateLimited), Verdict(_syn with { ClientPort = 4 }));
        Assert.Equal((VerdictKind.Drop, VerdictReason.ClientRateLimited), Verdict(_syn with { ClientPort = 4, Protocol = IpProtocol.Udp, ServicePort = 53 }));
        Assert.Equal(VerdictReason.ForwardedDirect, _fixture.Process(Acknowledgment with { ClientPort = 2 }).Reason);
        Assert.Equal(VerdictReason.ForwardedDirect, _fixture.Process(_syn with { ClientPort = 4, Client = Other }).Reason);

        _fixture.Now += TimeSpan.FromMilliseconds(100);
        Assert.Equal(VerdictReason.ForwardedDirect, _fixture.Process(_syn with { ClientPort = 4 }).Reason);
        Assert.Equal(VerdictReason.ClientRateLimited, _fixture.Process(_syn with { ClientPort = 5 }).Reason);
        Assert.Equal((3, 4), (_fixture.Verdicts[VerdictReason.ClientRateLimited], _fixture.Flows.Count - 1));
    }

    private (VerdictKind Kind, VerdictReason Reason) Verdict(FrameBuilder frame)
    {
        PacketSlot slot = _fixture.Process(frame);
        return (slot.Kind, slot.Reason);
    }

    private void Defend(params ClientRule[] rules) =>
        _fixture.SetSettings(new ForwardingSettings { Clients = rules.Length == 0 ? null : new ClientFilter(rules) });
}
