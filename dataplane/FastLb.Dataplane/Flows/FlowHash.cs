using System.Runtime.CompilerServices;

namespace FastLb.Dataplane.Flows;

/// <summary>
/// The keyed hash of the flow table. The seed is random for each table, so that a client cannot choose ports that fall into one bucket.
/// Two rounds of multiply-and-fold: each round's 128-bit product of seeded operands is folded by xor, as the wyhash family does.
/// </summary>
/// <param name="Seed0">Added to the addresses.</param>
/// <param name="Seed1">Added to ports and protocol.</param>
/// <param name="Seed2">Added between the rounds.</param>
/// <param name="Seed3">Multiplier of the second round; made odd.</param>
public readonly record struct FlowHash(ulong Seed0, ulong Seed1, ulong Seed2, ulong Seed3)
{
    /// <summary>A hash seeded from <paramref name="bytes"/>, which should be 32 random ones.</summary>
    public static FlowHash FromSeed(ReadOnlySpan<byte> bytes) => new(
        BitConverter.ToUInt64(bytes),
        BitConverter.ToUInt64(bytes[8..]),
        BitConverter.ToUInt64(bytes[16..]),
        BitConverter.ToUInt64(bytes[24..]));

    /// <summary>64 bits; the low ones choose the bucket, the high ones are the fingerprint.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Compute(in FlowKey key)
    {
        ulong high = Math.BigMul(key.Addresses ^ Seed0, key.PortsAndProtocol ^ Seed1, out ulong low);
        high = Math.BigMul(high ^ low ^ Seed2, Seed3 | 1, out low);
        return high ^ low;
    }

    /// <summary>A number below <paramref name="count"/> for a client's endpoint.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Choose(uint clientAddress, ushort clientPort, int count)
    {
        ulong mixed = (((ulong)clientAddress << 16) | clientPort) ^ Seed2;
        ulong high = Math.BigMul(mixed, Seed0 | 1, out ulong low);
        return (int)Math.BigMul((high ^ low) * 0x9E3779B97F4A7C15, (ulong)count, out _);
    }
}
