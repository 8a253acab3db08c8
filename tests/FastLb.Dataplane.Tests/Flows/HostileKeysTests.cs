using FastLb.Dataplane.Flows;
using FastLb.Wire;

namespace FastLb.Dataplane.Tests.Flows;

/// <summary>
/// Keys that somebody chose, as many as a table of the least favourable size takes (eight to a bucket on average): they must fall into the buckets as if drawn by lot.
/// </summary>
public sealed class HostileKeysTests
{
    private const int Buckets = 1 << 13;
    private const int Keys = Buckets * 8;
    private const uint Service = 0xC0A8_0064;

    private static readonly FlowHash Hash = FlowHash.FromSeed("a seed of thirty-two random bytes"u8);

    public static TheoryData<string> Patterns => ["ports", "addresses", "high bits", "mirrored", "steps of a bucket", "protocols", "one service after another"];

    [Theory]
    [MemberData(nameof(Patterns))]
    public void Chosen_keys_spread_over_the_buckets_and_searches_stay_short(string pattern)
    {
        using var memory = new FlowTableMemory(Keys, MonotonicTime.Zero, Hash);
        FlowTable table = memory.Table;
        int[] loads = new int[Buckets];
        for (int number = 0; number < Keys; number++)
        {
            FlowKey key = KeyOf(pattern, (uint)number);
            ulong hash = table.HashOf(key);
            loads[hash & (Buckets - 1)]++;
            Assert.NotEqual(0u, table.Insert(key, hash, 0, 1000));
        }

        // Of a Poisson distribution with mean 8: a bucket in fifteen has more than twelve, one in four million more than 28.
        Assert.InRange(loads.Max(), 16, 28);
        Assert.InRange(loads.Count(load => load > FlowBucket.Places), Buckets / 20, Buckets / 12);
        Assert.All(Enumerable.Range(0, Keys), number => Assert.NotEqual(0u, table.Find(KeyOf(pattern, (uint)number), table.HashOf(KeyOf(pattern, (uint)number)))));
    }

    private static FlowKey KeyOf(string pattern, uint number) => pattern switch
    {
        "ports" => new(0x0A00_0001 + (number >> 16), Service, (ushort)number, 80, IpProtocol.Tcp),
        "addresses" => new(0x0A00_0000 + number, Service, 1024, 80, IpProtocol.Tcp),
        "high bits" => new(number << 16, Service, 1024, 80, IpProtocol.Udp),
        "mirrored" => new(number, number, (ushort)number, (ushort)number, IpProtocol.Tcp),
        "steps of a bucket" => new((number / 4) * Buckets, Service, (ushort)((number % 4) * Buckets), 80, IpProtocol.Tcp),
        "protocols" => new(0x0A00_0000 + (number / 2), Service, 1024, 80, number % 2 == 1 ? IpProtocol.Tcp : IpProtocol.Udp),
        _ => new(0x0A00_0001, Service + (number >> 8), 1024, (ushort)number, IpProtocol.Tcp),
    };
}
