using BenchmarkDotNet.Attributes;
using FastLb.Dataplane.Pipeline;
using FastLb.Testing;

namespace FastLb.Benchmarks;

/// <summary>The whole pipeline, frames of 64 bytes in memory: parse, find the flow, advance its state, rewrite. Figures are per packet.</summary>
[MemoryDiagnoser]
public class PipelineBenchmarks
{
    private const int Batches = 4096;
    private PipelineBatch? _batch;

    /// <summary>Established flows that the packets are spread over, one after another.</summary>
    [Params(4096, 1 << 20)]
    public int Flows { get; set; }

    [GlobalSetup]
    public void Setup() => _batch = new PipelineBatch(PacketPipeline.BatchSize, Flows);

    [GlobalCleanup]
    public void Cleanup() => _batch!.Dispose();

    [Benchmark(OperationsPerInvoke = Batches * PacketPipeline.BatchSize)]
    public void EstablishedFlows() => _batch!.Run(Batches);
}
