using FastLb.Dataplane.Pipeline;
using FastLb.Native.Xdp;

namespace FastLb.PacketIO.AfXdp;

/// <summary>
/// Takes frames of several chunks, and any between them, out of a receive ring. A frame's descriptors follow one another, all but the last marked
/// <see cref="XdpUapi.XDP_PKT_CONTD"/>; in copy mode the kernel publishes them together (<c>__xsk_rcv</c>). One thread.
/// </summary>
/// <param name="ring">The ring.</param>
/// <param name="chains">Joins the chunks.</param>
/// <param name="pool">Gets back the chunks of frames that are refused.</param>
/// <param name="chunkSize">Bytes per chunk.</param>
/// <param name="metadataLength">Bytes before a part that transmit metadata may take.</param>
/// <param name="port">The port's number.</param>
public sealed class ChainReceiver(ReceiveRing ring, FrameChains chains, FramePool pool, int chunkSize, int metadataLength, ushort port)
{
    private readonly long _chunkMask = chunkSize - 1;

    /// <summary>True while the rest of a refused frame is still to come: the next descriptor belongs to it.</summary>
    public bool IsInRefusedFrame { get; private set; }

    /// <summary>Frames refused: of more than <see cref="FrameChains.MostChunks"/> chunks, which IPv4 packets don't need, or with a part where there is no room for a link. Any thread.</summary>
    public long Refused { get; private set; }

    /// <summary>Takes received frames; one whose last descriptor has not been published stays in the ring.</summary>
    /// <returns>How many of the slots, from the first, hold a frame now.</returns>
    public int Receive(Span<PacketSlot> slots)
    {
        uint present = ring.Peek(uint.MaxValue, out uint index);
        uint taken = 0;
        int frames = 0;
        while (taken < present && frames < slots.Length)
        {
            if (IsInRefusedFrame)
            {
                IsInRefusedFrame = GoesOn(index + taken);
                pool.Return((long)ring[index + taken++].addr);
                continue;
            }

            uint parts = PartsOf(index + taken, present - taken);
            if (parts == 0)
                break;
            if (TryJoin(index + taken, parts, out slots[frames]))
                frames++;
            else
                Refuse(index + taken, parts);
            taken += parts;
        }

        ring.Release(taken);
        return frames;
    }

    /// <summary>Descriptors of the next frame, at most one more than a frame may have; 0 when its last one isn't there yet.</summary>
    private uint PartsOf(uint index, uint present)
    {
        uint most = Math.Min(present, FrameChains.MostChunks + 1);
        for (uint i = 0; i < most; i++)
        {
            if (!GoesOn(index + i))
                return i + 1;
        }

        return most > FrameChains.MostChunks ? most : 0;
    }

    private bool TryJoin(uint index, uint parts, out PacketSlot slot)
    {
        ref readonly xdp_desc first = ref ring[index];
        long last = (long)first.addr;
        int reserved = parts == 1 ? metadataLength : metadataLength + FrameChains.LinkSize;
        slot = new PacketSlot
        {
            Offset = last,
            Length = (int)first.len,
            Headroom = (ushort)Math.Max((last & _chunkMask) - reserved, 0),
            IngressPort = port,
        };
        if (parts == 1)
            return true;
        if (parts > FrameChains.MostChunks)
            return false;
        for (uint i = 0; i < parts; i++)
        {
            ref readonly xdp_desc part = ref ring[index + i];
            if (((long)part.addr & _chunkMask) < reserved || part.len == 0)
                return false;
        }

        for (uint i = 1; i < parts; i++)
        {
            ref readonly xdp_desc part = ref ring[index + i];
            chains.Append(ref slot, last, (long)part.addr, (int)part.len);
            last = (long)part.addr;
        }

        return true;
    }

    private void Refuse(uint index, uint parts)
    {
        Refused++;
        IsInRefusedFrame = GoesOn(index + parts - 1);
        for (uint i = 0; i < parts; i++)
            pool.Return((long)ring[index + i].addr);
    }

    private bool GoesOn(uint index) => (ring[index].options & XdpUapi.XDP_PKT_CONTD) != 0;
}
