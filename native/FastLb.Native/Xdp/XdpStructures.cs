using System.Runtime.InteropServices;

namespace FastLb.Native.Xdp;

// The layouts of linux/if_xdp.h, under the kernel's names. All numbers are in the machine's byte order.

/// <summary>Address of an XDP socket: one queue of one interface.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct sockaddr_xdp
{
    public ushort sxdp_family;
    public XdpBindFlags sxdp_flags;
    public uint sxdp_ifindex;
    public uint sxdp_queue_id;

    /// <summary>With <see cref="XdpBindFlags.XDP_SHARED_UMEM"/>: any bound socket of that UMEM.</summary>
    public uint sxdp_shared_umem_fd;
}

/// <summary>Registration of a UMEM. The kernel before 6.8 ends at <see cref="flags"/>, with four bytes of padding where the last field is now.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct xdp_umem_reg
{
    /// <summary>Start of the memory, page-aligned.</summary>
    public ulong addr;

    /// <summary>Its length in bytes, a multiple of <see cref="chunk_size"/>.</summary>
    public ulong len;

    /// <summary>Bytes per chunk: 2048 or, where pages are of 4096 bytes, 4096.</summary>
    public uint chunk_size;

    /// <summary>Bytes to leave free before received frames, on top of <see cref="XdpUapi.XDP_PACKET_HEADROOM"/>.</summary>
    public uint headroom;
    public uint flags;

    /// <summary>Bytes before a frame to be sent that belong to its metadata: below 256, a multiple of 8.</summary>
    public uint tx_metadata_len;
}

/// <summary>Where in a ring's mapping its parts lie, in bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct xdp_ring_offset
{
    public ulong producer;
    public ulong consumer;
    public ulong desc;
    public ulong flags;
}

/// <summary>Answer to <see cref="XdpUapi.XDP_MMAP_OFFSETS"/>.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct xdp_mmap_offsets
{
    public xdp_ring_offset rx;
    public xdp_ring_offset tx;

    /// <summary>The fill ring.</summary>
    public xdp_ring_offset fr;

    /// <summary>The completion ring.</summary>
    public xdp_ring_offset cr;
}

/// <summary>Entry of a receive or transmit ring. Entries of fill and completion rings are bare 64-bit addresses.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct xdp_desc
{
    /// <summary>Offset of the first byte of the frame, or of the part of it that is in this chunk, in the UMEM.</summary>
    public ulong addr;

    /// <summary>Bytes there.</summary>
    public uint len;

    /// <summary><see cref="XdpUapi.XDP_PKT_CONTD"/>, <see cref="XdpUapi.XDP_TX_METADATA"/> or 0.</summary>
    public uint options;
}

/// <summary>The kernel's counters of a socket since it was opened, in frames or descriptors (answer to <see cref="XdpUapi.XDP_STATISTICS"/>).</summary>
[StructLayout(LayoutKind.Sequential)]
public record struct xdp_statistics
{
    /// <summary>Without enough chunks in copy mode, or larger than one takes on a socket without <see cref="XdpBindFlags.XDP_USE_SG"/>.</summary>
    public ulong rx_dropped;

    /// <summary>Chunks in the fill ring whose address was wrong.</summary>
    public ulong rx_invalid_descs;

    /// <summary>Descriptors in the transmit ring that were wrong; their chunks never complete.</summary>
    public ulong tx_invalid_descs;

    /// <summary>Received frames that found the receive ring full.</summary>
    public ulong rx_ring_full;

    /// <summary>Times that the fill ring was empty when a chunk was wanted.</summary>
    public ulong rx_fill_ring_empty_descs;

    /// <summary>Times that the transmit ring was found empty.</summary>
    public ulong tx_ring_empty_descs;
}

/// <summary>Answer to <see cref="XdpUapi.XDP_OPTIONS"/>.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct xdp_options
{
    public uint flags;
}

/// <summary>
/// What is asked of the transmit side for one frame; lies right before it. The kernel's structure holds a union with the answer to a time stamp request;
/// these are the fields of the request. Before 6.14 it ended after 16 bytes; the reserved length is the socket's, so that 24 do for every kernel.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public struct xsk_tx_metadata
{
    /// <summary><see cref="XdpUapi.XDP_TXMD_FLAGS_CHECKSUM"/> or 0. Flags unknown to the kernel stop the whole transmit ring with EINVAL.</summary>
    public ulong flags;

    /// <summary>Offset of the first byte that the checksum covers, from the start of the frame.</summary>
    public ushort csum_start;

    /// <summary>Offset of the checksum field from <see cref="csum_start"/>.</summary>
    public ushort csum_offset;

    private readonly uint _padding;

    /// <summary>When to send, in nanoseconds; unused here.</summary>
    public ulong launch_time;
}
