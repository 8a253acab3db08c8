using System.Net;
using System.Net.Sockets;
using FastLb.Native.Bpf;

namespace FastLb.Native.Tests.Bpf;

public sealed class SteeringFragmentTests : SteeringFixture
{
    [Fact]
    public void First_fragment_is_steered_by_its_ports()
    {
        AssertSteered(new SteeringFrame { Fragmentation = SteeringFrame.MoreFragments });
        AssertPassed(SteeringOutcome.NoService, new SteeringFrame { Fragmentation = SteeringFrame.MoreFragments, DestinationPort = 22 });
        AssertPassed(SteeringOutcome.Malformed, new SteeringFrame { Fragmentation = SteeringFrame.MoreFragments, PayloadLength = 3 });
    }

    [Theory]
    [InlineData(0x2001)] // middle
    [InlineData(0x0001)] // last
    [InlineData(0x1FFF)]
    public void Later_fragment_is_steered_by_address_and_protocol(int fragmentation)
    {
        SteeringFrame fragment = new() { Fragmentation = (ushort)fragmentation, DestinationPort = 22, PayloadLength = 1 }; // what would be ports isn't
        AssertSteered(fragment, SteeringOutcome.SteeredFragment);
        AssertPassed(SteeringOutcome.Fragment, fragment with { Protocol = ProtocolType.Udp });
        AssertPassed(SteeringOutcome.Fragment, fragment with { DestinationAddress = IPAddress.Parse("192.0.2.1") });
        AssertPassed(SteeringOutcome.OtherProtocol, fragment with { Protocol = (ProtocolType)112 });
    }

    [Fact]
    public void Later_fragments_are_steered_until_the_last_service_of_the_address_is_gone()
    {
        SteeringFrame fragment = new() { Fragmentation = 1 };
        SteeredEndpoint other = Service with { Port = 443 };
        Table.SetServices([Service, other]);
        Table.SetServices([other]);
        AssertSteered(fragment, SteeringOutcome.SteeredFragment);

        Table.SetServices([]);

        AssertPassed(SteeringOutcome.Fragment, fragment);
        Assert.Empty(Table.Endpoints.Map.ReadKeys());
    }

    [Fact]
    public void Port_zero_of_a_packet_is_not_taken_for_the_mark_of_fragments()
    {
        Table.SetNatServers([Service]);

        AssertPassed(SteeringOutcome.NoService, new SteeringFrame { DestinationPort = 0 });
        AssertPassed(SteeringOutcome.NoService, new SteeringFrame { DestinationPort = 0 }.Reversed());
        AssertPassed(SteeringOutcome.UnrelatedIcmpError, SteeringFrame.IcmpAbout(new SteeringFrame { DestinationPort = 0 }));
    }

    [Theory]
    [InlineData(0x2000)]
    [InlineData(0x2001)]
    [InlineData(0x0001)]
    public void Fragments_of_icmp_messages_go_to_the_kernel(int fragmentation) =>
        AssertPassed(SteeringOutcome.Fragment, SteeringFrame.IcmpAbout(new SteeringFrame()) with { Fragmentation = (ushort)fragmentation });
}
