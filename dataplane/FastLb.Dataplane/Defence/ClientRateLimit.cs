using System.Runtime.CompilerServices;

namespace FastLb.Dataplane.Defence;

/// <summary>
/// How many new flows each client may begin: a bucket of tokens for each address, or each prefix of addresses. All workers share it, since a client's flows are spread over
/// them, and touch it for new flows only. A fixed number of clients is known, four to a set; a new one takes the place of the one whose bucket has been full, or will be,
/// for the longest time, so that a client that is held back is the last to be forgotten.
/// </summary>
/// <remarks>
/// A bucket is the time at which it is full again (GCRA, ITU-T I.371): one word with a client's identity, changed by compare and exchange, so that workers together
/// never grant more than one would. When more clients than there is room for are held back at once, those that are forgotten begin with a full bucket.
/// </remarks>
public sealed class ClientRateLimit
{
    /// <summary>Clients that are known at a time; two megabytes.</summary>
    public const int Clients = Sets * Ways;

    /// <summary>The most new flows for each client and second that it keeps count of.</summary>
    public const int MostPerSecond = 100_000;

    private const int Sets = 1 << 16;
    private const int Ways = 4;
    private const int Attempts = 16;

    // A word: 16 bits of identity, which the set completes, and 48 of time.
    private const int TimeBits = 48;
    private const ulong TimeMask = (1ul << TimeBits) - 1;
    private const long UnitsPerSecond = 16_000_000;

    private readonly ulong[] _buckets;
    private readonly uint _mask;
    private readonly ulong _seed;
    private readonly long _interval;
    private readonly long _tolerance;

    /// <param name="perSecond">New flows in a second, 1 to <see cref="MostPerSecond"/>.</param>
    /// <param name="burst">New flows at once, by a client that began none for long enough.</param>
    /// <param name="prefixLength">Bits of the address that make a client, 1 to 32.</param>
    /// <param name="seed">Random, so that nobody can choose addresses that share a set.</param>
    public ClientRateLimit(int perSecond, int burst, int prefixLength, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(perSecond);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(perSecond, MostPerSecond);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(burst);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(prefixLength);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(prefixLength, 32);
        _interval = UnitsPerSecond / perSecond;
        _tolerance = (burst - 1) * _interval;
        _mask = uint.MaxValue << (32 - prefixLength);
        _seed = seed;
        _buckets = new ulong[Clients];
    }

    private ClientRateLimit(ClientRateLimit other)
    {
        _interval = other._interval;
        _tolerance = other._tolerance;
        _mask = other._mask;
        _seed = other._seed;
        _buckets = (ulong[])other._buckets.Clone();
    }

    /// <summary>One that grants the same from now on, and takes from it what it grants itself.</summary>
    internal ClientRateLimit Copy() => new(this);

    /// <summary>Takes a token of this client, an IPv4 address as a number; false when it has none. Any worker.</summary>
    public bool TryTake(uint client, MonotonicTime now)
    {
        ulong present = (ulong)(now.Nanoseconds / 125 * 2) & TimeMask;
        uint identity = Mix(client & _mask);
        Span<ulong> set = _buckets.AsSpan((int)(identity >> 16) * Ways, Ways);
        ulong mark = (ulong)identity << TimeBits;
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            ref ulong bucket = ref Find(set, mark, present, out ulong seen);
            long wait = (seen & ~TimeMask) == mark ? Math.Max(0, WaitUntilFull(seen, present)) : 0;
            if (wait > _tolerance)
                return false;
            ulong taken = mark | ((present + (ulong)(wait + _interval)) & TimeMask);
            if (Interlocked.CompareExchange(ref bucket, taken, seen) == seen)
                return true;
        }

        return false; // others take tokens all the time
    }

    // The client's bucket, or the one that it takes.
    private ref ulong Find(Span<ulong> set, ulong mark, ulong present, out ulong seen)
    {
        ref ulong longestFull = ref set[0];
        seen = Volatile.Read(ref longestFull);
        foreach (ref ulong bucket in set)
        {
            ulong word = Volatile.Read(ref bucket);
            if ((word & ~TimeMask) == mark)
            {
                seen = word;
                return ref bucket;
            }

            if (WaitUntilFull(word, present) < WaitUntilFull(seen, present))
            {
                longestFull = ref bucket;
                seen = word;
            }
        }

        return ref longestFull;
    }

    /// <summary>
    /// Below 0 when it is full. Times wrap after half a year: one further off than any bucket's can be is of a client that has not been seen for that long.
    /// </summary>
    private long WaitUntilFull(ulong bucket, ulong present)
    {
        long wait = (long)((bucket - present) << (64 - TimeBits)) >> (64 - TimeBits);
        return wait > _tolerance + _interval ? long.MinValue : wait;
    }

    // One to one, so that set and mark together are the client.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint Mix(uint client)
    {
        uint mixed = (client ^ (uint)_seed) * ((uint)(_seed >> 32) | 1);
        mixed = (mixed ^ (mixed >> 15)) * 0x2C1B3C6D;
        mixed = (mixed ^ (mixed >> 12) ^ (uint)(_seed >> 17)) * 0x297A2D39;
        return mixed ^ (mixed >> 15);
    }
}
