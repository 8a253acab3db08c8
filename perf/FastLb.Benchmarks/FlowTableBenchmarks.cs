using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using FastLb.Dataplane;
using FastLb.Dataplane.Flows;
using FastLb.Wire;

namespace FastLb.Benchmarks;

/// <summary>The stage that finds flows, by itself: in random order, one after another, and in batches with what is needed fetched ahead, as the pipeline does it.</summary>
[MemoryDiagnoser]
public unsafe class FlowTableBenchmarks
{
    private const int Packets = 1 << 16, Batch = 64;

    private void* _memory;
    private FlowTable? _flows;
    private FlowKey[] _keys = [];
    private readonly ulong[] _hashes = new ulong[Batch];

    [Params(1, 1 << 10, 1 << 16, 1 << 20)]
    public int Flows { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        int capacity = Math.Max(1024, Flows);
        nuint length = (nuint)FlowTableLayout.RequiredBytes(capacity);
        _memory = NativeMemory.AlignedAlloc(length, 4096);
        NativeMemory.Clear(_memory, length);
        _flows = FlowTable.Create((nint)_memory, (long)length, capacity, new FlowHash(0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x27D4EB2F165667C5), MonotonicTime.FromSeconds(1));
        for (uint flow = 0; flow < Flows; flow++)
            _flows.Insert(KeyOf(flow), _flows.HashOf(KeyOf(flow)), server: 0, expires: 1000);
        var random = new Random(1);
        _keys = [.. Enumerable.Range(0, Packets).Select(_ => KeyOf((uint)random.Next(Flows)))];
    }

    [GlobalCleanup]
    public void Cleanup() => NativeMemory.AlignedFree(_memory);

    [Benchmark(OperationsPerInvoke = Packets)]
    public uint FindOneByOne()
    {
        uint found = 0;
        foreach (ref readonly FlowKey key in _keys.AsSpan())
            found += _flows!.Find(key, _flows.HashOf(key));
        return found;
    }

    [Benchmark(OperationsPerInvoke = Packets)]
    public uint FindInBatches()
    {
        uint found = 0;
        for (int first = 0; first < Packets; first += Batch)
        {
            ReadOnlySpan<FlowKey> keys = _keys.AsSpan(first, Batch);
            for (int i = 0; i < Batch; i++)
                _flows!.PrefetchBucket(_hashes[i] = _flows.HashOf(keys[i]));
            for (int i = 0; i < Batch; i++)
                _flows!.PrefetchEntry(_hashes[i]);
            for (int i = 0; i < Batch; i++)
                found += _flows!.Find(keys[i], _hashes[i]);
        }

        return found;
    }

    private static FlowKey KeyOf(uint flow) => new(0x0A000000 + (flow >> 10), 0xC0000264, (ushort)(1024 + (flow & 1023)), 80, IpProtocol.Tcp);
}
