using System.Buffers.Binary;
using FastLb.Dataplane.Pipeline;
using FastLb.Dataplane.Services;
using FastLb.Testing;
using FastLb.Wire;

namespace FastLb.Dataplane.Tests.Pipeline;

/// <summary>Frames of which the pipeline sees the first chunk alone.</summary>
public sealed class LargeFrameTests : IDisposable
{
    private const int Here = 1792;

    private readonly PipelineFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [InlineData(ForwardingMethod.DirectRouting, 0)]
    [InlineData(ForwardingMethod.AddressTranslation, 0)]
    [InlineData(ForwardingMethod.Tunnel, 20)]
    public void Frame_is_forwarded_with_the_lengths_of_both_its_parts(ForwardingMethod method, int overhead)
    {
        Use(method);
        byte[] frame = new FrameBuilder { Payload = 8000 }.Build();
        PacketSlot slot = _fixture.Process(frame.AsSpan(0, Here), rest: frame.Length - Here);
        Assert.Equal((VerdictKind.Forward, Here + overhead, frame.Length - Here), (slot.Kind, slot.Length, slot.Rest));
        Assert.True(Ipv4View.TryParse(_fixture.Frame.AsSpan(14), slot.Rest, out Ipv4View ip) && ip.HasValidChecksum);
        Assert.Equal(frame.Length - 14 + overhead, ip.TotalLength);
        Assert.False(Ipv4View.TryParse(_fixture.Frame.AsSpan(14), slot.Rest - 1, out _));
    }

    [Theory]
    [InlineData(8040, Here, 8054 - Here)]
    [InlineData(Here - 14, Here, 0)]
    [InlineData(100, 114, 0)]
    public void What_follows_the_packet_is_left_out_in_whatever_chunk_it_ends(int totalLength, int length, int rest)
    {
        Use(ForwardingMethod.DirectRouting);
        byte[] frame = WithTotalLength(totalLength);
        PacketSlot slot = _fixture.Process(frame.AsSpan(0, Here), rest: 8000);
        Assert.Equal((VerdictKind.Forward, length, rest), (slot.Kind, slot.Length, slot.Rest));
    }

    [Fact]
    public void Packet_that_ends_behind_the_last_chunk_is_malformed() =>
        Assert.Equal(VerdictReason.MalformedIp, _fixture.Process(WithTotalLength(8041).AsSpan(0, Here), rest: 8054 - Here).Reason);

    [Theory]
    [InlineData(14, VerdictReason.MalformedIp)]
    [InlineData(33, VerdictReason.MalformedIp)]
    [InlineData(34, VerdictReason.MalformedTransport)]
    [InlineData(53, VerdictReason.MalformedTransport)]
    [InlineData(54, VerdictReason.ForwardedDirect)]
    public void Headers_must_be_in_the_first_chunk(int here, VerdictReason reason)
    {
        Use(ForwardingMethod.DirectRouting);
        byte[] frame = new FrameBuilder { Payload = 8000 }.Build();
        Assert.Equal(reason, _fixture.Process(frame.AsSpan(0, here), rest: frame.Length - here).Reason);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Datagram_without_checksum_stays_without_when_it_is_not_all_in_the_first_chunk(bool large)
    {
        Use(ForwardingMethod.AddressTranslation);
        byte[] frame = new FrameBuilder { Protocol = IpProtocol.Udp, ServicePort = 53, Payload = large ? 8000 : 100 }.Build();
        frame[40] = frame[41] = 0;
        int here = Math.Min(frame.Length, Here);
        PacketSlot slot = _fixture.Process(frame.AsSpan(0, here), rest: frame.Length - here);
        Assert.Equal((VerdictReason.ForwardedTranslated, large), (slot.Reason, BinaryPrimitives.ReadUInt16BigEndian(_fixture.Frame.AsSpan(40)) == 0));
    }

    [Fact]
    public void Partial_checksum_is_recognised_by_the_whole_packets_length()
    {
        Use(ForwardingMethod.DirectRouting);
        byte[] frame = new FrameBuilder { Payload = 8000, PartialChecksum = true }.Build();
        PacketSlot slot = _fixture.Process(frame.AsSpan(0, Here), rest: frame.Length - Here);
        Assert.Equal((34, 16), (slot.ChecksumStart, slot.ChecksumOffset));
    }

    [Fact]
    public void Icmp_error_that_goes_on_in_another_chunk_is_left_to_the_kernel()
    {
        byte[] quoted = new FrameBuilder { Payload = 2000 }.Build();
        byte[] error = IcmpFrames.Error(IcmpError.PortUnreachable, 0, IpAddress.Parse("192.0.2.1"), new FrameBuilder().Client, quoted.AsSpan(14));
        PacketSlot slot = _fixture.Process(error.AsSpan(0, Here), rest: error.Length - Here);
        Assert.Equal((VerdictKind.Punt, VerdictReason.NotOurs, Here, error.Length - Here), (slot.Kind, slot.Reason, slot.Length, slot.Rest));
    }

    [Fact]
    public void Answer_about_a_large_packet_has_one_chunk()
    {
        Use(ForwardingMethod.DirectRouting, mtu: 1500);
        byte[] frame = new FrameBuilder { Payload = 8000 }.Build();
        PacketSlot slot = _fixture.Process(frame.AsSpan(0, Here), rest: frame.Length - Here);
        Assert.Equal((VerdictKind.Forward, VerdictReason.TooBig, 590, 0), (slot.Kind, slot.Reason, slot.Length, slot.Rest));
    }

    private static byte[] WithTotalLength(int length)
    {
        byte[] frame = new FrameBuilder { Payload = 8000 }.Build();
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(16), (ushort)length);
        frame[24] = frame[25] = 0;
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(24), (ushort)~InternetChecksum.Sum(frame.AsSpan(14, 20)));
        return frame;
    }

    private void Use(ForwardingMethod method, ushort mtu = 9000)
    {
        _fixture.SetServers("rr", new ServerDefinition(PipelineFixture.Web01, 80, 1, method));
        _fixture.SetWays(AdjacencyState.Resolved, mtu);
    }
}
