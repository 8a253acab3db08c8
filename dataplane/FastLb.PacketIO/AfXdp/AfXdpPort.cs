using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastLb.Dataplane.Pipeline;
using FastLb.Native;
using FastLb.Native.Xdp;

namespace FastLb.PacketIO.AfXdp;

/// <summary>A queue of an interface, by AF_XDP. Made by <see cref="AfXdpPortSet"/>; used by one worker's thread.</summary>
public readonly struct AfXdpPort : IPacketPort
{
    private readonly FramePool _pool;
    private readonly FrameMemory _frames;
    private readonly FrameChains _chains;
    private readonly ChainReceiver _chainReceiver;
    private readonly long _chunkMask;
    private readonly int _metadataLength;
    private readonly int _receiveShare;

    internal AfXdpPort(ushort index, AfXdpSocket socket, Umem umem, FramePool pool, int receiveShare)
    {
        Index = index;
        Socket = socket;
        _pool = pool;
        _frames = umem.Frames;
        _chains = umem.Chains;
        _chainReceiver = new ChainReceiver(socket.Receive, umem.Chains, pool, umem.ChunkSize, umem.TransmitMetadataLength, index);
        _chunkMask = umem.ChunkSize - 1;
        _metadataLength = umem.TransmitMetadataLength;
        _receiveShare = receiveShare;
    }

    public ushort Index { get; }

    public int InterfaceIndex => Socket.Queue.InterfaceIndex;

    /// <summary>The socket underneath: its mode, counters, statistics and descriptor.</summary>
    public AfXdpSocket Socket { get; }

    public int PollDescriptor => Socket.Descriptor;

    public PortCondition Condition => Socket.Condition;

    public bool HasWaitingTransmits => Socket.Transmit.Count != 0 && Socket.Condition != PortCondition.Gone;

    /// <inheritdoc/>
    /// <remarks>
    /// <see cref="PacketSlot.Headroom"/> is what lies before the frame in its chunk (256 bytes in copy mode), less the bytes that transmit metadata may take,
    /// and in a frame of several chunks the link to the next.
    /// </remarks>
    public int Receive(Span<PacketSlot> slots)
    {
        if (_chainReceiver.IsInRefusedFrame)
            return ReceiveChains(slots, 0);
        ReceiveRing ring = Socket.Receive;
        int count = (int)ring.Peek((uint)slots.Length, out uint index);
        if (count == 0)
            return 0;
        for (int i = 0; i < count; i++)
        {
            ref readonly xdp_desc descriptor = ref ring[index + (uint)i];
            if ((descriptor.options & XdpUapi.XDP_PKT_CONTD) != 0)
            {
                ring.Release((uint)i);
                return ReceiveChains(slots, i);
            }

            long offset = (long)descriptor.addr;
            slots[i] = new PacketSlot
            {
                Offset = offset,
                Length = (int)descriptor.len,
                Headroom = (ushort)Math.Max((offset & _chunkMask) - _metadataLength, 0),
                IngressPort = Index,
            };
        }

        ring.Release((uint)count);
        Socket.Counters.Received += count;
        return count;
    }

    public bool TryEnqueue(ref readonly PacketSlot slot)
    {
        // The kernel would skip such a descriptor and never complete its chunk (xp_aligned_validate_desc).
        long start = slot.Offset & _chunkMask;
        if (start < _metadataLength || slot.Length <= 0 || start + slot.Length > _chunkMask + 1)
            ThrowOutsideChunk(in slot);
        if (slot.Continuations != 0)
            return TryEnqueueChain(in slot);
        TransmitRing ring = Socket.Transmit;
        if (Socket.Condition == PortCondition.Gone || ring.Reserve(1, out uint index) == 0)
            return false;
        uint options = slot.ChecksumStart == 0 ? 0 : CompleteChecksum(in slot);
        ring[index] = new xdp_desc { addr = (ulong)slot.Offset, len = (uint)slot.Length, options = options };
        Socket.Counters.Enqueued++;
        return true;
    }

    public FlushOutcome Flush()
    {
        if (Socket.Condition == PortCondition.Gone)
            return FlushOutcome.Gone;
        TransmitRing ring = Socket.Transmit;
        ring.Submit();
        uint waiting = ring.Count;
        while (waiting != 0)
        {
            if (!ring.NeedsWakeup)
                return FlushOutcome.Drained; // the driver is awake and works the ring off by itself
            Errno errno = Socket.Kick();
            Socket.Counters.Kicks++;
            switch (errno)
            {
                case Errno.ENETDOWN:
                    return Fail(PortCondition.LinkDown, FlushOutcome.LinkDown);
                case Errno.ENXIO:
                    return Fail(PortCondition.Gone, FlushOutcome.Gone);
                case Errno.EBUSY:
                    Socket.Counters.DeviceDrops++;
                    break;
            }

            Socket.Condition = PortCondition.Up;
            if (errno == Errno.None && Socket.IsZeroCopy)
                return FlushOutcome.Drained; // the driver has been woken

            // Whatever else the kernel said (EAGAIN: budget spent, completion ring full or too much under way; ENOBUFS: no memory), the ring tells how far it
            // got. It is asked again as long as it gets on or completions make room, which bounds the loop by the sizes of the rings.
            uint left = ring.Count;
            if (left == waiting && Reclaim() == 0)
            {
                Socket.Counters.TransmitWaits++;
                return FlushOutcome.Waiting;
            }

            waiting = left;
        }

        return FlushOutcome.Drained;
    }

    public int Reclaim()
    {
        CompletionRing ring = Socket.Completion;
        uint count = ring.Peek(uint.MaxValue, out uint index);
        if (count == 0)
            return 0;
        for (uint i = 0; i < count; i++)
            _pool.Return((long)ring[index + i]);
        ring.Release(count);
        return (int)count;
    }

    public int Refill()
    {
        FillRing ring = Socket.Fill;
        int wanted = Math.Min(_receiveShare - (int)Socket.ReceiveCustody, _pool.Free);
        if (wanted <= 0)
            return 0;
        uint count = ring.Reserve((uint)wanted, out uint index);
        for (uint i = 0; i < count; i++)
        {
            _ = _pool.TryTake(out long chunk); // there are as many: no one else takes from the pool
            ring[index + i] = (ulong)chunk;
        }

        ring.Submit();
        if (ring.NeedsWakeup)
            _ = Socket.KickReceive(); // its errors are those of a link that is down or gone, which Flush and Probe report
        return (int)count;
    }

    public PortCondition Probe()
    {
        // xsk_notifier leaves ENETDOWN on the socket when the interface goes away; a link that is merely down leaves nothing.
        if (Socket.Condition != PortCondition.Gone && Socket.TakeError() == Errno.ENETDOWN)
            Socket.Condition = PortCondition.Gone;
        return Socket.Condition;
    }

    // The frames before the first one of several chunks have been received and released.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private int ReceiveChains(Span<PacketSlot> slots, int received)
    {
        int count = received + _chainReceiver.Receive(slots[received..]);
        Socket.Counters.Received += count;
        Socket.Counters.ChainsRefused = _chainReceiver.Refused;
        return count;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryEnqueueChain(ref readonly PacketSlot slot)
    {
        if (slot.Continuations >= FrameChains.MostSentChunks)
            ThrowTooManyChunks(in slot);
        if (Socket.Condition == PortCondition.Gone || !ChainTransmitter.TryReserve(Socket.Transmit, in slot, out uint index))
            return false;
        uint options = slot.ChecksumStart == 0 ? 0 : CompleteChecksum(in slot);
        ChainTransmitter.Write(Socket.Transmit, _chains, in slot, index, options);
        Socket.Counters.Enqueued++;
        return true;
    }

    private FlushOutcome Fail(PortCondition condition, FlushOutcome outcome)
    {
        Socket.Condition = condition;
        return outcome;
    }

    /// <summary>Asks the kernel for the checksum if it can, else computes it; gives the options for the descriptor.</summary>
    private uint CompleteChecksum(ref readonly PacketSlot slot)
    {
        // A field outside the frame is nobody's checksum; as a request it would stop the ring with EINVAL.
        if (slot.ChecksumStart + slot.ChecksumOffset + sizeof(ushort) > slot.Length)
            return 0;
        if (_metadataLength == 0)
        {
            if (ChecksumCompletion.TryComplete(_frames, _chains, in slot))
                Socket.Counters.ChecksumsCompleted++;
            return 0;
        }

        xsk_tx_metadata metadata = new()
        {
            flags = XdpUapi.XDP_TXMD_FLAGS_CHECKSUM,
            csum_start = slot.ChecksumStart,
            csum_offset = slot.ChecksumOffset,
        };
        MemoryMarshal.Write(_frames.Slice(slot.Offset - _metadataLength, _metadataLength), in metadata);
        Socket.Counters.ChecksumsOffloaded++;
        return XdpUapi.XDP_TX_METADATA;
    }

    // The kernel would drop it and take its last chunks for another frame (EOVERFLOW in xsk_build_skb).
    private static void ThrowTooManyChunks(ref readonly PacketSlot slot) => throw new ArgumentOutOfRangeException(
        nameof(slot), $"a frame of {slot.Continuations + 1} chunks; the kernel sends {FrameChains.MostSentChunks} as one");

    private void ThrowOutsideChunk(ref readonly PacketSlot slot) => throw new ArgumentOutOfRangeException(
        nameof(slot),
        $"a frame of {slot.Length} bytes at {slot.Offset} does not lie in its chunk of {_chunkMask + 1} bytes after {_metadataLength} bytes of metadata");
}
