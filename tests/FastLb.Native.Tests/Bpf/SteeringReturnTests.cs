using System.Net;
using System.Net.Sockets;
using FastLb.Native.Bpf;

namespace FastLb.Native.Tests.Bpf;

/// <summary>What NAT real servers send.</summary>
public sealed class SteeringReturnTests : SteeringFixture
{
    private const ushort ServerPort = 8080;

    private static readonly IPAddress ServerAddress = IPAddress.Parse("10.0.0.11");
    private static readonly IPAddress HostAddress = IPAddress.Parse("10.0.0.1");
    private static readonly SteeredEndpoint Server = new(ServerAddress, ProtocolType.Tcp, ServerPort);
    private static readonly SteeringFrame Answer = new()
    {
        SourceAddress = ServerAddress,
        SourcePort = ServerPort,
        DestinationAddress = SteeringFrame.ClientAddress,
        DestinationPort = SteeringFrame.ClientPort,
    };

    public SteeringReturnTests()
    {
        Table.SetOwnAddresses([HostAddress, SteeringFrame.ServiceAddress]);
        Table.SetNatServers([Server]);
    }

    [Fact]
    public void Answer_to_a_client_is_steered()
    {
        AssertSteered(Answer, SteeringOutcome.SteeredReturn);
        AssertSteered(Answer with { Fragmentation = SteeringFrame.MoreFragments }, SteeringOutcome.SteeredReturn);
        AssertSteered(Answer with { VlanTags = [0x8100] }, SteeringOutcome.SteeredReturn);
    }

    [Fact]
    public void What_else_the_server_sends_goes_to_the_kernel()
    {
        AssertPassed(SteeringOutcome.NoService, Answer with { SourcePort = 22 });
        AssertPassed(SteeringOutcome.NoService, Answer with { Protocol = ProtocolType.Udp });
        AssertPassed(SteeringOutcome.NoService, Answer with { SourceAddress = IPAddress.Parse("10.0.0.12") });
        AssertPassed(SteeringOutcome.NoService, Answer.Reversed());
    }

    [Fact]
    public void Answer_to_the_hosts_own_connection_goes_to_the_kernel()
    {
        AssertPassed(SteeringOutcome.ServerToHost, Answer with { DestinationAddress = HostAddress });
        AssertPassed(SteeringOutcome.ServerToHost, Answer with { DestinationAddress = HostAddress, Fragmentation = 1 });

        Table.SetOwnAddresses([]);

        AssertSteered(Answer with { DestinationAddress = HostAddress }, SteeringOutcome.SteeredReturn);
    }

    [Fact]
    public void Later_fragment_of_an_answer_is_steered_by_source_and_protocol()
    {
        SteeringFrame fragment = Answer with { Fragmentation = 1, SourcePort = 1, PayloadLength = 2 };
        AssertSteered(fragment, SteeringOutcome.SteeredFragment);
        AssertPassed(SteeringOutcome.Fragment, fragment with { Protocol = ProtocolType.Udp });
    }

    [Fact]
    public void Server_that_is_a_client_of_a_service_is_one() =>
        AssertSteered(Answer with { DestinationAddress = SteeringFrame.ServiceAddress, DestinationPort = SteeringFrame.ServicePort });

    [Fact]
    public void Servers_change_by_the_difference_and_apart_from_services()
    {
        SteeredEndpoint other = Server with { Port = 8081 };
        Table.SetNatServers([Server, other, Service]); // an endpoint may be both
        Table.SetServices([Service, Server]);
        AssertSteered(Answer, SteeringOutcome.SteeredReturn);
        AssertSteered(Answer.Reversed());

        Table.SetNatServers([other]);

        AssertPassed(SteeringOutcome.NoService, Answer);
        AssertSteered(Answer.Reversed());
        AssertSteered(Answer with { SourcePort = 8081 }, SteeringOutcome.SteeredReturn);
        AssertSteered(new SteeringFrame());
        Assert.Equal([other], Table.NatServers);

        Table.SetNatServers([]);
        Table.SetServices([]);
        Assert.Empty(Table.Endpoints.Map.ReadKeys());
    }
}
