using System.Net;
using System.Net.Sockets;
using FastLb.Native.Bpf;

namespace FastLb.Native.Tests.Bpf;

/// <summary>Services for all ports of an address, and the servers behind them.</summary>
public sealed class SteeringAnyPortTests : SteeringFixture
{
    private static readonly IPAddress ServerAddress = IPAddress.Parse("10.0.0.11");
    private static readonly IPAddress HostAddress = IPAddress.Parse("10.0.0.1");
    private static readonly SteeringFrame Answer = new()
    {
        SourceAddress = ServerAddress,
        SourcePort = 40001,
        DestinationAddress = SteeringFrame.ClientAddress,
        DestinationPort = SteeringFrame.ClientPort,
    };

    [Theory]
    [InlineData(1)]
    [InlineData(22)]
    [InlineData(65535)]
    [InlineData(SteeringFrame.ServicePort)]
    public void Every_port_of_the_address_and_protocol_is_steered(int port)
    {
        var frame = new SteeringFrame { DestinationPort = (ushort)port };
        Table.SetServices([Service with { Port = 0 }]);

        AssertSteered(frame);
        AssertSteered(SteeringFrame.IcmpAbout(frame), SteeringOutcome.SteeredIcmpError);
        AssertSteered(SteeringFrame.IcmpAbout(frame.Reversed()), SteeringOutcome.SteeredIcmpError);
        AssertPassed(SteeringOutcome.NoService, frame with { Protocol = ProtocolType.Udp });
        AssertPassed(SteeringOutcome.NoService, frame with { DestinationAddress = HostAddress });
    }

    [Fact]
    public void Whatever_port_a_server_answers_from_is_steered_unless_the_host_asked()
    {
        Table.SetOwnAddresses([HostAddress]);
        Table.SetNatServers([new SteeredEndpoint(ServerAddress, ProtocolType.Tcp, 0)]);

        AssertSteered(Answer, SteeringOutcome.SteeredReturn);
        AssertSteered(SteeringFrame.IcmpAbout(Answer.Reversed()), SteeringOutcome.SteeredIcmpError);
        AssertPassed(SteeringOutcome.ServerToHost, Answer with { DestinationAddress = HostAddress });
        AssertPassed(SteeringOutcome.NoService, Answer with { Protocol = ProtocolType.Udp });
    }

    [Fact]
    public void Nothing_is_left_of_it_when_the_services_have_ports_again()
    {
        Table.SetServices([Service with { Port = 0 }, Service]);
        AssertSteered(new SteeringFrame { DestinationPort = 22 });

        Table.SetServices([Service]);

        AssertPassed(SteeringOutcome.NoService, new SteeringFrame { DestinationPort = 22 });
        AssertSteered(new SteeringFrame());
        AssertSteered(new SteeringFrame { Fragmentation = 1 }, SteeringOutcome.SteeredFragment);
        Assert.True(Table.Endpoints.Settings.TryLookup(0, out SteeringSettings settings));
        Assert.Equal(0u, settings.AnyPort);
    }
}
