using FastLb.Dataplane.Forwarding;
using FastLb.Dataplane.Pipeline;
using FastLb.Dataplane.Services;
using FastLb.Testing;
using FastLb.Wire;

namespace FastLb.Dataplane.Tests.Pipeline;

public sealed class TunnelTests : IDisposable
{
    private readonly PipelineFixture _fixture = new();

    public TunnelTests()
    {
        _fixture.SetServers("rr", new ServerDefinition(PipelineFixture.Web01, 80, 1, ForwardingMethod.Tunnel));
        _fixture.SetWays(AdjacencyState.Resolved);
    }

    [Theory]
    [InlineData(true, 0, 0)]
    [InlineData(true, 0xB8, 0xB8)]
    [InlineData(false, 0x03, 0x02)] // congestion experienced inside stays inside
    [InlineData(false, 0x01, 0x01)]
    public void Packet_travels_whole_but_for_its_time_to_live_inside_another(bool dontFragment, byte inside, byte outside)
    {
        byte[] sent = new FrameBuilder { TimeToLive = 9, DontFragment = dontFragment, TypeOfService = inside, Payload = 50 }.Build();

        PacketSlot slot = _fixture.Process(sent);

        Assert.Equal((VerdictKind.Forward, VerdictReason.ForwardedTunnel, 3, sent.Length + 20), (slot.Kind, slot.Reason, slot.EgressPort, slot.Length));
        byte[] frame = _fixture.Frame;
        Assert.Equal((PipelineFixture.Web01Mac, PipelineFixture.DirectorMac), (MacAddress.Read(frame), MacAddress.Read(frame.AsSpan(6))));
        Assert.True(Ipv4View.TryParse(frame.AsSpan(14), out Ipv4View outer));
        Assert.True(outer.HasValidChecksum);
        Assert.Equal((PipelineFixture.Director.V4, PipelineFixture.Web01.V4, IpProtocol.IpInIp), (outer.Source, outer.Destination, outer.Protocol));
        Assert.Equal((8, dontFragment, outside), (outer.TimeToLive, outer.DontFragment, outer.TypeOfService));
        Assert.Equal(dontFragment, outer.Identification == 0);
        Assert.True(Ipv4View.TryParse(outer.Payload, out Ipv4View inner));
        Assert.True(inner.HasValidChecksum);
        Assert.Equal(8, inner.TimeToLive);
        int[] changed = [.. Enumerable.Range(14, sent.Length - 14).Where(i => sent[i] != frame[i + 20])];
        Assert.Subset(new HashSet<int> { 22, 24, 25 }, changed.ToHashSet());
    }

    [Fact]
    public void Partial_checksum_of_the_inner_packet_is_left_to_the_transmit_side() =>
        Assert.Equal(54, _fixture.Process(new FrameBuilder { PartialChecksum = true }).ChecksumStart);

    [Theory]
    [InlineData(1480, VerdictReason.ForwardedTunnel)]
    [InlineData(1481, VerdictReason.TooBig)]
    public void Packet_may_be_as_large_as_the_link_takes_with_the_outer_header(int length, VerdictReason reason) =>
        Assert.Equal(reason, _fixture.Process(new FrameBuilder { Payload = length - 40 }).Reason);

    [Fact]
    public void Client_is_told_the_size_that_fits_from_the_virtual_address()
    {
        _fixture.Process(new FrameBuilder { Payload = 1460 });

        AssertTooBig(1480);
    }

    [Fact]
    public void Size_that_a_router_on_the_way_told_is_told_to_clients_until_it_is_forgotten()
    {
        _fixture.Process(new FrameBuilder { Payload = 1000 });
        PacketSlot noted = _fixture.Process(RouterSays(1300));
        Assert.Equal((VerdictKind.Drop, VerdictReason.TunnelIcmpError), (noted.Kind, noted.Reason));

        Assert.Equal(VerdictReason.TooBig, _fixture.Process(new FrameBuilder { Payload = 1241 }).Reason);
        AssertTooBig(1280);
        Assert.Equal(VerdictReason.ForwardedTunnel, _fixture.Process(new FrameBuilder { Payload = 1240 }).Reason);

        _fixture.Now += PathMtuCache.Lifetime;
        Assert.Equal(VerdictReason.ForwardedTunnel, _fixture.Process(new FrameBuilder { Payload = 1241 }).Reason);
    }

    [Fact]
    public void Size_told_about_another_way_or_too_small_to_be_true_is_not_believed()
    {
        _fixture.Process(new FrameBuilder { Payload = 1000 });
        byte[] elsewhere = RouterSays(1300);
        elsewhere[14 + 28 + 19] ^= 1; // the outer destination, in the quote
        MendIcmp(elsewhere);
        _fixture.Process(elsewhere);
        _fixture.Process(RouterSays(67));

        Assert.Equal(VerdictReason.ForwardedTunnel, _fixture.Process(new FrameBuilder { Payload = 1440 }).Reason);
    }

    [Fact]
    public void Icmp_error_about_a_reply_goes_to_the_server_through_the_tunnel()
    {
        FrameBuilder request = new();
        _fixture.Process(request);
        byte[] reply = new FrameBuilder { Client = request.Service, ClientPort = 80, Service = request.Client, ServicePort = request.ClientPort }.Build();
        byte[] error = IcmpFrames.Error(IcmpError.FragmentationNeeded, 1300, IpAddress.Parse("198.51.100.1"), request.Service, reply.AsSpan(14, 28));

        PacketSlot slot = _fixture.Process(error);

        Assert.Equal((VerdictKind.Forward, VerdictReason.RelayedIcmpError, error.Length + 20), (slot.Kind, slot.Reason, slot.Length));
        Assert.Equal(error[36..], _fixture.Frame[56..]);
    }

    [Fact]
    public void Frame_without_headroom_is_dropped_for_that_reason() =>
        Assert.Equal(VerdictReason.NoHeadroom, _fixture.Process(new FrameBuilder().Build(), headroom: 19).Reason);

    public void Dispose() => _fixture.Dispose();

    private static void MendIcmp(byte[] frame)
    {
        Assert.True(IcmpView.TryParse(frame.AsSpan(34), out IcmpView icmp));
        icmp.UpdateChecksum();
    }

    // Quotes the packet that was sent last.
    private byte[] RouterSays(ushort mtu) =>
        IcmpFrames.Error(IcmpError.FragmentationNeeded, mtu, IpAddress.Parse("192.0.2.1"), PipelineFixture.Director, TunnelledPacket().AsSpan(0, 60));

    private byte[] TunnelledPacket()
    {
        Assert.Equal(VerdictReason.ForwardedTunnel, _fixture.Process(new FrameBuilder { Payload = 500 }).Reason);
        return _fixture.Frame[14..];
    }

    private void AssertTooBig(ushort mtu)
    {
        Assert.True(Ipv4View.TryParse(_fixture.Frame.AsSpan(14), out Ipv4View ip));
        Assert.Equal((new FrameBuilder().Service.V4, new FrameBuilder().Client.V4), (ip.Source, ip.Destination));
        Assert.True(IcmpView.TryParse(ip.Payload, out IcmpView icmp));
        Assert.Equal((IcmpError.FragmentationNeeded, mtu), (icmp.TypeAndCode, icmp.NextHopMtu));
    }
}
