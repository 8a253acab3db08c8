using System.Runtime.CompilerServices;
using FastLb.Dataplane.Pipeline;
using FastLb.Native;
using FastLb.Native.Memory;
using FastLb.Native.Xdp;

namespace FastLb.PacketIO.AfXdp;

/// <summary>
/// The packet memory of a process, in chunks of one frame or part of a frame each, shared by all its AF_XDP sockets. The kernel keeps the pages pinned until the last socket is
/// closed, so dispose of the sockets first.
/// </summary>
public sealed class Umem : IDisposable
{
    private readonly AnonymousMemory _memory;

    /// <param name="chunkSize">Bytes per chunk, 2048 or 4096.</param>
    /// <param name="chunkCount">Number of chunks.</param>
    public Umem(int chunkSize, int chunkCount)
    {
        if (chunkSize is not (2048 or 4096))
            throw new ArgumentOutOfRangeException(nameof(chunkSize), chunkSize, "chunks are of 2048 or 4096 bytes");
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(chunkCount);
        ChunkSize = chunkSize;
        ChunkCount = chunkCount;
        _memory = AnonymousMemory.Allocate((long)chunkSize * chunkCount);
        Frames = new FrameMemory(_memory.Address, _memory.Length);
        Chains = new FrameChains(Frames, chunkSize);
    }

    /// <summary>The memory as the pipeline sees it.</summary>
    public FrameMemory Frames { get; }

    /// <summary>Frames of several chunks in it.</summary>
    public FrameChains Chains { get; }

    /// <summary>Bytes per chunk.</summary>
    public int ChunkSize { get; }

    /// <summary>Number of chunks.</summary>
    public int ChunkCount { get; }

    /// <summary>Bytes that the kernel reserves for metadata before every frame to be sent: 24, or 0 without transmit metadata.</summary>
    public int TransmitMetadataLength { get; private set; }

    /// <summary>True when the kernel takes requests for checksum completion.</summary>
    public bool ChecksumOffload => TransmitMetadataLength != 0;

    /// <summary>Registers the memory with the first socket; the others share it.</summary>
    /// <param name="socket">A socket not bound yet.</param>
    /// <param name="wantMetadata">Ask for transmit metadata; a kernel without it gets the memory registered without.</param>
    internal void Register(XdpSocket socket, bool wantMetadata)
    {
        xdp_umem_reg registration = new()
        {
            addr = (ulong)_memory.Address,
            len = (ulong)_memory.Length,
            chunk_size = (uint)ChunkSize,
        };
        if (wantMetadata)
        {
            int length = Unsafe.SizeOf<xsk_tx_metadata>();
            xdp_umem_reg withMetadata = registration;
            withMetadata.flags = XdpUapi.XDP_UMEM_TX_METADATA_LEN;
            withMetadata.tx_metadata_len = (uint)length;
            if (socket.RegisterUmem(withMetadata) == Errno.None)
            {
                TransmitMetadataLength = length;
                return;
            }
        }

        Errno errno = socket.RegisterUmem(registration);
        if (errno != Errno.None)
        {
            throw new SystemCallException(
                "register UMEM", $"of {ChunkCount} chunks of {ChunkSize} bytes", errno, "this kernel takes no chunks of that size; try 4096");
        }
    }

    public void Dispose() => _memory.Dispose();
}
