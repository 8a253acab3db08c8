using BenchmarkDotNet.Attributes;
using FastLb.Wire;

namespace FastLb.Benchmarks;

/// <summary>The Internet checksum over a header and over a full packet.</summary>
[MemoryDiagnoser]
public class ChecksumBenchmarks
{
    private readonly byte[] _bytes = new byte[1500];

    [Params(20, 1500)]
    public int Length { get; set; }

    [Benchmark]
    public ushort Sum() => InternetChecksum.Sum(_bytes.AsSpan(0, Length));
}
