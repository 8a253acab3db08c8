using FastLb.Dataplane.Flows;
using FastLb.Dataplane.Services;
using FastLb.Testing;
using FastLb.Wire;

namespace FastLb.Dataplane.Tests.Pipeline;

/// <summary>How long flows of different services live.</summary>
public sealed class ServiceTimeoutTests : IDisposable
{
    private static readonly ServiceKey Other = PipelineFixture.WebService with { Port = 81 };
    private static readonly FrameBuilder Syn = new();

    private readonly PipelineFixture _fixture = new();

    public ServiceTimeoutTests()
    {
        _fixture.Tables.Settings = new ForwardingSettings { Timeouts = Timeouts(700, 50, 40) };
        Define(otherTimeouts: Timeouts(60, 20, 10));
    }

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [InlineData(80, TcpFlags.Acknowledgment, 700)]
    [InlineData(81, TcpFlags.Acknowledgment, 60)]
    [InlineData(80, TcpFlags.Fin, 120)]
    [InlineData(81, TcpFlags.Fin, 120)]
    public void Connection_lives_as_long_as_its_service_says(ushort port, TcpFlags last, int seconds)
    {
        _fixture.Process(Syn with { ServicePort = port });
        _fixture.Process(Syn with { ServicePort = port, Flags = last });

        Assert.Equal(seconds, Remaining(IpProtocol.Tcp, port));
    }

    [Theory]
    [InlineData(80, 50)]
    [InlineData(81, 20)]
    public void So_does_one_after_its_clients_fin(ushort port, int seconds)
    {
        foreach (TcpFlags flags in (TcpFlags[])[TcpFlags.Syn, TcpFlags.Acknowledgment, TcpFlags.Fin])
            _fixture.Process(Syn with { ServicePort = port, Flags = flags });

        Assert.Equal(seconds, Remaining(IpProtocol.Tcp, port));
    }

    [Fact]
    public void Udp_flow_lives_as_long_as_is_set_for_all()
    {
        _fixture.Process(Syn with { Protocol = IpProtocol.Udp, ServicePort = 53 });

        Assert.Equal(40, Remaining(IpProtocol.Udp, 53));
    }

    [Fact]
    public void Change_holds_from_the_next_packet_on()
    {
        _fixture.Process(Syn with { ServicePort = 81 });
        _fixture.Process(Syn with { ServicePort = 81, Flags = TcpFlags.Acknowledgment });
        Define(otherTimeouts: null);
        Assert.Equal(60, Remaining(IpProtocol.Tcp, 81));

        _fixture.Process(Syn with { ServicePort = 81, Flags = TcpFlags.Acknowledgment });

        Assert.Equal(700, Remaining(IpProtocol.Tcp, 81));
    }

    private static FlowTimeouts Timeouts(int tcp, int fin, int udp) => new(TimeSpan.FromSeconds(tcp), TimeSpan.FromSeconds(fin), TimeSpan.FromSeconds(udp));

    private void Define(FlowTimeouts? otherTimeouts)
    {
        ServiceDefinition Service(ServiceKey key) => new(key, "rr", [new ServerDefinition(PipelineFixture.Web01, key.Port, 1)]);
        _fixture.Tables.Build(
            [Service(PipelineFixture.WebService), Service(Other) with { Timeouts = otherTimeouts }, Service(PipelineFixture.WebService with { Protocol = IpProtocol.Udp, Port = 53 })],
            acknowledged: long.MaxValue);
    }

    private int Remaining(IpProtocol protocol, ushort port)
    {
        var key = new FlowKey(Syn.Client.V4, Syn.Service.V4, Syn.ClientPort, port, protocol);
        uint index = _fixture.Flows.Find(key, _fixture.Flows.HashOf(key));
        Assert.NotEqual(0u, index);
        return (int)_fixture.Flows.Entry(index).Remaining(_fixture.Now).TotalSeconds;
    }
}
