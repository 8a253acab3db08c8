using System.Net;
using System.Net.Sockets;
using FastLb.Native.Bpf;

namespace FastLb.Native.Tests.Bpf;

/// <summary>ICMP errors, by the packets that they quote.</summary>
public sealed class SteeringIcmpTests : SteeringFixture
{
    private const int IpHeaderSize = 20;
    private const int IcmpHeaderSize = 8;
    private const int ShortestQuote = 8; // octets after the quoted IP header (RFC 792)

    private static readonly IPAddress NatServer = IPAddress.Parse("10.0.0.11");
    private static readonly IPAddress TunnelServer = IPAddress.Parse("10.0.0.21");
    private static readonly IPAddress HostAddress = IPAddress.Parse("10.0.0.1");
    private static readonly SteeringFrame ToService = new();
    private static readonly SteeringFrame FromService = ToService.Reversed();
    private static readonly SteeringFrame ToNatServer = new() { DestinationAddress = NatServer, DestinationPort = 8080 };
    private static readonly SteeringFrame Tunnelled = new()
    {
        Protocol = ProtocolType.IPv4,
        SourceAddress = HostAddress,
        DestinationAddress = TunnelServer,
        Payload = new SteeringFrame().ToBytes()[14..],
    };

    public SteeringIcmpTests()
    {
        Assert.Equal(4, (int)Tunnelled.Protocol); // .NET's name for IPIP
        Table.SetOwnAddresses([HostAddress, SteeringFrame.ServiceAddress]);
        Table.SetNatServers([new SteeredEndpoint(NatServer, ProtocolType.Tcp, 8080)]);
        Table.SetTunnelServers([TunnelServer]);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(11)]
    [InlineData(12)]
    public void Error_about_a_packet_of_a_service_is_steered(int type)
    {
        foreach (SteeringFrame quoted in new[] { ToService, FromService, ToNatServer, Tunnelled })
            AssertErrorSteered(SteeringFrame.IcmpAbout(quoted, type));
    }

    [Theory]
    [InlineData(0)] // echo reply
    [InlineData(5)] // redirect
    [InlineData(8)]
    [InlineData(13)]
    public void Other_messages_go_to_the_kernel(int type) =>
        AssertPassed(SteeringOutcome.OtherProtocol, SteeringFrame.IcmpAbout(ToService, type));

    [Fact]
    public void Error_to_whomever_is_judged_by_what_it_quotes()
    {
        foreach (IPAddress destination in new[] { SteeringFrame.ServiceAddress, HostAddress, SteeringFrame.ClientAddress })
            AssertErrorSteered(SteeringFrame.IcmpAbout(ToNatServer) with { DestinationAddress = destination });
    }

    [Fact]
    public void Error_about_another_packet_goes_to_the_kernel()
    {
        AssertUnrelated(ToService with { DestinationPort = 22 });
        AssertUnrelated(FromService with { SourcePort = 22 });
        AssertUnrelated(ToService with { Protocol = ProtocolType.Udp });
        AssertUnrelated(ToService with { Protocol = ProtocolType.Icmp });
        AssertUnrelated(ToService with { Fragmentation = 1 }); // what would be ports isn't
        AssertUnrelated(ToNatServer with { DestinationPort = 8081 });
        AssertUnrelated(ToNatServer.Reversed()); // answers leave with the service's address
        AssertUnrelated(Tunnelled with { SourceAddress = SteeringFrame.ClientAddress });
        AssertUnrelated(Tunnelled with { DestinationAddress = NatServer });
        AssertUnrelated(Tunnelled with { Protocol = ProtocolType.Tcp });
        AssertUnrelated(Tunnelled with { Protocol = (ProtocolType)47 }); // GRE
    }

    [Fact]
    public void Error_about_the_hosts_own_connection_to_a_server_goes_to_the_kernel() =>
        AssertPassed(SteeringOutcome.ServerToHost, SteeringFrame.IcmpAbout(ToNatServer with { SourceAddress = HostAddress }));

    [Fact]
    public void Error_about_a_first_fragment_is_steered() =>
        AssertErrorSteered(SteeringFrame.IcmpAbout(ToService with { Fragmentation = SteeringFrame.MoreFragments }));

    [Theory]
    [InlineData(5, 5)]
    [InlineData(15, 5)]
    [InlineData(5, 15)]
    [InlineData(15, 15)]
    public void Options_are_stepped_over_in_both_headers(int outerWords, int quotedWords)
    {
        SteeringFrame error = SteeringFrame.IcmpAbout(
            ToService with { HeaderWords = (byte)quotedWords, PayloadLength = 1400 }, quotedOctets: (quotedWords * 4) + ShortestQuote);
        AssertErrorSteered(error with { HeaderWords = (byte)outerWords });
        AssertErrorSteered(error with { HeaderWords = (byte)outerWords, VlanTags = [0x88A8, 0x8100], Padding = 3 });
    }

    [Theory]
    [InlineData(5)]
    [InlineData(15)]
    public void Every_cut_of_a_quote_before_the_end_of_the_ports_is_malformed(int words)
    {
        SteeringFrame quoted = ToService with { HeaderWords = (byte)words };
        int needed = (words * 4) + 4;
        for (int octets = 0; octets < needed; octets++)
        {
            SteeringFrame error = SteeringFrame.IcmpAbout(quoted, quotedOctets: octets);
            AssertPassed(SteeringOutcome.Malformed, error);
            AssertPassed(SteeringOutcome.Malformed, error with { Padding = 64 }); // octets beyond the packet are none of it
        }

        AssertErrorSteered(SteeringFrame.IcmpAbout(quoted, quotedOctets: needed));
    }

    [Fact]
    public void Quote_of_a_tunnel_packet_needs_no_more_than_its_header()
    {
        AssertErrorSteered(SteeringFrame.IcmpAbout(Tunnelled, quotedOctets: IpHeaderSize));
        AssertPassed(SteeringOutcome.Malformed, SteeringFrame.IcmpAbout(Tunnelled, quotedOctets: IpHeaderSize - 1) with { Padding = 8 });
    }

    [Fact]
    public void Every_cut_of_the_frame_is_malformed()
    {
        byte[] whole = SteeringFrame.IcmpAbout(ToService, quotedOctets: IpHeaderSize + ShortestQuote).ToBytes();
        for (int length = SteeringFrame.EthernetSize; length < whole.Length; length++)
            Assert.Equal((SteeringTestRun.XdpPass, SteeringOutcome.Malformed), SteeringTestRun.Run(Program, whole[..length]));
    }

    [Fact]
    public void Quoted_header_that_is_none_is_malformed()
    {
        AssertPassed(SteeringOutcome.Malformed, SteeringFrame.IcmpAbout(ToService with { Version = 6 }));
        AssertPassed(SteeringOutcome.Malformed, SteeringFrame.IcmpAbout(ToService with { HeaderWords = 4 }));
        SteeringFrame error = SteeringFrame.IcmpAbout(ToService);
        byte[] pastTheEnd = [.. error.Payload!];
        pastTheEnd[IcmpHeaderSize] = 0x4F; // 60 octets of header, of which there are 40
        AssertPassed(SteeringOutcome.Malformed, error with { Payload = pastTheEnd });
    }

    [Fact]
    public void Length_that_the_quote_claims_is_not_believed() =>
        AssertErrorSteered(SteeringFrame.IcmpAbout(ToService with { TotalLength = 0xFFFF }, quotedOctets: IpHeaderSize + ShortestQuote));

    [Fact]
    public void Tunnel_servers_and_own_addresses_change_by_the_difference()
    {
        IPAddress other = IPAddress.Parse("10.0.0.22");
        Table.SetTunnelServers([TunnelServer, other]);
        Table.SetTunnelServers([other]);
        AssertUnrelated(Tunnelled);
        AssertErrorSteered(SteeringFrame.IcmpAbout(Tunnelled with { DestinationAddress = other }));
        Assert.Equal([other], Table.TunnelServers);

        Table.SetOwnAddresses([]);
        AssertUnrelated(Tunnelled with { DestinationAddress = other });
        Assert.Empty(Table.OwnAddressSet.Map.ReadKeys());
    }

    private void AssertErrorSteered(SteeringFrame frame) => AssertSteered(frame, SteeringOutcome.SteeredIcmpError);

    private void AssertUnrelated(SteeringFrame quoted) => AssertPassed(SteeringOutcome.UnrelatedIcmpError, SteeringFrame.IcmpAbout(quoted));
}
