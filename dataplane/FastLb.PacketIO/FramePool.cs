using System.Runtime.CompilerServices;

namespace FastLb.PacketIO;

/// <summary>
/// The free chunks of a worker's share of the frame memory, last in, first out: the chunk used last is the one most likely in the cache.
/// Owned by one thread; no locks.
/// </summary>
public sealed class FramePool
{
    private readonly long[] _free;
    private readonly long _chunkMask;
    private int _count;

    /// <param name="chunkSize">Bytes per chunk, a power of two.</param>
    /// <param name="chunkCount">Number of chunks.</param>
    /// <param name="start">Offset of the first chunk in the frame memory, a multiple of <paramref name="chunkSize"/>.</param>
    public FramePool(int chunkSize, int chunkCount, long start = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(chunkCount);
        if (!int.IsPow2(chunkSize))
            throw new ArgumentOutOfRangeException(nameof(chunkSize), chunkSize, "the size of a chunk is a power of two");
        if (start < 0 || start % chunkSize != 0)
            throw new ArgumentOutOfRangeException(nameof(start), start, "a pool starts at a chunk");
        ChunkSize = chunkSize;
        _chunkMask = ~((long)chunkSize - 1);
        _free = new long[chunkCount];
        _count = chunkCount;
        for (int i = 0; i < chunkCount; i++)
            _free[chunkCount - 1 - i] = start + ((long)i * chunkSize);
    }

    /// <summary>Bytes per chunk.</summary>
    public int ChunkSize { get; }

    /// <summary>Chunks that belong to the pool, free or not.</summary>
    public int Capacity => _free.Length;

    /// <summary>Chunks that are free.</summary>
    public int Free => _count;

    /// <summary>Takes a chunk; false when there is none.</summary>
    /// <param name="chunk">Offset of its first byte.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryTake(out long chunk)
    {
        if (_count == 0)
        {
            chunk = 0;
            return false;
        }

        chunk = _free[--_count];
        return true;
    }

    /// <summary>Gives a chunk back.</summary>
    /// <param name="offset">Offset of any byte in it, such as a frame's first.</param>
    /// <exception cref="InvalidOperationException">More chunks come back than there are: one was given back twice.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Return(long offset)
    {
        if (_count == _free.Length)
            ThrowOverfull();
        _free[_count++] = offset & _chunkMask;
    }

    private void ThrowOverfull() =>
        throw new InvalidOperationException($"all {_free.Length} chunks are in the pool already: one was given back twice");
}
