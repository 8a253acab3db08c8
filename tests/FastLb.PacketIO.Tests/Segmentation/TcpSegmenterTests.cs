using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using CsCheck;
using FastLb.Dataplane.Pipeline;
using FastLb.Native.Xdp;
using FastLb.PacketIO.Segmentation;
using FastLb.Testing;
using FastLb.Wire;
using Xunit;

namespace FastLb.PacketIO.Tests.Segmentation;

public sealed class TcpSegmenterTests : IDisposable
{
    private const int Ethernet = 14, Tag = 4, Outer = 20;
    private const int FlagsAt = Ethernet + 20 + 13;

    private static readonly FrameBuilder Aggregate = new() { Flags = TcpFlags.Acknowledgment, TcpOptions = 12, Payload = 10_000 };

    private readonly SegmenterFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void Segments_of_any_size_of_an_aggregate_in_any_parts_add_up_to_it() =>
        Gen.Select(Gen.Int[1, 65_000], Gen.Int[536, 9000], Gen.Int[0, 10], Gen.Int[0, 10], Gen.Int[200, SegmenterFixture.MostInPart], Gen.UInt).Sample(
            (payload, size, ipOptions, tcpOptions, first, start) =>
            {
                FrameBuilder builder = Aggregate with
                {
                    Payload = Math.Min(payload, 65_535 - 40 - (4 * (ipOptions + tcpOptions))),
                    IpOptions = 4 * ipOptions,
                    TcpOptions = 4 * tcpOptions,
                    SequenceNumber = start,
                    Identification = (ushort)start,
                };
                AssertAddsUp(builder.Build(), _fixture.Cut(builder.Build(), size, first), Ethernet, size);
            },
            iter: 300,
            threads: 1);

    [Fact]
    public void Largest_aggregate_in_as_many_parts_as_there_can_be_is_cut()
    {
        byte[] frame = (Aggregate with { Payload = 65_535 - 40, TcpOptions = 0 }).Build();

        AssertAddsUp(frame, _fixture.Cut(frame, 6848, first: 1), Ethernet, 6848);
    }

    [Theory]
    [InlineData(1448, 1448, 1)]
    [InlineData(1449, 1448, 2)]
    [InlineData(14_480, 1448, 10)]
    [InlineData(14_479, 1447, 11)]
    [InlineData(3, 1, 3)]
    public void Last_segment_has_what_is_left(int payload, int size, int segments) =>
        Assert.Equal(segments, _fixture.Cut((Aggregate with { Payload = payload }).Build(), size).Count);

    [Fact]
    public void Flags_of_the_aggregates_end_stay_with_the_last_segment_and_that_of_its_beginning_with_the_first()
    {
        byte[] frame = (Aggregate with { Flags = TcpFlags.Acknowledgment | TcpFlags.Push | TcpFlags.Fin, Payload = 3000 }).Build();
        frame[FlagsAt] |= 0x40 | 0x80; // ECE, CWR

        int[] flags = [.. _fixture.Cut(frame, 1000).Select(segment => new SegmentReader(segment, Ethernet).Flags)];

        Assert.Equal([0xD0, 0x50, 0x59], flags);
    }

    [Fact]
    public void Sequence_numbers_and_identifications_wrap()
    {
        FrameBuilder builder = Aggregate with { Payload = 3000, SequenceNumber = uint.MaxValue - 999, Identification = 0xFFFF };

        SegmentReader[] segments = [.. _fixture.Cut(builder.Build(), 1000).Select(segment => new SegmentReader(segment, Ethernet))];

        Assert.Equal([uint.MaxValue - 999, 0u, 1000u], segments.Select(segment => segment.SequenceNumber));
        Assert.Equal([0xFFFF, 0, 1], segments.Select(segment => segment.Identification));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Tunnels_header_goes_before_every_segment(bool tagged)
    {
        byte[] frame = (Aggregate with { Payload = 5001 }).Build(), whole = Encapsulated(frame, identification: 0xFFFE);
        int outer = tagged ? Ethernet + Tag : Ethernet;

        List<byte[]> segments = _fixture.Cut(tagged ? Tagged(whole) : whole, 1000);

        Assert.Equal(6, segments.Count);
        Assert.All(segments, segment => Assert.True(SegmentReader.HasRightHeader(segment, outer)));
        Assert.Equal([0xFFFE, 0xFFFF, 0, 1, 2, 3], segments.Select(segment => BinaryPrimitives.ReadUInt16BigEndian(segment.AsSpan(outer + 4))));
        AssertAddsUp(tagged ? Tagged(whole) : whole, segments, outer + Outer, 1000);
    }

    [Fact]
    public void Tag_stays_on_every_segment()
    {
        byte[] frame = Tagged((Aggregate with { Payload = 5001 }).Build());

        List<byte[]> segments = _fixture.Cut(frame, 1000);

        AssertAddsUp(frame, segments, Ethernet + Tag, 1000);
        Assert.All(segments, segment => Assert.Equal(frame[..(Ethernet + Tag)], segment[..(Ethernet + Tag)]));
    }

    [Fact]
    public void Aggregates_own_checksum_does_not_matter()
    {
        byte[] complete = Aggregate.Build(), partial = (Aggregate with { PartialChecksum = true }).Build(), wrong = Aggregate.Build();
        wrong[Ethernet + 20 + 16] ^= 0xFF;

        List<byte[]> segments = _fixture.Cut(complete, 1448);

        Assert.Equal(segments, _fixture.Cut(partial, 1448));
        Assert.Equal(segments, _fixture.Cut(wrong, 1448));
    }

    [Fact]
    public void Segments_are_taken_while_there_are_chunks_and_none_is_lost()
    {
        PacketSlot aggregate = _fixture.Place((Aggregate with { Payload = 20_000 }).Build());
        Assert.True(_fixture.Segmenter.TryBegin(aggregate, 4000));
        Assert.Equal((3, 15), (_fixture.Segmenter.ChunksPerSegment, _fixture.Segmenter.Chunks));
        List<long> taken = [];
        while (_fixture.Pool.Free > 8 && _fixture.Pool.TryTake(out long chunk))
            taken.Add(chunk);

        Assert.True(_fixture.Segmenter.TryNext(out PacketSlot first));
        Assert.True(_fixture.Segmenter.TryNext(out PacketSlot second));
        Assert.False(_fixture.Segmenter.TryNext(out _));

        Assert.Equal(2, _fixture.Pool.Free);
        _fixture.Free(first);
        Assert.True(_fixture.Segmenter.TryNext(out PacketSlot third));
        _fixture.Free(second);
        _fixture.Free(third);
        _fixture.Free(aggregate);
        taken.ForEach(_fixture.Pool.Return);
        Assert.Equal(SegmenterFixture.Chunks, _fixture.Pool.Free);
    }

    [Fact]
    public void What_is_no_aggregate_is_refused()
    {
        AssertRefused((Aggregate with { Protocol = IpProtocol.Udp }).Build());
        AssertRefused((Aggregate with { FragmentField = 0x2000, DontFragment = false }).Build());
        AssertRefused((Aggregate with { Payload = 0 }).Build());
        AssertRefused((Aggregate with { Padding = 1 }).Build());
        AssertRefused(Aggregate.Build(), segmentSize: 0);
        AssertRefused(Aggregate.Build()[..^1]);
        AssertRefused(Aggregate.Build(), first: Ethernet + 20 + 31); // some of the options are in another chunk
        AssertRefused(Tagged(Aggregate.Build())[..16]);
        AssertRefused(Encapsulated(Encapsulated(Aggregate.Build(), 0), 0));
        byte[] shortHeader = Aggregate.Build();
        shortHeader[Ethernet + 20 + 12] = 4 << 4;
        AssertRefused(shortHeader);
        byte[] longHeader = (Aggregate with { Payload = 20 }).Build();
        longHeader[Ethernet + 20 + 12] = 0xF0;
        AssertRefused(longHeader);
    }

    [Fact]
    public void Room_before_a_segment_is_enough_for_a_link_and_transmit_metadata() =>
        Assert.True(Unsafe.SizeOf<xsk_tx_metadata>() + FrameChains.LinkSize <= TcpSegmenter.Headroom);

    [Fact]
    public void Cutting_allocates_nothing()
    {
        PacketSlot aggregate = _fixture.Place(Aggregate.Build());
        CutOften(10);
        Assert.Equal(0, Allocations.Of(() => CutOften(100)));

        void CutOften(int times)
        {
            for (int i = 0; i < times; i++)
            {
                _fixture.Segmenter.TryBegin(aggregate, 1448);
                while (_fixture.Segmenter.TryNext(out PacketSlot segment))
                    _fixture.Free(segment);
            }
        }
    }

    private static void AssertAddsUp(byte[] aggregate, List<byte[]> segments, int ip, int size)
    {
        SegmentReader whole = new(aggregate, ip);
        int at = 0;
        for (int i = 0; i < segments.Count; i++)
        {
            SegmentReader segment = new(segments[i], ip);
            Assert.True(segment.IsRight, $"segment {i} of {segments.Count}");
            Assert.Equal((whole.SequenceNumber + (uint)at, (ushort)(whole.Identification + i)), (segment.SequenceNumber, segment.Identification));
            Assert.True(segment.Payload.Length == size || i == segments.Count - 1);
            Assert.True(segment.Payload.SequenceEqual(whole.Payload.Slice(at, segment.Payload.Length)), $"segment {i} of {segments.Count}");
            at += segment.Payload.Length;
        }

        Assert.Equal(whole.Payload.Length, at);
    }

    private void AssertRefused(byte[] frame, int segmentSize = 1448, int first = SegmenterFixture.MostInPart)
    {
        PacketSlot slot = _fixture.Place(frame, first);
        Assert.False(_fixture.Segmenter.TryBegin(slot, segmentSize));
        _fixture.Free(slot);
    }

    private static byte[] Tagged(byte[] frame) => [.. frame[..12], 0x81, 0x00, 0x00, 0x07, .. frame[12..]];

    private static byte[] Encapsulated(byte[] frame, ushort identification)
    {
        byte[] outer = new byte[Outer + frame.Length - Ethernet];
        Ipv4View.Write(outer, 0, identification, dontFragment: false, 64, IpProtocol.IpInIp, PipelineFixture.Director.V4, PipelineFixture.Web01.V4);
        return [.. frame[..Ethernet], .. outer[..Outer], .. frame[Ethernet..]];
    }
}
