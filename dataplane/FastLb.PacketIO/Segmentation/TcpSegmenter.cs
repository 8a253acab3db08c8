using FastLb.Dataplane.Pipeline;
using FastLb.Wire;

namespace FastLb.PacketIO.Segmentation;

/// <summary>
/// Cuts aggregates (<see cref="PacketSlot.SegmentSize"/>) into frames, as the kernel's generic segmentation offload does: each has the aggregate's headers with lengths, identification,
/// sequence number and flags of its own, and a partial checksum, which the port completes. That of the aggregate itself doesn't matter. One thread; allocates nothing once made.
/// </summary>
/// <param name="frames">Where frames lie.</param>
/// <param name="chains">Finds the parts of aggregates, joins those of large segments.</param>
/// <param name="pool">Gives the chunks of the segments.</param>
public sealed class TcpSegmenter(FrameMemory frames, FrameChains chains, FramePool pool)
{
    /// <summary>Bytes before a segment, or a part of it, in its chunk: the link to the next part and transmit metadata have room there.</summary>
    public const int Headroom = 64;

    private readonly int _room = pool.ChunkSize - Headroom;
    private PacketSlot _aggregate;
    private AggregateHeaders _headers;
    private ChainReader _payload;
    private int _segmentSize;
    private int _cut;
    private int _number;

    /// <summary>Chunks that one segment takes, except that the last one may do with fewer.</summary>
    public int ChunksPerSegment => ChunksFor(_segmentSize);

    /// <summary>Chunks that all segments of the aggregate take.</summary>
    public int Chunks => (_headers.PayloadLength / _segmentSize * ChunksPerSegment) + (LastSize == 0 ? 0 : ChunksFor(LastSize));

    private int LastSize => _headers.PayloadLength % _segmentSize;

    /// <summary>Begins with an aggregate, which stays the caller's and must stay as it is until <see cref="TryNext"/> has given the last segment.</summary>
    /// <param name="aggregate">The frame. It ends where its IP packet does.</param>
    /// <param name="segmentSize">
    /// Bytes of payload of each segment but the last. Not necessarily what the sender would have sent: a receiver takes whatever the links let through.
    /// </param>
    /// <returns>False when it is no TCP packet with payload over IPv4, or headers and frame don't fit each other.</returns>
    public bool TryBegin(in PacketSlot aggregate, int segmentSize)
    {
        if (segmentSize <= 0 || !AggregateHeaders.TryParse(frames.Slice(aggregate.Offset, aggregate.Length), aggregate.Rest, out AggregateHeaders headers))
            return false;
        _aggregate = aggregate;
        _headers = headers;
        _segmentSize = segmentSize;
        _payload = new ChainReader(frames, chains, aggregate, headers.Payload);
        _cut = 0;
        _number = 0;
        return true;
    }

    /// <summary>Makes the next segment: a frame of one or several chunks, which the caller owns from now on.</summary>
    /// <returns>False when there are no more, or the pool has too few chunks; then none is taken.</returns>
    public bool TryNext(out PacketSlot segment)
    {
        segment = default;
        int size = Math.Min(_segmentSize, _headers.PayloadLength - _cut);
        if (size == 0 || pool.Free < ChunksFor(size))
            return false;
        Span<byte> part = Take(out long offset)[..Math.Min(_headers.Payload + size, _room)];
        frames.Slice(_aggregate.Offset, _headers.Payload).CopyTo(part);
        segment = _aggregate with
        {
            Offset = offset,
            Length = part.Length,
            Rest = 0,
            Continuations = 0,
            Headroom = 0,
            SegmentSize = 0,
            ChecksumStart = (ushort)_headers.Tcp,
            ChecksumOffset = TcpView.ChecksumOffset,
        };
        WriteHeaders(part, size);
        _payload.Read(part[_headers.Payload..]);
        for (int left = _headers.Payload + size - part.Length; left > 0; left -= part.Length)
        {
            long last = offset;
            part = Take(out offset)[..Math.Min(left, _room)];
            _payload.Read(part);
            chains.Append(ref segment, last, offset, part.Length);
        }

        _cut += size;
        _number++;
        return true;
    }

    private int ChunksFor(int size) => (_headers.Payload + size + _room - 1) / _room;

    // There is one: that has been seen.
    private Span<byte> Take(out long offset)
    {
        _ = pool.TryTake(out long chunk);
        offset = chunk + Headroom;
        return frames.Slice(offset, _room);
    }

    private void WriteHeaders(Span<byte> segment, int size)
    {
        // The copies still tell of the aggregate, whose payload is elsewhere.
        int end = _headers.Payload + size;
        if (_headers.Outer != 0)
        {
            _ = Ipv4View.TryParse(segment[_headers.Outer.._headers.Payload], ushort.MaxValue, out Ipv4View outer);
            outer.BecomeSegment((ushort)(end - _headers.Outer), _number);
        }

        _ = Ipv4View.TryParse(segment[_headers.Ip.._headers.Payload], ushort.MaxValue, out Ipv4View ip);
        ip.BecomeSegment((ushort)(end - _headers.Ip), _number);
        _ = TcpView.TryParse(segment[_headers.Tcp.._headers.Payload], out TcpView tcp);
        bool isLast = _cut + size == _headers.PayloadLength;
        tcp.BecomeSegment(_cut, isLast, InternetChecksum.PseudoHeaderSum(ip.Source, ip.Destination, IpProtocol.Tcp, end - _headers.Tcp));
    }
}
