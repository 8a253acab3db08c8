using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace FastLb.Dataplane.Flows;

/// <summary>
/// Finds entries of a flow table by their keys: bucketed open addressing with a fingerprint byte for each place, compared twelve at a time; nothing is ever moved or
/// rehashed. The caller computes hashes, of every key with the same function. Used by the table's owner alone.
/// </summary>
internal readonly struct FlowIndex(FlowMemory memory)
{
    /// <summary>Asks for the first cache line that <see cref="Find"/> will read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void PrefetchBucket(ulong hash) => memory.PrefetchBucket((uint)hash);

    /// <summary>Asks for the entry that <see cref="Find"/> will most likely read. Reads the bucket.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void PrefetchEntry(ulong hash)
    {
        ref FlowBucket bucket = ref memory.Bucket((uint)hash);
        uint matches = Matches(ref bucket, Fingerprint(hash));
        if (matches != 0)
            memory.PrefetchEntry(bucket.Indexes[BitOperations.TrailingZeroCount(matches)]);
    }

    /// <summary>The index of the flow, or 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Find(in FlowKey key, ulong hash)
    {
        byte fingerprint = Fingerprint(hash);
        uint number = (uint)hash;
        for (uint searched = 0; searched <= memory.BucketMask; searched++, number++)
        {
            ref FlowBucket bucket = ref memory.Bucket(number);
            for (uint matches = Matches(ref bucket, fingerprint); matches != 0; matches &= matches - 1)
            {
                uint index = bucket.Indexes[BitOperations.TrailingZeroCount(matches)];
                if (memory.Entry(index).Key == key)
                    return index;
            }

            if (bucket.Overflow == 0)
                return 0;
        }

        return 0;
    }

    /// <summary>Adds an entry that is not in the index yet.</summary>
    public void Add(uint index, ulong hash)
    {
        // There are more places than entries, so that an empty one is always found.
        uint number = (uint)hash;
        while (true)
        {
            ref FlowBucket bucket = ref memory.Bucket(number++);
            uint empty = Matches(ref bucket, 0);
            if (empty == 0)
            {
                bucket.Overflow++;
                continue;
            }

            int place = BitOperations.TrailingZeroCount(empty);
            bucket.Indexes[place] = index;
            bucket.Fingerprints = bucket.Fingerprints.WithElement(place, Fingerprint(hash));
            return;
        }
    }

    /// <summary>Takes an entry out.</summary>
    /// <exception cref="InvalidDataException">It isn't in the index: the table is damaged.</exception>
    public void Remove(uint index, ulong hash)
    {
        byte fingerprint = Fingerprint(hash);
        uint number = (uint)hash;
        for (uint searched = 0; searched <= memory.BucketMask; searched++)
        {
            ref FlowBucket bucket = ref memory.Bucket(number++);
            for (uint matches = Matches(ref bucket, fingerprint); matches != 0; matches &= matches - 1)
            {
                int place = BitOperations.TrailingZeroCount(matches);
                if (bucket.Indexes[place] != index)
                    continue;
                bucket.Fingerprints = bucket.Fingerprints.WithElement(place, (byte)0);
                bucket.Indexes[place] = 0;
                return;
            }

            bucket.Overflow--;
        }

        throw new InvalidDataException($"flow table is damaged: entry {index} is not in its index");
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Matches(ref FlowBucket bucket, byte fingerprint) =>
        Vector128.Equals(bucket.Fingerprints, Vector128.Create(fingerprint)).ExtractMostSignificantBits() & FlowBucket.PlacesMask;

    // The top byte, which the bucket number does not use; 0 means "empty".
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte Fingerprint(ulong hash) => (byte)Math.Max(1u, (uint)(hash >> 56));
}
