using System.Buffers.Binary;
using FastLb.Dataplane.Pipeline;
using FastLb.Dataplane.Services;
using FastLb.Testing;
using FastLb.Wire;

namespace FastLb.Dataplane.Tests.Pipeline;

/// <summary>What becomes of packets for a service that belong to no flow and may not begin one.</summary>
public sealed class UnknownFlowTests : IDisposable
{
    private const byte Ecn = 0x02;

    private static readonly FrameBuilder Segment = new() { Flags = TcpFlags.Acknowledgment | TcpFlags.Push, SequenceNumber = 7000, TypeOfService = 0x10 | Ecn, Payload = 11 };

    private readonly PipelineFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void Segment_with_an_acknowledgment_is_reset_by_the_number_that_it_acknowledges()
    {
        byte[] frame = Segment.Build();
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(14 + 20 + 8), 123_456);
        WriteTcpChecksum(frame);

        AssertReset(_fixture.Process(frame), frame, sequence: 123_456, acknowledged: null);
    }

    [Theory]
    [InlineData(TcpFlags.Fin, 12)]
    [InlineData(TcpFlags.None, 11)]
    public void Segment_without_one_is_reset_with_an_acknowledgment_of_all_that_it_takes_of_the_sequence(TcpFlags flags, uint occupied)
    {
        byte[] frame = (Segment with { Flags = flags }).Build();

        AssertReset(_fixture.Process(frame), frame, sequence: 0, acknowledged: 7000 + occupied);
    }

    [Fact]
    public void Syn_from_the_data_port_of_ftp_begins_no_connection()
    {
        byte[] frame = (Segment with { Flags = TcpFlags.Syn, ClientPort = 20 }).Build();

        AssertReset(_fixture.Process(frame), frame, sequence: 0, acknowledged: 7000 + 12);
    }

    [Fact]
    public void Datagram_from_that_port_is_answered_by_port_unreachable()
    {
        PacketSlot slot = _fixture.Process(Segment with { Protocol = IpProtocol.Udp, ServicePort = 53, ClientPort = 20 });

        Assert.Equal((VerdictKind.Forward, VerdictReason.UnknownFlow, 7), (slot.Kind, slot.Reason, slot.EgressPort));
        Assert.Equal((3, 3), (_fixture.Frame[34], _fixture.Frame[35]));
    }

    public static TheoryData<string, byte[]> SegmentsThatNobodyAnswers => new()
    {
        { "a reset", (Segment with { Flags = TcpFlags.Reset }).Build() },
        { "a reset with a SYN", (Segment with { Flags = TcpFlags.Reset | TcpFlags.Syn }).Build() },
        { "from a multicast address", (Segment with { Client = IpAddress.Parse("224.0.0.5") }).Build() },
        { "first fragment", (Segment with { FragmentField = 0x2000, DontFragment = false }).Build() },
        { "wrong checksum", Damage(Segment.Build(), 14 + 20 + 16) },
        { "data offset below 20", Damage(Segment.Build(), 14 + 20 + 12, 0x10, keepsChecksum: true) },
        { "data offset beyond the segment", Damage(Segment.Build(), 14 + 20 + 12, 0xF0, keepsChecksum: true) },
    };

    [Theory]
    [MemberData(nameof(SegmentsThatNobodyAnswers), DisableDiscoveryEnumeration = true)]
    public void Some_segments_are_not_answered(string what, byte[] frame)
    {
        PacketSlot slot = _fixture.Process(frame);

        Assert.True((VerdictKind.Drop, VerdictReason.UnknownFlow) == (slot.Kind, slot.Reason), what);
        Assert.Equal(1, _fixture.Verdicts[VerdictReason.UnknownFlow]);
    }

    [Fact]
    public void Reset_goes_back_with_the_tag_that_the_segment_came_with()
    {
        byte[] plain = Segment.Build();
        byte[] frame = [.. plain[..12], 0x81, 0x00, 0x00, 0x07, .. plain[12..]];

        PacketSlot slot = _fixture.Process(frame);

        Assert.Equal((VerdictKind.Forward, 58), (slot.Kind, slot.Length));
        Assert.Equal([0x81, 0x00, 0x00, 0x07], _fixture.Frame[12..16]);
    }

    [Fact]
    public void Segment_whose_checksum_hardware_was_to_complete_is_reset_too()
    {
        PacketSlot slot = _fixture.Process(Segment with { PartialChecksum = true });

        Assert.Equal((VerdictKind.Forward, 0), (slot.Kind, slot.ChecksumStart));
    }

    [Fact]
    public void They_are_dropped_if_so_set()
    {
        _fixture.SetSettings(new ForwardingSettings { UnknownFlows = UnknownFlowAnswer.Drop });

        PacketSlot slot = _fixture.Process(Segment);

        Assert.Equal((VerdictKind.Drop, VerdictReason.UnknownFlow), (slot.Kind, slot.Reason));
    }

    [Fact]
    public void They_are_given_back_to_the_kernel_as_they_came_if_so_set()
    {
        _fixture.SetSettings(new ForwardingSettings { UnknownFlows = UnknownFlowAnswer.Kernel });
        byte[] frame = Segment.Build();

        PacketSlot slot = _fixture.Process(frame);

        Assert.Equal((VerdictKind.Punt, VerdictReason.UnknownFlow), (slot.Kind, slot.Reason));
        Assert.Equal(frame, _fixture.Frame);
    }

    private void AssertReset(PacketSlot slot, byte[] before, uint sequence, uint? acknowledged)
    {
        Assert.Equal((VerdictKind.Forward, VerdictReason.UnknownFlow, 7, 54, 0), (slot.Kind, slot.Reason, slot.EgressPort, slot.Length, slot.Rest));
        byte[] after = _fixture.Frame;
        Assert.Equal(before[6..12], after[..6]);
        Assert.Equal(before[..6], after[6..12]);
        Assert.True(Ipv4View.TryParse(after.AsSpan(14), out Ipv4View ip));
        Assert.True(ip.HasValidChecksum && ip.DontFragment);
        Assert.Equal((Segment.Service.V4, Segment.Client.V4, 64, Segment.TypeOfService, 40, 0), (ip.Source, ip.Destination, ip.TimeToLive, ip.TypeOfService, ip.TotalLength, ip.Identification));
        Assert.True(TcpView.TryParse(ip.Payload, out TcpView tcp));
        Assert.Equal(
            (BinaryPrimitives.ReadUInt16BigEndian(before.AsSpan(36)), BinaryPrimitives.ReadUInt16BigEndian(before.AsSpan(34))), (tcp.SourcePort, tcp.DestinationPort));
        Assert.Equal(acknowledged is null ? TcpFlags.Reset : TcpFlags.Reset | TcpFlags.Acknowledgment, tcp.Flags);
        Assert.Equal((sequence, acknowledged ?? 0), (tcp.SequenceNumber, tcp.AcknowledgmentNumber));
        byte[] copy = [.. after];
        WriteTcpChecksum(copy);
        Assert.Equal(copy, after);
        Assert.Equal(0, _fixture.Flows.Count);
    }

    private static byte[] Damage(byte[] frame, int at, byte value = 0x5A, bool keepsChecksum = false)
    {
        frame[at] = keepsChecksum ? value : (byte)(frame[at] ^ value);
        if (keepsChecksum)
            WriteTcpChecksum(frame);
        return frame;
    }

    private static void WriteTcpChecksum(byte[] frame)
    {
        Assert.True(Ipv4View.TryParse(frame.AsSpan(14), out Ipv4View ip));
        BinaryPrimitives.WriteUInt16BigEndian(ip.Payload[16..], 0);
        uint sum = InternetChecksum.Sum(ip.Payload) + (uint)InternetChecksum.PseudoHeaderSum(ip.Source, ip.Destination, IpProtocol.Tcp, ip.PayloadLength);
        BinaryPrimitives.WriteUInt16BigEndian(ip.Payload[16..], (ushort)~InternetChecksum.Fold(sum));
    }
}
