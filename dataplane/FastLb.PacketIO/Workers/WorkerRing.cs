using System.Numerics;
using System.Runtime.CompilerServices;

namespace FastLb.PacketIO.Workers;

/// <summary>
/// What one worker passes to another: a ring with one thread at either end, without locks. Entries are added one by one and published together, so that the
/// cache lines that both ends share move once per batch. Indices count for ever and wrap at 2^32. Allocates nothing once made.
/// </summary>
/// <typeparam name="T">An entry; copied in and out.</typeparam>
public sealed class WorkerRing<T>
    where T : unmanaged
{
    private readonly T[] _entries;
    private RingIndices _indices;

    /// <param name="capacity">Entries that must fit; rounded up to a power of two.</param>
    public WorkerRing(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, 1 << 30);
        _entries = new T[BitOperations.RoundUpToPowerOf2((uint)capacity)];
    }

    /// <summary>Entries that fit.</summary>
    public int Capacity => _entries.Length;

    /// <summary>Entries ever added, modulo 2^32. The producer's thread.</summary>
    public uint Added => _indices.Added;

    /// <summary>Entries ever taken, modulo 2^32. The consumer's thread.</summary>
    public uint Taken => _indices.Taken;

    /// <summary>True when there is nothing to take. The consumer's thread.</summary>
    public bool IsEmpty
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Volatile.Read(ref _indices.Published) == _indices.Taken;
    }

    /// <summary>Adds an entry, which the consumer sees after <see cref="Publish"/>; false when there is no room. The producer's thread.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryAdd(in T entry)
    {
        uint added = _indices.Added;
        if (added - _indices.TakenSeen >= (uint)_entries.Length)
        {
            // Pairs with the consumer's write in Take: an entry seen as free has been copied out.
            _indices.TakenSeen = Volatile.Read(ref _indices.Taken);
            if (added - _indices.TakenSeen >= (uint)_entries.Length)
                return false;
        }

        _entries[added & (uint)(_entries.Length - 1)] = entry;
        _indices.Added = added + 1;
        return true;
    }

    /// <summary>Shows the consumer all that has been added. The producer's thread.</summary>
    /// <returns>True when it was anything.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Publish()
    {
        if (_indices.Published == _indices.Added)
            return false;

        // Pairs with the consumer's read in Take: who sees the index sees the entries.
        Volatile.Write(ref _indices.Published, _indices.Added);
        return true;
    }

    /// <summary>Takes the oldest entries, as many as there are and fit. The consumer's thread.</summary>
    /// <returns>How many of <paramref name="entries"/>, from the first, hold one now.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Take(Span<T> entries)
    {
        uint taken = _indices.Taken;
        uint present = _indices.PublishedSeen - taken;
        if (present < (uint)entries.Length)
        {
            // Pairs with the producer's write in Publish.
            _indices.PublishedSeen = Volatile.Read(ref _indices.Published);
            present = _indices.PublishedSeen - taken;
            if (present == 0)
                return 0;
        }

        int count = (int)Math.Min(present, (uint)entries.Length);
        for (int i = 0; i < count; i++)
            entries[i] = _entries[(taken + (uint)i) & (uint)(_entries.Length - 1)];

        // Pairs with the producer's read in TryAdd: the entries have been copied out before it sees them free.
        Volatile.Write(ref _indices.Taken, taken + (uint)count);
        return count;
    }
}
