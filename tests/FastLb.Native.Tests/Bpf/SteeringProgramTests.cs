using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using FastLb.Native.Bpf;
using FastLb.Native.Tests.Namespaces;

namespace FastLb.Native.Tests.Bpf;

public sealed class SteeringProgramTests : IDisposable
{
    private static readonly SteeredService Service = new(SteeringFrame.ServiceAddress, ProtocolType.Tcp, SteeringFrame.ServicePort);

    private readonly ServiceSteering _services = ServiceSteering.Create();
    private readonly SteeringProgram _program;
    private readonly UnboundXdpSocket _socket = new();

    public SteeringProgramTests()
    {
        _program = SteeringProgram.Load(_services, receiveQueues: 1);
        _services.SetServices([Service]);
        _program.SetOwnMacs([SteeringFrame.OwnMac]);
        _program.SetSocket(0, _socket);
    }

    public void Dispose()
    {
        _program.Dispose();
        _services.Dispose();
        _socket.Dispose();
    }

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

        _services.SetServices([Service, Service with { Protocol = ProtocolType.Udp }]);

        AssertSteered(udp);
    }

    [Fact]
    public void Frame_for_a_queue_without_a_socket_goes_to_the_kernel()
    {
        _program.RemoveSocket(0);
        _program.RemoveSocket(0);

        AssertPassed(SteeringOutcome.NoSocket, new SteeringFrame());
    }

    [Fact]
    public void Closed_socket_gives_its_queue_back_to_the_kernel()
    {
        _socket.Dispose();

        // Not at once: a process that another test starts may hold a copy of the descriptor between fork and exec.
        Eventually.Read(
            () => SteeringTestRun.Run(_program, new SteeringFrame().ToBytes()), verdict => verdict == (SteeringTestRun.XdpPass, SteeringOutcome.NoSocket));
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

        _program.SetOwnMacs([SteeringFrame.OwnMac, virtualMac]);
        AssertSteered(frame);
        AssertSteered(new SteeringFrame());

        _program.SetOwnMacs([SteeringFrame.OwnMac]);
        AssertPassed(SteeringOutcome.NotOwnMac, frame);
        AssertSteered(new SteeringFrame());
    }

    [Fact]
    public void Group_address_is_refused_as_own()
    {
        Assert.Throws<ArgumentException>(() => _program.SetOwnMacs([PhysicalAddress.Parse("FF-FF-FF-FF-FF-FF")]));
    }

    [Theory]
    [InlineData(0x0806)] // ARP
    [InlineData(0x86DD)] // IPv6
    [InlineData(0x88CC)] // LLDP
    public void Other_ether_types_go_to_the_kernel(int etherType) =>
        AssertPassed(SteeringOutcome.NotIPv4, new SteeringFrame { EtherType = (ushort)etherType });

    [Fact]
    public void Vlan_tagged_frame_goes_to_the_kernel() => AssertPassed(SteeringOutcome.NotIPv4, new SteeringFrame { VlanTagged = true });

    [Theory]
    [InlineData(ProtocolType.Icmp)]
    [InlineData((ProtocolType)112)] // VRRP
    [InlineData((ProtocolType)132)] // SCTP
    public void Other_protocols_go_to_the_kernel(ProtocolType protocol) =>
        AssertPassed(SteeringOutcome.OtherProtocol, new SteeringFrame { Protocol = protocol });

    [Theory]
    [InlineData(0x2000)] // first
    [InlineData(0x2001)] // middle
    [InlineData(0x0001)] // last
    [InlineData(0x1FFF)]
    public void Fragments_go_to_the_kernel(int fragmentation) =>
        AssertPassed(SteeringOutcome.Fragment, new SteeringFrame { Fragmentation = (ushort)fragmentation });

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

    [Fact]
    public void Every_cut_of_a_frame_goes_to_the_kernel_as_malformed()
    {
        byte[] whole = new SteeringFrame().ToBytes();
        for (int length = SteeringFrame.EthernetSize; length < whole.Length; length++) // the kernel runs no shorter frame
            Assert.Equal((SteeringTestRun.XdpPass, SteeringOutcome.Malformed), SteeringTestRun.Run(_program, whole[..length]));
    }

    [Fact]
    public void Services_change_by_the_difference()
    {
        SteeredService other = Service with { Port = 8080 };
        _services.SetServices([Service, other]);
        AssertSteered(new SteeringFrame());
        AssertSteered(new SteeringFrame { DestinationPort = 8080 });

        _services.SetServices([other]);
        AssertPassed(SteeringOutcome.NoService, new SteeringFrame());
        AssertSteered(new SteeringFrame { DestinationPort = 8080 });
        Assert.Equal([other], _services.Services);

        _services.SetServices([]);
        AssertPassed(SteeringOutcome.NoService, new SteeringFrame { DestinationPort = 8080 });
    }

    [Fact]
    public void Programs_of_two_interfaces_share_services_and_nothing_else()
    {
        using SteeringProgram second = SteeringProgram.Load(_services, receiveQueues: 4);
        second.SetOwnMacs([SteeringFrame.OwnMac]);

        Assert.Equal((SteeringTestRun.XdpPass, SteeringOutcome.NoSocket), SteeringTestRun.Run(second, new SteeringFrame().ToBytes()));
        Assert.Equal(0UL, _program.ReadCounters()[SteeringOutcome.NoSocket]);
    }

    [Fact]
    public void Ipv6_services_are_kept_under_keys_of_their_own()
    {
        SteeredService ipv6 = new(IPAddress.Parse("2001:db8::1"), ProtocolType.Tcp, 80);
        _services.SetServices([Service, ipv6]);

        SteeredServiceKey[] keys = [.. _services.Map.ReadKeys()];

        Assert.Equal(2, keys.Length);
        Assert.Contains(keys, key => ((ReadOnlySpan<byte>)key.Address).SequenceEqual(ipv6.Address.GetAddressBytes()));
        Assert.True(_services.Map.TryLookup(ipv6.ToKey(), out _));
    }

    [Fact]
    public void Service_that_no_frame_can_match_is_refused_before_anything_changes()
    {
        SteeredService[] services = [Service with { Port = 443 }, Service with { Protocol = ProtocolType.Icmp }];

        Assert.Throws<ArgumentException>(() => _services.SetServices(services));

        Assert.Equal([Service], _services.Services);
        Assert.Throws<ArgumentException>(() => _services.SetServices([Service with { Port = 0 }]));
    }

    [Fact]
    public void Socket_for_a_queue_beyond_the_interface_is_refused()
    {
        SystemCallException fault = Assert.Throws<SystemCallException>(() => _program.SetSocket(1, _socket));

        Assert.Equal(Errno.E2BIG, fault.Errno);
    }

    private void AssertSteered(SteeringFrame frame) =>
        Assert.Equal((SteeringTestRun.XdpRedirect, SteeringOutcome.Steered), SteeringTestRun.Run(_program, frame.ToBytes()));

    private void AssertPassed(SteeringOutcome outcome, SteeringFrame frame) =>
        Assert.Equal((SteeringTestRun.XdpPass, outcome), SteeringTestRun.Run(_program, frame.ToBytes()));
}
