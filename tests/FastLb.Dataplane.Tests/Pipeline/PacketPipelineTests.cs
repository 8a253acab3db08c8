using FastLb.Dataplane.Flows;
using FastLb.Dataplane.Pipeline;
using FastLb.Dataplane.Services;
using FastLb.Testing;
using FastLb.Wire;

namespace FastLb.Dataplane.Tests.Pipeline;

public sealed class PacketPipelineTests : IDisposable
{
    private readonly PipelineFixture _fixture = new();

    [Theory]
    [InlineData(IpProtocol.Tcp, 80, 0)]
    [InlineData(IpProtocol.Udp, 53, 0)]
    [InlineData(IpProtocol.Tcp, 80, 12)]
    public void Direct_routing_changes_macs_time_to_live_and_ip_checksum_alone(IpProtocol protocol, int port, int options)
    {
        byte[] before = new FrameBuilder { Protocol = protocol, ServicePort = (ushort)port, IpOptions = options, TimeToLive = 9 }.Build();

        PacketSlot slot = _fixture.Process(before);

        Assert.Equal((VerdictKind.Forward, VerdictReason.ForwardedDirect, 3, 0), (slot.Kind, slot.Reason, slot.EgressPort, slot.ChecksumStart));
        byte[] after = _fixture.Frame;
        Assert.True(EthernetView.TryParse(after, out EthernetView ethernet));
        Assert.Equal((PipelineFixture.Web02Mac, PipelineFixture.DirectorMac), (ethernet.Destination, ethernet.Source));
        Assert.True(Ipv4View.TryParse(after.AsSpan(14), out Ipv4View ip));
        Assert.True(ip.HasValidChecksum);
        Assert.Equal(8, ip.TimeToLive);
        int[] changed = [.. Enumerable.Range(12, before.Length - 12).Where(i => before[i] != after[i])];
        Assert.Subset(new HashSet<int> { 22, 24, 25 }, changed.ToHashSet());
    }

    [Fact]
    public void Connections_go_to_the_servers_in_turn_and_stay_there()
    {
        var servers = new List<MacAddress>();
        for (int connection = 0; connection < 4; connection++)
        {
            var frame = new FrameBuilder { ClientPort = (ushort)(5000 + connection) };
            servers.Add(DestinationOf(frame));
            Assert.Equal(servers[^1], DestinationOf(frame with { Flags = TcpFlags.Acknowledgment }));
        }

        Assert.Equal([PipelineFixture.Web02Mac, PipelineFixture.Web01Mac, PipelineFixture.Web02Mac, PipelineFixture.Web01Mac], servers);
    }

    [Fact]
    public void Padding_of_a_short_frame_is_left_out()
    {
        PacketSlot slot = _fixture.Process(new FrameBuilder { Payload = 0, Padding = 6 });

        Assert.Equal(54, slot.Length);
    }

    [Theory]
    [InlineData(IpProtocol.Tcp, 80, 16)]
    [InlineData(IpProtocol.Udp, 53, 6)]
    public void Partial_checksum_is_left_to_the_transmit_side(IpProtocol protocol, int port, int offset)
    {
        PacketSlot slot = _fixture.Process(new FrameBuilder { Protocol = protocol, ServicePort = (ushort)port, PartialChecksum = true, IpOptions = 4 });

        Assert.Equal((VerdictKind.Forward, 38, offset), (slot.Kind, slot.ChecksumStart, slot.ChecksumOffset));
    }

    public static TheoryData<VerdictReason, FrameBuilder> RefusedFrames => new()
    {
        { VerdictReason.BadIpChecksum, new FrameBuilder { Payload = 11 } },
        { VerdictReason.MalformedIp, new FrameBuilder { Payload = 13 } },
        { VerdictReason.MalformedTransport, new FrameBuilder { Payload = 14 } },
        { VerdictReason.UnsupportedProtocol, new FrameBuilder { Protocol = IpProtocol.Sctp } },
        { VerdictReason.NoService, new FrameBuilder { ServicePort = 81 } },
        { VerdictReason.UnknownFlow, new FrameBuilder { Flags = TcpFlags.Syn | TcpFlags.Reset } },
    };

    [Theory]
    [MemberData(nameof(RefusedFrames), DisableDiscoveryEnumeration = true)]
    public void Frame_that_cannot_be_forwarded_is_dropped_for_its_reason_and_counted(VerdictReason reason, FrameBuilder frame)
    {
        PacketSlot slot = _fixture.Process(Damage(frame.Build(), reason));

        Assert.Equal((VerdictKind.Drop, reason), (slot.Kind, slot.Reason));
        Assert.Equal(1, _fixture.Verdicts[reason]);
        Assert.Equal(0, _fixture.Flows.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Packet_at_the_end_of_its_life_is_answered_with_time_exceeded(int ttl)
    {
        byte[] original = new FrameBuilder { TimeToLive = (byte)ttl }.Build();

        PacketSlot slot = _fixture.Process(original);

        Assert.Equal(VerdictReason.TtlExpired, slot.Reason);
        AssertAnswer(slot, IcmpError.TimeExceeded, 0, original.AsSpan(14));
    }

    [Fact]
    public void Service_without_a_server_is_answered_with_port_unreachable()
    {
        _fixture.SetServers("rr", new ServerDefinition(PipelineFixture.Web01, 80, 0));
        byte[] original = new FrameBuilder().Build();

        PacketSlot slot = _fixture.Process(original);

        Assert.Equal(VerdictReason.NoServer, slot.Reason);
        AssertAnswer(slot, IcmpError.PortUnreachable, 0, original.AsSpan(14));
    }

    [Fact]
    public void Packet_too_big_for_the_way_is_answered_with_the_size_that_fits()
    {
        _fixture.SetWays(AdjacencyState.Resolved, mtu: 1000);
        byte[] original = new FrameBuilder { Payload = 1200 }.Build();

        PacketSlot slot = _fixture.Process(original);

        Assert.Equal(VerdictReason.TooBig, slot.Reason);
        Assert.True(Ipv4View.TryParse(original.AsSpan(14), out Ipv4View quoted));
        quoted.DecrementTimeToLive();
        AssertAnswer(slot, IcmpError.FragmentationNeeded, 1000, original.AsSpan(14, 548));
    }

    [Fact]
    public void Packet_too_big_that_may_be_fragmented_is_dropped()
    {
        _fixture.SetWays(AdjacencyState.Resolved, mtu: 1000);

        PacketSlot slot = _fixture.Process(new FrameBuilder { Payload = 1200, DontFragment = false });

        Assert.Equal((VerdictKind.Drop, VerdictReason.TooBig), (slot.Kind, slot.Reason));
    }

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("127.0.0.1")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    public void Sender_that_is_nobody_gets_no_answer(string client)
    {
        PacketSlot slot = _fixture.Process(new FrameBuilder { TimeToLive = 1, Client = IpAddress.Parse(client) });

        Assert.Equal((VerdictKind.Drop, VerdictReason.TtlExpired), (slot.Kind, slot.Reason));
    }

    [Fact]
    public void Frame_without_room_for_an_answer_is_dropped() =>
        Assert.Equal(VerdictKind.Drop, _fixture.Process(new FrameBuilder { TimeToLive = 1 }.Build(), headroom: 27).Kind);

    [Fact]
    public void Answers_are_limited_to_a_burst_and_a_rate()
    {
        var limit = default(IcmpErrorLimit);
        MonotonicTime now = MonotonicTime.FromSeconds(5);

        Assert.Equal(50, Enumerable.Range(0, 100).Count(_ => limit.TryTake(now)));
        Assert.Equal(10, Enumerable.Range(0, 100).Count(_ => limit.TryTake(now + TimeSpan.FromMilliseconds(10))));
    }

    [Fact]
    public void Frame_for_a_pending_way_is_held_as_it_is_and_not_counted()
    {
        _fixture.SetWays(AdjacencyState.Pending);
        byte[] frame = new FrameBuilder().Build();

        PacketSlot slot = _fixture.Process(frame);

        Assert.Equal(VerdictKind.Hold, slot.Kind);
        Assert.Equal(frame, _fixture.Frame);
        Assert.Equal(0, Enum.GetValues<VerdictReason>().Sum(reason => _fixture.Verdicts[reason]));

        _fixture.SetWays(AdjacencyState.Resolved);
        Assert.Equal(VerdictKind.Forward, _fixture.Process(frame).Kind);
        Assert.Equal(1, _fixture.Flows.Count);
    }

    [Fact]
    public void Frame_for_an_unreachable_server_is_dropped()
    {
        _fixture.SetWays(AdjacencyState.Unreachable);

        Assert.Equal(VerdictReason.NoRoute, _fixture.Process(new FrameBuilder()).Reason);
    }

    [Fact]
    public void Connection_of_a_removed_server_is_dropped()
    {
        Assert.Equal(PipelineFixture.Web02Mac, DestinationOf(new FrameBuilder()));
        _fixture.SetServers("rr", new ServerDefinition(PipelineFixture.Web01, 80, 1));

        Assert.Equal(VerdictReason.ServerRemoved, _fixture.Process(new FrameBuilder { Flags = TcpFlags.Acknowledgment }).Reason);
    }

    [Fact]
    public void Connection_of_a_server_of_weight_zero_goes_on_but_no_new_one_comes()
    {
        Assert.Equal(PipelineFixture.Web02Mac, DestinationOf(new FrameBuilder()));
        _fixture.SetServers("rr", new ServerDefinition(PipelineFixture.Web01, 80, 1), new ServerDefinition(PipelineFixture.Web02, 80, 0));
        _fixture.SetWays(AdjacencyState.Resolved);

        Assert.Equal(PipelineFixture.Web02Mac, DestinationOf(new FrameBuilder { Flags = TcpFlags.Acknowledgment }));
        Assert.Equal(PipelineFixture.Web01Mac, DestinationOf(new FrameBuilder { ClientPort = 2 }));
        Assert.Equal(PipelineFixture.Web01Mac, DestinationOf(new FrameBuilder { ClientPort = 3 }));
    }

    [Fact]
    public void Full_table_refuses_new_flows_and_keeps_the_old()
    {
        using var small = new PipelineFixture(capacity: 2);
        foreach (ushort port in (ushort[])[1, 2])
        {
            Assert.Equal(VerdictKind.Forward, small.Process(new FrameBuilder { ClientPort = port }).Kind);
            Assert.Equal(VerdictKind.Forward, small.Process(new FrameBuilder { ClientPort = port, Flags = TcpFlags.Acknowledgment }).Kind);
        }

        Assert.Equal(VerdictReason.FlowTableFull, small.Process(new FrameBuilder { ClientPort = 3 }).Reason);
        Assert.Equal(VerdictKind.Forward, small.Process(new FrameBuilder { ClientPort = 1, Flags = TcpFlags.Acknowledgment }).Kind);
    }

    [Fact]
    public void Oldest_half_open_flow_gives_way_in_a_full_table()
    {
        using var small = new PipelineFixture(capacity: 2);
        Assert.Equal(VerdictKind.Forward, small.Process(new FrameBuilder { ClientPort = 1 }).Kind);
        Assert.Equal(VerdictKind.Forward, small.Process(new FrameBuilder { ClientPort = 2 }).Kind);

        Assert.Equal(VerdictReason.ForwardedDirect, small.Process(new FrameBuilder { ClientPort = 3 }).Reason);
        Assert.Equal(VerdictReason.UnknownFlow, small.Process(new FrameBuilder { ClientPort = 1, Flags = TcpFlags.Acknowledgment }).Reason);
        Assert.Equal(VerdictReason.ForwardedDirect, small.Process(new FrameBuilder { ClientPort = 2, Flags = TcpFlags.Acknowledgment }).Reason);
        Assert.Equal((1, 1), (small.Flows.EvictedHalfOpen, small.Flows.HalfOpen));
    }

    [Fact]
    public void Counters_of_service_and_server_have_ip_packets_and_their_bytes()
    {
        _fixture.Process(new FrameBuilder { Payload = 10 });
        _fixture.Process(new FrameBuilder { Payload = 20, Flags = TcpFlags.Acknowledgment });

        Assert.True(_fixture.Tables.Current.TryFindService(PipelineFixture.WebService, out VirtualService? service));
        Assert.Equal((1, 2, 110), (service.Counters.Connections, service.Counters.Packets, service.Counters.Bytes));
        (int active, int inactive, TrafficCounters server) = _fixture.Tables.Usage(new ServerIdentity(PipelineFixture.WebService, PipelineFixture.Web02, 80));
        Assert.Equal((1, 0, 1L, 2L), (active, inactive, server.Connections, server.Packets));
    }

    [Theory]
    [InlineData(ForwardingMethod.DirectRouting)]
    [InlineData(ForwardingMethod.AddressTranslation)]
    [InlineData(ForwardingMethod.Tunnel)]
    public void Packet_path_allocates_nothing(ForwardingMethod method)
    {
        using var traffic = new PipelineTraffic(4096, method, newFlows: 4096);
        traffic.RunEstablished(2000);
        traffic.RunNew();
        traffic.EndNew();
        long before = traffic.Forwarded;

        Assert.Equal(0, Allocations.Of(() => traffic.RunEstablished(2000)));
        Assert.Equal(0, Allocations.Of(() =>
        {
            traffic.RunNew();
            traffic.EndNew();
        }));
        Assert.InRange(traffic.Forwarded - before, (2000 * PacketPipeline.BatchSize) + 4096, long.MaxValue);
    }

    public void Dispose() => _fixture.Dispose();

    private static byte[] Damage(byte[] frame, VerdictReason reason)
    {
        switch (reason)
        {
            case VerdictReason.BadIpChecksum:
                frame[25] ^= 1;
                break;
            case VerdictReason.MalformedIp:
                frame = frame[..40];
                break;
            case VerdictReason.MalformedTransport:
                return new FrameBuilder { Protocol = IpProtocol.Udp, Payload = 0 }.Build() is var udp ? AsTcp(udp) : udp;
        }

        return frame;
    }

    // Eight bytes behind the IP header are a UDP header, but not a TCP one.
    private static byte[] AsTcp(byte[] frame)
    {
        _ = Ipv4View.TryParse(frame.AsSpan(14), out Ipv4View ip);
        Ipv4View.Write(frame.AsSpan(14), 0, 1, true, 64, IpProtocol.Tcp, ip.Source, ip.Destination);
        return frame;
    }

    private MacAddress DestinationOf(FrameBuilder frame)
    {
        Assert.Equal(VerdictKind.Forward, _fixture.Process(frame).Kind);
        return MacAddress.Read(_fixture.Frame);
    }

    private void AssertAnswer(in PacketSlot slot, IcmpError error, ushort mtu, ReadOnlySpan<byte> quote)
    {
        Assert.Equal((VerdictKind.Forward, 7), (slot.Kind, slot.EgressPort));
        Assert.True(EthernetView.TryParse(_fixture.Frame, out EthernetView ethernet));
        Assert.Equal((new FrameBuilder().Source, new FrameBuilder().Destination), (ethernet.Destination, ethernet.Source));
        Assert.True(Ipv4View.TryParse(_fixture.Frame.AsSpan(14), out Ipv4View ip));
        Assert.True(ip.HasValidChecksum);
        Assert.Equal(("192.0.2.100", "192.0.2.50", (byte)0xC0), (IpAddress.FromV4(ip.Source).ToString(), IpAddress.FromV4(ip.Destination).ToString(), ip.TypeOfService));
        Assert.True(IcmpView.TryParse(ip.Payload, out IcmpView icmp));
        Assert.True(icmp.HasValidChecksum);
        Assert.Equal((error, mtu), (icmp.TypeAndCode, icmp.NextHopMtu));
        Assert.Equal(quote.ToArray(), icmp.Quote.ToArray());
    }
}
