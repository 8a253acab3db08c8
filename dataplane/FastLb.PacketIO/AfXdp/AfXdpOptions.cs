namespace FastLb.PacketIO.AfXdp;

/// <summary>How the ports of a process are opened.</summary>
public sealed record AfXdpOptions
{
    /// <summary>Bytes per chunk, 2048 or 4096. Received frames with more than 256 fewer take several.</summary>
    public int ChunkSize { get; init; } = 2048;

    /// <summary>Chunks per queue: those lent to the kernel for receiving, those on their way out and those that the worker holds.</summary>
    public int ChunksPerQueue { get; init; } = 4096;

    /// <summary>Entries of each of the four rings, a power of two, at least 32.</summary>
    public int RingSize { get; init; } = 2048;

    /// <summary>Chunks lent to the kernel for receiving, per queue: at most <see cref="RingSize"/>, so that the receive ring never overflows.</summary>
    public int ReceiveChunksPerQueue { get; init; } = 2048;

    /// <summary>Frames that one system call may send in copy mode, where the kernel lets it be set; else 32.</summary>
    public int TransmitBudget { get; init; } = 256;

    /// <summary>
    /// Whether frames may span several chunks, where the kernel lets them (Linux 6.6; in zero-copy mode the driver too). Otherwise the kernel drops those larger than a
    /// chunk takes and counts them in <c>rx_dropped</c>.
    /// </summary>
    public bool SpanChunks { get; init; } = true;

    /// <summary>Whether the kernel copies frames.</summary>
    public AfXdpMode Mode { get; init; } = AfXdpMode.Automatic;

    /// <summary>Who completes partial checksums.</summary>
    public ChecksumOffloadMode Checksums { get; init; } = ChecksumOffloadMode.Automatic;

    /// <summary>Throws <see cref="ArgumentException"/> when the numbers don't fit together.</summary>
    internal static void Validate(AfXdpOptions options)
    {
        if (options.ChunkSize is not (2048 or 4096))
            throw new ArgumentException($"a chunk of {options.ChunkSize} bytes: chunks are of 2048 or 4096", nameof(options));
        if (options.RingSize < 32 || !int.IsPow2(options.RingSize))
            throw new ArgumentException($"a ring of {options.RingSize} entries: its size is a power of two and at least 32", nameof(options));
        if (options.ReceiveChunksPerQueue < 1 || options.ReceiveChunksPerQueue > options.RingSize)
            throw new ArgumentException($"{options.ReceiveChunksPerQueue} chunks to receive into: the receive ring has no room for them", nameof(options));
        if (options.ChunksPerQueue <= options.ReceiveChunksPerQueue)
            throw new ArgumentException($"{options.ChunksPerQueue} chunks per queue: none would be left for frames to be sent", nameof(options));
    }
}

/// <summary>Whether the kernel copies frames into and out of the UMEM.</summary>
public enum AfXdpMode
{
    /// <summary>Zero-copy if all the interfaces' drivers can, else copy.</summary>
    Automatic,

    /// <summary>Copy. Needed when the XDP program is attached in generic mode.</summary>
    Copy,

    /// <summary>Zero-copy or fail.</summary>
    ZeroCopy,
}

/// <summary>Who completes partial layer-4 checksums of frames to be sent.</summary>
public enum ChecksumOffloadMode
{
    /// <summary>The kernel through transmit metadata, in copy mode and where it can (Linux 6.11); else FastLb.</summary>
    Automatic,

    /// <summary>FastLb.</summary>
    Software,
}
