using System.Runtime.CompilerServices;
using FastLb.PacketIO.Workers;

namespace FastLb.PacketIO;

/// <summary>
/// The free chunks of a worker's share of the frame memory, last in, first out: the chunk used last is the one most likely in the cache.
/// A chunk always belongs to the same pool: given back to another worker's, it is sent home. Owned by one thread; no locks.
/// </summary>
public sealed class FramePool
{
    private readonly long[] _free;
    private readonly long _chunkMask;
    private readonly long _start;
    private readonly ulong _length;
    private readonly WayHome? _wayHome;
    private PaddedInt32 _count;

    /// <param name="chunkSize">Bytes per chunk, a power of two.</param>
    /// <param name="chunkCount">Number of chunks.</param>
    /// <param name="start">Offset of the first chunk in the frame memory, a multiple of <paramref name="chunkSize"/>.</param>
    public FramePool(int chunkSize, int chunkCount, long start = 0)
        : this(chunkSize, chunkCount, start, wayHome: null)
    {
    }

    /// <param name="chunkSize">Bytes per chunk, a power of two.</param>
    /// <param name="chunkCount">Number of chunks; none for a worker that receives nothing by itself.</param>
    /// <param name="start">Offset of the first chunk in the frame memory, a multiple of <paramref name="chunkSize"/>.</param>
    /// <param name="wayHome">Takes the chunks of other pools; null when there are none.</param>
    internal FramePool(int chunkSize, int chunkCount, long start, WayHome? wayHome)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(chunkCount);
        if (!int.IsPow2(chunkSize))
            throw new ArgumentOutOfRangeException(nameof(chunkSize), chunkSize, "the size of a chunk is a power of two");
        if (start < 0 || start % chunkSize != 0)
            throw new ArgumentOutOfRangeException(nameof(start), start, "a pool starts at a chunk");
        ChunkSize = chunkSize;
        _chunkMask = ~((long)chunkSize - 1);
        _start = start;
        _length = (ulong)chunkSize * (ulong)chunkCount;
        _wayHome = wayHome;
        _free = new long[chunkCount];
        _count.Value = chunkCount;
        for (int i = 0; i < chunkCount; i++)
            _free[chunkCount - 1 - i] = start + ((long)i * chunkSize);
    }

    /// <summary>Bytes per chunk.</summary>
    public int ChunkSize { get; }

    /// <summary>Chunks that belong to the pool, free or not.</summary>
    public int Capacity => _free.Length;

    /// <summary>Chunks that are free.</summary>
    public int Free => _count.Value;

    /// <summary>Takes a chunk; false when there is none.</summary>
    /// <param name="chunk">Offset of its first byte.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryTake(out long chunk)
    {
        if (_count.Value == 0)
        {
            chunk = 0;
            return false;
        }

        chunk = _free[--_count.Value];
        return true;
    }

    /// <summary>Gives a chunk back, whichever worker's it is.</summary>
    /// <param name="offset">Offset of any byte in it, such as a frame's first.</param>
    /// <exception cref="InvalidOperationException">More chunks come back than there are: one was given back twice. Or it is no worker's.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Return(long offset)
    {
        if ((ulong)(offset - _start) >= _length)
        {
            SendHome(offset);
            return;
        }

        if (_count.Value == _free.Length)
            ThrowOverfull();
        _free[_count.Value++] = offset & _chunkMask;
    }

    private void SendHome(long offset)
    {
        if (_wayHome is null)
            throw new InvalidOperationException($"the chunk at {offset} is not of this pool, which is the only one");
        _wayHome.Send(offset);
    }

    private void ThrowOverfull() =>
        throw new InvalidOperationException($"all {_free.Length} chunks are in the pool already: one was given back twice");
}
