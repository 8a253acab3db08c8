using FastLb.Wire;

namespace FastLb.Dataplane.Pipeline;

/// <summary>
/// One frame on its way through a batch: where it lies in <see cref="FrameMemory"/>, where it came in and, once processed, what becomes of it.
/// Whoever filled the slot owns the frame's memory; the pipeline only rewrites bytes.
/// </summary>
public struct PacketSlot
{
    /// <summary>Offset of the first byte of the frame. The pipeline may move it down into the headroom (tunnels) or leave it.</summary>
    public long Offset;

    /// <summary>Bytes of the frame at <see cref="Offset"/>, from its Ethernet header, without FCS: all of it, or what its first chunk holds.</summary>
    public int Length;

    /// <summary>
    /// Bytes of the frame in further chunks. The pipeline never looks at them: it wants the headers in the first chunk, and lowers the number where the frame's end
    /// is not wanted (what follows the IP packet, what an ICMP error doesn't quote).
    /// </summary>
    public int Rest;

    /// <summary>Further chunks that belong to the frame, whatever <see cref="Rest"/> says. How they are found is the ports' and workers' business.</summary>
    public ushort Continuations;

    /// <summary>Bytes before <see cref="Offset"/> that may be overwritten.</summary>
    public ushort Headroom;

    /// <summary>Index of the port that the frame came in by.</summary>
    public ushort IngressPort;

    /// <summary>
    /// Index of the port that the frame leaves by, when <see cref="Kind"/> is <see cref="VerdictKind.Forward"/>. It names the interface: a worker sends by a
    /// port of its own on the same interface when it has one.
    /// </summary>
    public ushort EgressPort;

    /// <summary>Index of the worker that owns the frame's flow, when <see cref="Kind"/> is <see cref="VerdictKind.HandOver"/>.</summary>
    public ushort Worker;

    /// <summary>The verdict.</summary>
    public VerdictKind Kind;

    /// <summary>Its reason.</summary>
    public VerdictReason Reason;

    /// <summary>
    /// Offset from the start of the frame where the checksum's coverage begins, when the layer-4 checksum is a partial one
    /// (pseudo-header only, left to hardware by the sender) that the transmit side must complete; else 0.
    /// </summary>
    public ushort ChecksumStart;

    /// <summary>Offset of the checksum field from <see cref="ChecksumStart"/>.</summary>
    public ushort ChecksumOffset;

    /// <summary>
    /// Bytes of TCP payload that a segment may have, when the packet is an aggregate that is to leave as several segments; else 0. The transmit side cuts, headers and all.
    /// </summary>
    public ushort SegmentSize;

    /// <summary>The VLAN tag that the frame came with, taken out of it; none when it came without.</summary>
    public VlanTag Tag;

    /// <summary>Source and destination port of a fragment, once it has met the first one of its datagram at the worker where that is remembered; else 0.</summary>
    public uint FragmentPorts;

    /// <summary>Index of the adjacency waited for, when <see cref="Kind"/> is <see cref="VerdictKind.Hold"/>.</summary>
    public int Adjacency;
}
