using System.Diagnostics;
using System.Globalization;
using FastLb.Dataplane;
using FastLb.Dataplane.Flows;
using FastLb.Dataplane.Services;
using FastLb.Native.Memory;
using FastLb.Wire;

namespace FastLb.Benchmarks;

/// <summary>
/// A flow table of the product's own kind filled to the last place, in the shared memory that it has there: what a flow costs, how fast flows are made, found and
/// ended, and how long a successor of the dataplane takes to adopt them. Too long for BenchmarkDotNet's repetitions: each figure is one pass over all flows.
/// </summary>
internal static class FlowTableAtSize
{
    private const int Batch = 64;
    private const int Server = 7;

    private static readonly MonotonicTime Start = MonotonicTime.FromSeconds(50);

    /// <summary>Prints the figures.</summary>
    /// <param name="arguments">The number of flows, by default 10 million; then "nat" for flows whose replies are translated, "dr" otherwise.</param>
    public static void Run(ReadOnlySpan<string> arguments)
    {
        int flows = arguments.Length > 0 ? int.Parse(arguments[0], CultureInfo.InvariantCulture) : 10_000_000;
        bool translated = arguments.Length > 1 && string.Equals(arguments[1], "nat", StringComparison.Ordinal);
        int capacity = translated ? checked(flows * 2) : flows;
        using SharedMemory memory = SharedMemory.Create("fastlb-flows", FlowStore.RequiredBytes(capacity));
        long before = ResidentBytes();
        var store = FlowStore.Open(memory.Address, memory.Length, Start, out _);
        store.Servers.Assign(Server, new ServerIdentity(new ServiceKey(IpAddress.Parse("192.0.2.100"), IpProtocol.Tcp, 80), IpAddress.Parse("192.0.2.1"), 80));
        store.MakeTables(1, capacity, FlowHash.FromSeed("a seed of thirty-two random bytes"u8), Start);
        FlowTable table = store.Tables[0];

        Report("make", flows, () => Fill(table, flows, translated));
        Console.WriteLine($"bytes            {(ResidentBytes() - before) / (double)flows,8:F1} for each flow, all included");
        Report("find", flows, () => Find(table, flows, Batch));
        Report("find, one by one", flows, () => Find(table, flows, 1));
        Adopt(memory, Start);
        Report("end", flows, () => End(table, flows));
    }

    private static void Report(string what, int flows, Action act)
    {
        (TimeSpan busy, _) = Time(act);
        Console.WriteLine($"{what,-17}{busy.TotalNanoseconds / flows,8:F1} ns, {flows / busy.TotalSeconds / 1e6,5:F1} M/s");
    }

    // The processor's time counts: others may share the machine.
    private static (TimeSpan Busy, TimeSpan Taken) Time(Action act)
    {
        long begun = Stopwatch.GetTimestamp();
        TimeSpan before = Environment.CpuUsage.TotalTime;
        act();
        return (Environment.CpuUsage.TotalTime - before, Stopwatch.GetElapsedTime(begun));
    }

    private static void Fill(FlowTable table, int flows, bool translated)
    {
        uint tick = TimingWheel.TickOf(Start);
        for (int number = 0; number < flows; number++)
        {
            FlowKey key = Key(number);
            ulong hash = table.HashOf(key);
            FlowKey back = key with { PeerAddress = 0x0A00_0001, PeerPort = 8080, IsReturn = true };
            uint index = translated ? table.InsertPair(key, hash, back, table.HashOf(back), Server, tick + 16) : table.Insert(key, hash, Server, tick + 16);
            if (index == 0)
                throw new InvalidOperationException($"only {number} flows fit");
            table.Advance(index, ref table.Entry(index), FlowState.SynReceived, tick + 480);
            table.Advance(index, ref table.Entry(index), FlowState.Established, tick + 7200);
        }
    }

    // In an order that has nothing to do with the memory's, in groups whose memory is fetched ahead as the pipeline does it.
    private static void Find(FlowTable table, int flows, int group)
    {
        Span<ulong> hashes = stackalloc ulong[group];
        Span<FlowKey> keys = stackalloc FlowKey[group];
        long number = 0;
        for (int done = 0; done < flows; done += group)
        {
            for (int i = 0; i < group; i++)
            {
                number = (number + 6_700_417) % flows;
                keys[i] = Key((int)number);
                hashes[i] = table.HashOf(keys[i]);
                table.PrefetchBucket(hashes[i]);
            }

            for (int i = 0; i < group; i++)
                table.PrefetchEntry(hashes[i]);
            for (int i = 0; i < group; i++)
            {
                if (table.Find(keys[i], hashes[i]) == 0)
                    throw new InvalidOperationException($"{keys[i]} is not found");
            }
        }
    }

    private static void Adopt(SharedMemory memory, MonotonicTime now)
    {
        using SharedMemory second = SharedMemory.Open(memory.Descriptor);
        int adopted = 0;
        (TimeSpan busy, TimeSpan taken) = Time(() => adopted = FlowStore.Open(second.Address, second.Length, now, out _).Count);
        Console.WriteLine($"adopt            {busy.TotalSeconds,8:F2} s of the processor, {taken.TotalSeconds:F2} s in all, for {adopted} flows");
    }

    // As the worker does it, a budget at a time.
    private static void End(FlowTable table, int flows)
    {
        MonotonicTime later = Start + TimeSpan.FromSeconds(2000);
        int ended = 0;
        while (ended < flows)
            ended += table.Expire(later, 256);
    }

    private static FlowKey Key(int number) => new(0x0A00_0000 + (uint)(number / 50_000), 0xC000_0264, (ushort)(1024 + (number % 50_000)), 80, IpProtocol.Tcp);

    private static long ResidentBytes()
    {
        foreach (string line in File.ReadLines("/proc/self/status"))
        {
            if (line.StartsWith("RssShmem:", StringComparison.Ordinal))
                return long.Parse(line.AsSpan("RssShmem:".Length, line.Length - "RssShmem:".Length - 2), CultureInfo.InvariantCulture) * 1024;
        }

        throw new InvalidOperationException("/proc/self/status has no RssShmem");
    }
}
