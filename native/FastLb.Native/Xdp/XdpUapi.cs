namespace FastLb.Native.Xdp;

/// <summary>The numbers of AF_XDP's user interface, spelled as the kernel's <c>linux/if_xdp.h</c> and <c>linux/socket.h</c> spell them.</summary>
public static class XdpUapi
{
    /// <summary>Address family of XDP sockets.</summary>
    public const int AF_XDP = 44;

    /// <summary>Level of the socket options below.</summary>
    public const int SOL_XDP = 283;

    // Socket options.
    public const int XDP_MMAP_OFFSETS = 1;
    public const int XDP_RX_RING = 2;
    public const int XDP_TX_RING = 3;
    public const int XDP_UMEM_REG = 4;
    public const int XDP_UMEM_FILL_RING = 5;
    public const int XDP_UMEM_COMPLETION_RING = 6;
    public const int XDP_STATISTICS = 7;
    public const int XDP_OPTIONS = 8;

    /// <summary>Frames that one <c>sendto</c> may take from the transmit ring in copy mode: 32 unless set, up to the ring's size. Linux 6.18.</summary>
    public const int XDP_MAX_TX_SKB_BUDGET = 9;

    // Offsets for mmap, one per ring.
    public const long XDP_PGOFF_RX_RING = 0;
    public const long XDP_PGOFF_TX_RING = 0x8000_0000;
    public const long XDP_UMEM_PGOFF_FILL_RING = 0x1_0000_0000;
    public const long XDP_UMEM_PGOFF_COMPLETION_RING = 0x1_8000_0000;

    /// <summary>In a fill or transmit ring's flags: the kernel sleeps and wants a <c>poll</c> or <c>sendto</c>.</summary>
    public const uint XDP_RING_NEED_WAKEUP = 1;

    /// <summary>In the UMEM's flags: <c>tx_metadata_len</c> is meant. Linux 6.11 (and 6.8 to 6.10 as patched).</summary>
    public const uint XDP_UMEM_TX_METADATA_LEN = 1 << 2;

    /// <summary>In a descriptor's options: the frame goes on in the next descriptor. Linux 6.6.</summary>
    public const uint XDP_PKT_CONTD = 1 << 0;

    /// <summary>In a transmit descriptor's options: metadata lies right before the frame. Linux 6.8.</summary>
    public const uint XDP_TX_METADATA = 1 << 1;

    /// <summary>In the metadata's flags: complete the checksum. Linux 6.8.</summary>
    public const ulong XDP_TXMD_FLAGS_CHECKSUM = 1 << 1;

    /// <summary>In the answer to <see cref="XDP_OPTIONS"/>: the socket is in zero-copy mode.</summary>
    public const uint XDP_OPTIONS_ZEROCOPY = 1;

    /// <summary>Bytes that the kernel leaves free before every received frame (<c>linux/bpf.h</c>), for the XDP program to grow it.</summary>
    public const int XDP_PACKET_HEADROOM = 256;
}

/// <summary>How a socket is bound: the flags of <see cref="sockaddr_xdp"/>.</summary>
[Flags]
public enum XdpBindFlags : ushort
{
    None = 0,

    /// <summary>Use the UMEM of the socket named in the address. No other flag may be set: the mode is inherited.</summary>
    XDP_SHARED_UMEM = 1 << 0,

    /// <summary>The kernel copies frames into and out of the UMEM.</summary>
    XDP_COPY = 1 << 1,

    /// <summary>The driver uses the UMEM itself; refused where it can't.</summary>
    XDP_ZEROCOPY = 1 << 2,

    /// <summary>The kernel tells in the rings' flags when it wants to be woken, so that it need not be otherwise.</summary>
    XDP_USE_NEED_WAKEUP = 1 << 3,

    /// <summary>Frames may span several descriptors. Linux 6.6.</summary>
    XDP_USE_SG = 1 << 4,
}

/// <summary>The four rings of a socket.</summary>
public enum XdpRing
{
    /// <summary>User to kernel: chunks to receive into.</summary>
    Fill,

    /// <summary>Kernel to user: chunks whose frames have been sent.</summary>
    Completion,

    /// <summary>Kernel to user: received frames.</summary>
    Receive,

    /// <summary>User to kernel: frames to send.</summary>
    Transmit,
}
