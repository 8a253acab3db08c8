using System.Buffers.Binary;
using FastLb.Dataplane.Flows;
using FastLb.Dataplane.Pipeline;
using FastLb.Dataplane.Services;
using FastLb.Testing;
using FastLb.Wire;

namespace FastLb.Dataplane.Tests.Pipeline;

public sealed class AddressTranslationTests : IDisposable
{
    private const ushort ServerPort = 8080;

    private static readonly VlanTag Tag = VlanTag.ForVlan(10);

    private readonly PipelineFixture _fixture = new();

    public AddressTranslationTests()
    {
        _fixture.SetServers("rr", new ServerDefinition(PipelineFixture.Web01, ServerPort, 1, ForwardingMethod.AddressTranslation));
        _fixture.SetWays(AdjacencyState.Resolved);
    }

    private static FrameBuilder Request => new() { TimeToLive = 9, Payload = 33 };

    /// <summary>What the server makes of <see cref="Request"/>: a frame to the director.</summary>
    private static FrameBuilder Reply => new()
    {
        Source = PipelineFixture.Web01Mac,
        Client = PipelineFixture.Web01,
        ClientPort = ServerPort,
        Service = Request.Client,
        ServicePort = Request.ClientPort,
        Flags = TcpFlags.Syn | TcpFlags.Acknowledgment,
        TimeToLive = 64,
        Payload = 21,
    };

    [Theory]
    [InlineData(IpProtocol.Tcp, false)]
    [InlineData(IpProtocol.Tcp, true)]
    [InlineData(IpProtocol.Udp, false)]
    [InlineData(IpProtocol.Udp, true)]
    public void Request_gets_the_servers_endpoint_and_nothing_else_changes(IpProtocol protocol, bool partial)
    {
        FrameBuilder sent = InProtocol(Request, protocol) with { PartialChecksum = partial };

        PacketSlot slot = _fixture.Process(sent);

        Assert.Equal((VerdictKind.Forward, VerdictReason.ForwardedTranslated, 3), (slot.Kind, slot.Reason, slot.EgressPort));
        FrameBuilder expected = sent with
        {
            Destination = PipelineFixture.Web01Mac,
            Source = PipelineFixture.DirectorMac,
            Service = PipelineFixture.Web01,
            ServicePort = ServerPortFor(protocol),
            TimeToLive = 8,
        };
        Assert.Equal(expected.Build(), _fixture.Frame);
        Assert.Equal(partial ? 34 : 0, slot.ChecksumStart);
    }

    [Theory]
    [InlineData(IpProtocol.Tcp, false)]
    [InlineData(IpProtocol.Tcp, true)]
    [InlineData(IpProtocol.Udp, false)]
    public void Reply_comes_from_the_virtual_endpoint_by_the_way_of_the_request(IpProtocol protocol, bool partial)
    {
        _fixture.Process(InProtocol(Request, protocol).Build(), port: 5);
        FrameBuilder sent = InProtocol(Reply, protocol) with { PartialChecksum = partial };

        PacketSlot slot = _fixture.Process(sent);

        Assert.Equal((VerdictKind.Forward, VerdictReason.ForwardedReply, 5), (slot.Kind, slot.Reason, slot.EgressPort));
        FrameBuilder expected = sent with
        {
            Destination = Request.Source,
            Source = PipelineFixture.Link.Source,
            Client = Request.Service,
            ClientPort = InProtocol(Request, protocol).ServicePort,
            TimeToLive = 63,
        };
        Assert.Equal(expected.Build(), _fixture.Frame);
    }

    [Fact]
    public void Client_that_comes_by_another_router_gets_its_replies_by_that_one()
    {
        _fixture.Process(Request);
        var other = new MacAddress(0x02_00_00_00_00_99);
        _fixture.Process((Request with { Source = other, Flags = TcpFlags.Acknowledgment }).Build(), port: 2);

        Assert.Equal(2, _fixture.Process(Reply).EgressPort);
        Assert.Equal(other, MacAddress.Read(_fixture.Frame));
    }

    /// <summary>A client that only receives says nothing from its new address.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(100)]
    public void Replies_follow_a_silent_client_or_its_router_to_another_mac(int pageSize)
    {
        FrameBuilder neighbour = Request with { Client = IpAddress.Parse("192.0.2.51") };
        _fixture.Process(Request.Build(), port: 5);
        _fixture.Process(neighbour.Build(), port: 5);
        MacAddress moved = new(0x02_00_00_00_00_98), gone = new(0x02_00_00_00_00_99);
        ushort nic = (ushort)(PipelineFixture.Link.Interface + 5);
        Assert.Equal([Request.Source, Request.Source], ReplyMacs(Request, neighbour));

        Move(pageSize, new HopMove((ushort)(nic + 1), Request.Source, gone, 0)); // the same address on another interface
        Move(pageSize, new HopMove(nic, gone, gone, 0));
        Assert.Equal([Request.Source, Request.Source], ReplyMacs(Request, neighbour));

        Move(pageSize, new HopMove(nic, Request.Source, moved, Request.Client.V4));
        Assert.Equal([moved, Request.Source], ReplyMacs(Request, neighbour));

        Move(pageSize, new HopMove(nic, Request.Source, gone, 0));
        Assert.Equal([moved, gone], ReplyMacs(Request, neighbour));
    }

    [Fact]
    public void Replies_to_a_client_in_a_vlan_do_not_follow_a_neighbour_outside_of_it()
    {
        _fixture.Process(Tagged(Request.Build()), port: 5);

        Move(100, new HopMove((ushort)(PipelineFixture.Link.Interface + 5), Request.Source, new MacAddress(0x02_00_00_00_00_99), 0));

        _fixture.Process(Reply);
        Assert.Equal(Request.Source, MacAddress.Read(_fixture.Frame));
    }

    /// <summary>As after a restart: the flows outlive the ports.</summary>
    [Fact]
    public void Reply_finds_the_clients_interface_when_ports_are_numbered_anew()
    {
        _fixture.Process(Request.Build(), port: 5);
        EgressLink client = PipelineFixture.Link with { Interface = 105 };
        EgressLink other = PipelineFixture.Link with { Interface = 7 };

        _fixture.SetLinks(other, client);
        Assert.Equal((VerdictReason.ForwardedReply, 1), (_fixture.Process(Reply).Reason, _fixture.Process(Reply).EgressPort));

        _fixture.SetLinks(other);
        Assert.Equal((VerdictKind.Drop, VerdictReason.NoRoute), Verdict(_fixture.Process(Reply)));
    }

    [Fact]
    public void Datagram_without_checksum_gets_one_as_with_ipvs()
    {
        FrameBuilder sent = InProtocol(Request, IpProtocol.Udp);
        byte[] frame = sent.Build();
        frame.AsSpan(40, 2).Clear();

        _fixture.Process(frame);

        FrameBuilder expected = sent with
        {
            Destination = PipelineFixture.Web01Mac,
            Source = PipelineFixture.DirectorMac,
            Service = PipelineFixture.Web01,
            ServicePort = 53,
            TimeToLive = 8,
        };
        Assert.Equal(expected.Build(), _fixture.Frame);
    }

    [Fact]
    public void Packet_of_a_server_that_belongs_to_no_flow_is_the_kernels()
    {
        byte[] frame = Reply.Build();

        PacketSlot slot = _fixture.Process(frame);

        Assert.Equal((VerdictKind.Punt, VerdictReason.NotOurs), (slot.Kind, slot.Reason));
        Assert.Equal(frame, _fixture.Frame);
    }

    [Fact]
    public void State_follows_both_directions_and_the_servers_segments_keep_the_flow()
    {
        _fixture.Process(Request);
        Assert.Equal(FlowState.SynReceived, StateOf(Request));
        _fixture.Process(Reply);
        _fixture.Process(Request with { Flags = TcpFlags.Acknowledgment });
        Assert.Equal(FlowState.Established, StateOf(Request));
        _fixture.Process(Reply with { Flags = TcpFlags.Fin | TcpFlags.Acknowledgment });
        Assert.Equal(FlowState.FinWait, StateOf(Request));
        _fixture.Process(Request with { Flags = TcpFlags.Fin | TcpFlags.Acknowledgment });
        Assert.Equal(FlowState.TimeWait, StateOf(Request));
    }

    [Fact]
    public void Counters_tell_requests_from_replies()
    {
        _fixture.Process(Request);
        _fixture.Process(Reply);

        Assert.True(_fixture.Tables.Current.TryFindService(PipelineFixture.WebService, out VirtualService? service));
        Assert.Equal((1, 73, 1, 61), (service.Counters.Packets, service.Counters.Bytes, service.Counters.ReplyPackets, service.Counters.ReplyBytes));
    }

    [Fact]
    public void Second_service_on_the_same_server_is_refused_the_same_client_port()
    {
        ServiceKey other = PipelineFixture.WebService with { Port = 81 };
        ServerDefinition server = new(PipelineFixture.Web01, ServerPort, 1, ForwardingMethod.AddressTranslation);
        _fixture.Tables.Build([new ServiceDefinition(PipelineFixture.WebService, "rr", [server]), new ServiceDefinition(other, "rr", [server])], long.MaxValue);
        _fixture.SetWays(AdjacencyState.Resolved);
        _fixture.Process(Request);

        Assert.Equal((VerdictKind.Drop, VerdictReason.ReturnPathTaken), Verdict(_fixture.Process(Request with { ServicePort = 81 })));
        Assert.Equal(VerdictReason.ForwardedTranslated, _fixture.Process(Request with { ServicePort = 81, ClientPort = 9 }).Reason);
    }

    [Fact]
    public void Reply_at_the_end_of_its_life_is_answered_from_the_directors_own_address()
    {
        _fixture.Process(Request);

        PacketSlot slot = _fixture.Process(Reply with { TimeToLive = 1 });

        Assert.Equal((VerdictReason.TtlExpired, 7), (slot.Reason, slot.EgressPort));
        AssertIcmp(IcmpError.TimeExceeded, PipelineFixture.Director, PipelineFixture.Web01);
    }

    [Fact]
    public void Reply_too_big_for_the_clients_link_is_answered_with_the_size_that_fits()
    {
        _fixture.Process(Request);

        PacketSlot slot = _fixture.Process(Reply with { Payload = 1600 });

        Assert.Equal((VerdictKind.Forward, VerdictReason.TooBig), Verdict(slot));
        AssertIcmp(IcmpError.FragmentationNeeded, PipelineFixture.Director, PipelineFixture.Web01);
    }

    /// <summary>A router between director and server can't pass a translated request on: the client must recognise it.</summary>
    [Fact]
    public void Icmp_error_about_a_translated_request_goes_to_the_client_from_the_virtual_address()
    {
        _fixture.Process(Request);
        byte[] translated = _fixture.Frame[14..];
        byte[] error = IcmpFrames.Error(IcmpError.FragmentationNeeded, 1400, IpAddress.Parse("192.0.2.1"), Request.Client, translated.AsSpan(0, 28));

        PacketSlot slot = _fixture.Process(error);

        Assert.Equal((VerdictKind.Forward, VerdictReason.RelayedIcmpError, 7), (slot.Kind, slot.Reason, slot.EgressPort));
        Assert.Equal(Request.Source, MacAddress.Read(_fixture.Frame));
        IcmpView icmp = AssertIcmp(IcmpError.FragmentationNeeded, Request.Service, Request.Client);
        Assert.Equal(1400, icmp.NextHopMtu);
        Assert.True(QuotedPacket.TryParse(icmp.Quote, out QuotedPacket quote));
        Assert.Equal((Request.Service.V4, 80, Request.Client.V4), (quote.Destination, quote.DestinationPort, quote.Source));
        Assert.Equal(0xFFFF, InternetChecksum.Sum(icmp.Quote[..20]));
    }

    /// <summary>A router on the client's side can't pass a reply on: the server must recognise it.</summary>
    [Fact]
    public void Icmp_error_about_a_reply_goes_to_the_server()
    {
        _fixture.Process(Request);
        _fixture.Process(Reply);
        byte[] seenByTheRouter = _fixture.Frame[14..];
        byte[] error = IcmpFrames.Error(IcmpError.FragmentationNeeded, 1300, IpAddress.Parse("198.51.100.1"), Request.Service, seenByTheRouter.AsSpan(0, 28));

        PacketSlot slot = _fixture.Process(error);

        Assert.Equal((VerdictKind.Forward, VerdictReason.RelayedIcmpError, 3), (slot.Kind, slot.Reason, slot.EgressPort));
        IcmpView icmp = AssertIcmp(IcmpError.FragmentationNeeded, IpAddress.Parse("198.51.100.1"), PipelineFixture.Web01);
        Assert.True(QuotedPacket.TryParse(icmp.Quote, out QuotedPacket quote));
        Assert.Equal((PipelineFixture.Web01.V4, ServerPort, Request.Client.V4), (quote.Source, quote.SourcePort, quote.Destination));
        Assert.Equal(0xFFFF, InternetChecksum.Sum(icmp.Quote[..20]));
    }

    [Fact]
    public void Icmp_error_about_no_flow_and_icmp_that_is_no_error_are_the_kernels()
    {
        byte[] request = Request.Build();
        byte[] error = IcmpFrames.Error(IcmpError.PortUnreachable, 0, IpAddress.Parse("192.0.2.1"), Request.Service, request.AsSpan(14, 28));
        Assert.Equal((VerdictKind.Punt, VerdictReason.NotOurs), Verdict(_fixture.Process(error)));
        Assert.Equal((VerdictKind.Punt, VerdictReason.NotOurs), Verdict(_fixture.Process(IcmpFrames.EchoRequest(Request.Client, Request.Service))));
    }

    [Fact]
    public void Fragments_follow_the_first_one_in_both_directions()
    {
        FrameBuilder first = InProtocol(Request, IpProtocol.Udp) with { FragmentField = 0x2000, DontFragment = false, Payload = 16 };
        byte[] later = LaterFragment(first);
        Assert.Equal((VerdictKind.Punt, VerdictReason.FragmentUnmatched), Verdict(_fixture.Process(later)));

        Assert.Equal(VerdictReason.ForwardedTranslated, _fixture.Process(first).Reason);
        PacketSlot slot = _fixture.Process(later);

        Assert.Equal((VerdictKind.Forward, VerdictReason.ForwardedTranslated), Verdict(slot));
        Assert.True(Ipv4View.TryParse(_fixture.Frame.AsSpan(14), out Ipv4View ip));
        Assert.True(ip.HasValidChecksum);
        Assert.Equal(PipelineFixture.Web01.V4, ip.Destination);
        Assert.Equal(later[34..], _fixture.Frame[34..]);

        FrameBuilder reply = InProtocol(Reply, IpProtocol.Udp) with { FragmentField = 0x2000, DontFragment = false, Payload = 16 };
        Assert.Equal(VerdictReason.ForwardedReply, _fixture.Process(reply).Reason);
        Assert.Equal(VerdictReason.ForwardedReply, _fixture.Process(LaterFragment(reply)).Reason);
        Assert.True(Ipv4View.TryParse(_fixture.Frame.AsSpan(14), out Ipv4View back));
        Assert.Equal(Request.Service.V4, back.Source);

        _fixture.Now += FragmentTable.Patience;
        Assert.Equal(VerdictReason.FragmentUnmatched, _fixture.Process(later).Reason);
    }

    [Fact]
    public void Tagged_frames_lose_their_tag_on_the_way_to_the_server_and_have_it_again_on_the_way_back()
    {
        PacketSlot slot = _fixture.Process(Tagged(Request.Build()));
        Assert.Equal((VerdictReason.ForwardedTranslated, Request.Build().Length), (slot.Reason, slot.Length));
        Assert.Equal(EtherType.Ipv4, TypeOf(_fixture.Frame));

        slot = _fixture.Process(Reply with { PartialChecksum = true });

        Assert.Equal((VerdictReason.ForwardedReply, Reply.Build().Length + 4, 38), (slot.Reason, slot.Length, slot.ChecksumStart));
        Assert.Equal(Tag.Value, BinaryPrimitives.ReadUInt32BigEndian(_fixture.Frame.AsSpan(12)));
        Assert.Equal(EtherType.Ipv4, TypeOf(_fixture.Frame.AsSpan(4)));
    }

    [Fact]
    public void Tagged_frame_that_is_not_ours_goes_to_the_kernel_as_it_came()
    {
        byte[] frame = Tagged(Reply.Build());

        Assert.Equal(VerdictKind.Punt, _fixture.Process(frame).Kind);
        Assert.Equal(frame, _fixture.Frame);
    }

    [Fact]
    public void Frame_with_more_than_one_tag_goes_to_the_kernel_as_it_came()
    {
        byte[] frame = Tagged(Tagged(Request.Build()));

        Assert.Equal((VerdictKind.Punt, VerdictReason.NotIp), Verdict(_fixture.Process(frame)));
        Assert.Equal(frame, _fixture.Frame);
    }

    [Fact]
    public void Server_on_a_vlan_gets_tagged_frames()
    {
        _fixture.SetWays(AdjacencyState.Resolved, tag: Tag);

        PacketSlot slot = _fixture.Process(Request);

        Assert.Equal((VerdictReason.ForwardedTranslated, Request.Build().Length + 4), (slot.Reason, slot.Length));
        Assert.Equal(Tag.Value, BinaryPrimitives.ReadUInt32BigEndian(_fixture.Frame.AsSpan(12)));
    }

    /// <summary>The client's endpoint is the same in requests, replies and errors about either: all of a flow is one worker's.</summary>
    [Fact]
    public void Every_packet_of_a_flow_belongs_to_the_same_worker()
    {
        const int workers = 4;
        var seen = new HashSet<int>();
        for (ushort client = 1; client <= 40; client++)
        {
            FrameBuilder request = Request with { ClientPort = client };
            FrameBuilder reply = Reply with { ServicePort = client };
            byte[] error = IcmpFrames.Error(
                IcmpError.PortUnreachable, 0, request.Client, request.Service,
                (reply with { Client = request.Service, ClientPort = 80 }).Build().AsSpan(14, 28));
            int owner = OwnerOf(request.Build(), workers);
            seen.Add(owner);
            Assert.Equal(owner, OwnerOf(reply.Build(), workers));
            Assert.Equal(owner, OwnerOf(error, workers));
        }

        Assert.Equal(workers, seen.Count);
    }

    public void Dispose() => _fixture.Dispose();

    private static FrameBuilder InProtocol(FrameBuilder frame, IpProtocol protocol)
    {
        if (protocol == IpProtocol.Tcp)
            return frame;
        return frame.ServicePort == 80 ? frame with { Protocol = protocol, ServicePort = 53 } : frame with { Protocol = protocol, ClientPort = 53 };
    }

    // The fixture's UDP service and its servers have port 53.
    private static ushort ServerPortFor(IpProtocol protocol) => protocol == IpProtocol.Tcp ? ServerPort : (ushort)53;

    private static byte[] LaterFragment(FrameBuilder first) => (first with { FragmentField = 3 }).Build();

    private static byte[] Tagged(byte[] frame)
    {
        byte[] tagged = new byte[frame.Length + VlanTag.Size];
        frame.CopyTo(tagged, VlanTag.Size);
        Tag.Insert(tagged);
        return tagged;
    }

    private static EtherType TypeOf(Span<byte> frame) => EthernetView.TryParse(frame, out EthernetView ethernet) ? ethernet.Type : default;

    private static (VerdictKind Kind, VerdictReason Reason) Verdict(in PacketSlot slot) => (slot.Kind, slot.Reason);

    private static int OwnerOf(byte[] frame, int workers)
    {
        for (int worker = 0; worker < workers; worker++)
        {
            using var fixture = new PipelineFixture(worker: worker, workers: workers);
            fixture.SetServers("rr", new ServerDefinition(PipelineFixture.Web01, ServerPort, 1, ForwardingMethod.AddressTranslation));
            fixture.SetWays(AdjacencyState.Resolved);
            PacketSlot slot = fixture.Process(frame);
            if (slot.Kind == VerdictKind.HandOver)
            {
                Assert.Equal(frame, fixture.Frame);
                Assert.NotEqual(worker, slot.Worker);
                return slot.Worker;
            }
        }

        throw new InvalidOperationException("every worker took the frame for its own");
    }

    private FlowState StateOf(FrameBuilder request)
    {
        var key = new FlowKey(request.Client.V4, request.Service.V4, request.ClientPort, request.ServicePort, request.Protocol);
        return _fixture.Flows.Entry(_fixture.Flows.Find(key, _fixture.Flows.HashOf(key))).State;
    }

    private IcmpView AssertIcmp(IcmpError error, IpAddress source, IpAddress destination)
    {
        Assert.True(Ipv4View.TryParse(_fixture.Frame.AsSpan(14), out Ipv4View ip));
        Assert.True(ip.HasValidChecksum);
        Assert.Equal((source, destination), (IpAddress.FromV4(ip.Source), IpAddress.FromV4(ip.Destination)));
        Assert.True(IcmpView.TryParse(ip.Payload, out IcmpView icmp));
        Assert.True(icmp.HasValidChecksum);
        Assert.Equal(error, icmp.TypeAndCode);
        return icmp;
    }

    private void Move(int pageSize, HopMove move)
    {
        uint position = 0;
        do
        {
            position = _fixture.Flows.MoveHops(position, pageSize, move);
        }
        while (position != 0);
    }

    /// <summary>Where replies to the clients of these requests are sent.</summary>
    private MacAddress[] ReplyMacs(params FrameBuilder[] requests) =>
    [
        .. requests.Select(request =>
        {
            _fixture.Process(Reply with { Service = request.Client, ServicePort = request.ClientPort });
            return MacAddress.Read(_fixture.Frame);
        }),
    ];
}
