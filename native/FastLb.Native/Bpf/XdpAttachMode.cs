namespace FastLb.Native.Bpf;

/// <summary>Where an XDP program runs.</summary>
public enum XdpAttachMode
{
    /// <summary>In the driver, before the kernel has made a socket buffer of a frame. Some drivers can't, or not with every setting.</summary>
    Native,

    /// <summary>
    /// In the kernel's stack (XDP_FLAGS_SKB_MODE), on any interface: slower, its AF_XDP sockets copy, and frames that the kernel has put together (GRO, LRO) or
    /// that a virtual interface hands over unsegmented (GSO) come as one. Frames that are given back to the kernel meet the program again.
    /// </summary>
    Generic,
}
