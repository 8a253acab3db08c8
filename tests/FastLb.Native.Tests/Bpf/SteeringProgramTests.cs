using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using FastLb.Native.Bpf;
using FastLb.Native.Tests.Namespaces;

namespace FastLb.Native.Tests.Bpf;

public sealed class SteeringProgramTests : SteeringFixture
{
    [Fact]
    public void Frame_for_a_service_goes_to_the_socket_of_its_queue() => AssertSteered(new SteeringFrame());

    [Theory]
    [InlineData(6)]
    [InlineData(15)]
    public void Ip_options_are_stepped_over(byte headerWords) => AssertSteered(new SteeringFrame { HeaderWords = headerWords });

    [Fact]
    public void Ethernet_padding_is_no_part_of_the_packet() => AssertSteered(new SteeringFrame { Padding = 6 });

    [Fact]
    public void Udp_service_is_told_from_a_tcp_service_of_the_same_port()
    {
        SteeringFrame udp = new() { Protocol = ProtocolType.Udp, PayloadLength = 8 };
        AssertPassed(SteeringOutcome.NoService, udp);

        Table.SetServices([Service, Service with { Protocol = ProtocolType.Udp }]);

        AssertSteered(udp);
    }

    [Fact]
    public void Frame_for_a_queue_without_a_socket_goes_to_the_kernel()
    {
        Program.RemoveSocket(0);
        Program.RemoveSocket(0);

        AssertPassed(SteeringOutcome.NoSocket, new SteeringFrame());
    }

    [Fact]
    public void Closed_socket_gives_its_queue_back_to_the_kernel()
    {
        Socket.Dispose();

        // Not at once: a process that another test starts may hold a copy of the descriptor between fork and exec.
        Eventually.Read(
            () => SteeringTestRun.Run(Program, new SteeringFrame().ToBytes()), verdict => verdict == (SteeringTestRun.XdpPass, SteeringOutcome.NoSocket));
    }

    [Theory]
    [InlineData("02-00-00-00-00-02")] // another host's frame, flooded by a bridge
    [InlineData("FF-FF-FF-FF-FF-FF")]
    [InlineData("01-00-5E-00-00-12")] // VRRP's group
    [InlineData("03-00-00-00-00-01")] // own but for the group bit
    public void Frame_to_another_address_is_left_alone(string destination) =>
        AssertPassed(SteeringOutcome.NotOwnMac, new SteeringFrame { Destination = PhysicalAddress.Parse(destination) });

    [Fact]
    public void Virtual_macs_are_added_and_removed_with_the_set()
    {
        PhysicalAddress virtualMac = PhysicalAddress.Parse("00-00-5E-00-01-33"); // RFC 5798 §7.3
        SteeringFrame frame = new() { Destination = virtualMac };

        Program.SetOwnMacs([SteeringFrame.OwnMac, virtualMac]);
        AssertSteered(frame);
        AssertSteered(new SteeringFrame());

        Program.SetOwnMacs([SteeringFrame.OwnMac]);
        AssertPassed(SteeringOutcome.NotOwnMac, frame);
        AssertSteered(new SteeringFrame());
    }

    [Fact]
    public void Group_address_is_refused_as_own()
    {
        Assert.Throws<ArgumentException>(() => Program.SetOwnMacs([PhysicalAddress.Parse("FF-FF-FF-FF-FF-FF")]));
    }

    [Theory]
    [InlineData(0x0806)] // ARP
    [InlineData(0x86DD)] // IPv6
    [InlineData(0x88CC)] // LLDP
    public void Other_ether_types_go_to_the_kernel(int etherType) =>
        AssertPassed(SteeringOutcome.NotIPv4, new SteeringFrame { EtherType = (ushort)etherType });

    [Fact]
    public void Vlan_tags_are_looked_through()
    {
        AssertSteered(new SteeringFrame { VlanTags = [0x8100] });
        AssertSteered(new SteeringFrame { VlanTags = [0x88A8] });
        AssertSteered(new SteeringFrame { VlanTags = [0x88A8, 0x8100] });
        AssertSteered(new SteeringFrame { VlanTags = [0x8100, 0x8100], HeaderWords = 15, Padding = 6 });
        AssertPassed(SteeringOutcome.NoService, new SteeringFrame { VlanTags = [0x8100], DestinationPort = 22 });
        AssertPassed(SteeringOutcome.NotIPv4, new SteeringFrame { VlanTags = [0x8100], EtherType = 0x0806 });
        AssertPassed(SteeringOutcome.NotIPv4, new SteeringFrame { VlanTags = [0x88A8, 0x8100, 0x8100] });
        AssertPassed(SteeringOutcome.Malformed, new SteeringFrame { VlanTags = [0x8100], TotalLength = 41 });
    }

    [Fact]
    public void Frame_that_was_punted_is_not_steered_again() =>
        AssertPassed(SteeringOutcome.Punted, new SteeringFrame { Source = PhysicalAddress.Parse("02-46-4C-42-50-54") });

    [Theory]
    [InlineData("03-46-4C-42-50-54")]
    [InlineData("02-46-4C-42-50-55")]
    public void Source_that_is_nearly_that_of_a_punted_frame_is_steered(string source) =>
        AssertSteered(new SteeringFrame { Source = PhysicalAddress.Parse(source) });

    [Theory]
    [InlineData(ProtocolType.Icmp)]
    [InlineData((ProtocolType)112)] // VRRP
    [InlineData((ProtocolType)132)] // SCTP
    public void Other_protocols_go_to_the_kernel(ProtocolType protocol) =>
        AssertPassed(SteeringOutcome.OtherProtocol, new SteeringFrame { Protocol = protocol });

    [Fact]
    public void Packet_to_another_port_goes_to_the_kernel() =>
        AssertPassed(SteeringOutcome.NoService, new SteeringFrame { DestinationPort = 22 });

    [Fact]
    public void Packet_to_another_address_goes_to_the_kernel() =>
        AssertPassed(SteeringOutcome.NoService, new SteeringFrame { DestinationAddress = IPAddress.Parse("192.0.2.1") });

    [Fact]
    public void Contradicting_headers_go_to_the_kernel()
    {
        AssertPassed(SteeringOutcome.Malformed, new SteeringFrame { Version = 6 });
        AssertPassed(SteeringOutcome.Malformed, new SteeringFrame { HeaderWords = 4 });
        AssertPassed(SteeringOutcome.Malformed, new SteeringFrame { TotalLength = 19 });
        AssertPassed(SteeringOutcome.Malformed, new SteeringFrame { HeaderWords = 6, TotalLength = 23 });
        AssertPassed(SteeringOutcome.Malformed, new SteeringFrame { TotalLength = 23 }); // ends within the ports
        AssertPassed(SteeringOutcome.Malformed, new SteeringFrame { TotalLength = 41 }); // ends after the frame
        AssertPassed(SteeringOutcome.Malformed, new SteeringFrame { TotalLength = 0xFFFF });
        AssertPassed(SteeringOutcome.Malformed, new SteeringFrame { HeaderWords = 15, Padding = -21 });
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Every_cut_of_a_frame_goes_to_the_kernel_as_malformed(int tags)
    {
        byte[] whole = new SteeringFrame { VlanTags = [.. Enumerable.Repeat(0x8100, tags)] }.ToBytes();
        for (int length = SteeringFrame.EthernetSize; length < whole.Length; length++) // the kernel runs no shorter frame
            Assert.Equal((SteeringTestRun.XdpPass, SteeringOutcome.Malformed), SteeringTestRun.Run(Program, whole[..length]));
    }

    [Fact]
    public void Services_change_by_the_difference()
    {
        SteeredEndpoint other = Service with { Port = 8080 };
        Table.SetServices([Service, other]);
        AssertSteered(new SteeringFrame());
        AssertSteered(new SteeringFrame { DestinationPort = 8080 });

        Table.SetServices([other]);
        AssertPassed(SteeringOutcome.NoService, new SteeringFrame());
        AssertSteered(new SteeringFrame { DestinationPort = 8080 });
        Assert.Equal([other], Table.Services);

        Table.SetServices([]);
        AssertPassed(SteeringOutcome.NoService, new SteeringFrame { DestinationPort = 8080 });
    }

    [Fact]
    public void Programs_of_two_interfaces_share_services_and_nothing_else()
    {
        using SteeringProgram second = SteeringProgram.Load(Table, receiveQueues: 4);
        second.SetOwnMacs([SteeringFrame.OwnMac]);

        Assert.Equal((SteeringTestRun.XdpPass, SteeringOutcome.NoSocket), SteeringTestRun.Run(second, new SteeringFrame().ToBytes()));
        Assert.Equal(0UL, Program.ReadCounters()[SteeringOutcome.NoSocket]);
    }

    [Fact]
    public void Ipv6_services_are_kept_under_keys_of_their_own()
    {
        SteeredEndpoint ipv6 = new(IPAddress.Parse("2001:db8::1"), ProtocolType.Tcp, 80);
        Table.SetServices([Service, ipv6]);

        SteeredEndpointKey[] keys = [.. Table.Endpoints.Map.ReadKeys()];

        Assert.Equal(4, keys.Length); // each service and its fragments
        Assert.Contains(keys, key => key.Address == SteeredAddress.From(ipv6.Address));
        Assert.True(Table.Endpoints.Map.TryLookup(ipv6.ToKey(), out _));
    }

    [Fact]
    public void Service_that_no_frame_can_match_is_refused_before_anything_changes()
    {
        SteeredEndpoint[] services = [Service with { Port = 443 }, Service with { Protocol = ProtocolType.Icmp }];

        Assert.Throws<ArgumentException>(() => Table.SetServices(services));
        Assert.Throws<ArgumentException>(() => Table.SetNatServers(services));

        Assert.Equal([Service], Table.Services);
        Assert.Empty(Table.NatServers);
        AssertPassed(SteeringOutcome.NoService, new SteeringFrame { DestinationPort = 443 });
    }

    [Fact]
    public void Socket_for_a_queue_beyond_the_interface_is_refused()
    {
        SystemCallException fault = Assert.Throws<SystemCallException>(() => Program.SetSocket(1, Socket));

        Assert.Equal(Errno.E2BIG, fault.Errno);
    }
}
