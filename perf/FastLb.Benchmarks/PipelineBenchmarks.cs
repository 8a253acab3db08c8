using BenchmarkDotNet.Attributes;
using FastLb.Dataplane.Pipeline;
using FastLb.Dataplane.Services;
using FastLb.Testing;

namespace FastLb.Benchmarks;

/// <summary>
/// The whole pipeline, frames of 64 bytes in memory, packets in random order of their flows: parse, find the flow, advance its state, rewrite. Figures are per packet, the
/// writing of the frame included, which <see cref="FramesAlone"/> has by itself.
/// </summary>
[MemoryDiagnoser]
public class PipelineBenchmarks
{
    private const int Batches = 4096;
    private PipelineTraffic? _traffic;

    [Params(ForwardingMethod.DirectRouting, ForwardingMethod.AddressTranslation, ForwardingMethod.Tunnel)]
    public ForwardingMethod Method { get; set; }

    /// <summary>Established flows that the packets are spread over.</summary>
    [Params(1, 1 << 10, 1 << 16, 1 << 20)]
    public int Flows { get; set; }

    [GlobalSetup]
    public void Setup() => _traffic = new PipelineTraffic(Flows, Method, shuffled: true);

    [GlobalCleanup]
    public void Cleanup() => _traffic!.Dispose();

    [Benchmark(OperationsPerInvoke = Batches * PacketPipeline.BatchSize)]
    public void Established() => _traffic!.RunEstablished(Batches);

    [Benchmark(OperationsPerInvoke = Batches * PacketPipeline.BatchSize)]
    public void FramesAlone() => _traffic!.WriteFramesAlone(Batches);
}
