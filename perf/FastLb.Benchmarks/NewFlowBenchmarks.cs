using BenchmarkDotNet.Attributes;
using FastLb.Dataplane.Services;
using FastLb.Testing;

namespace FastLb.Benchmarks;

/// <summary>The first packet of a flow, a SYN: service, scheduler (rr), flow made, and all that every packet gets. Figures are per flow; others are there already.</summary>
[MemoryDiagnoser]
public class NewFlowBenchmarks
{
    private const int NewFlows = 1 << 17;
    private PipelineTraffic? _traffic;

    [Params(ForwardingMethod.DirectRouting, ForwardingMethod.AddressTranslation, ForwardingMethod.Tunnel)]
    public ForwardingMethod Method { get; set; }

    /// <summary>Established flows besides.</summary>
    [Params(1, 1 << 10, 1 << 16, 1 << 20)]
    public int Flows { get; set; }

    [GlobalSetup]
    public void Setup() => _traffic = new PipelineTraffic(Flows, Method, newFlows: NewFlows);

    [IterationSetup]
    public void End() => _traffic!.EndNew();

    [GlobalCleanup]
    public void Cleanup() => _traffic!.Dispose();

    [Benchmark(OperationsPerInvoke = NewFlows)]
    public void New() => _traffic!.RunNew();
}
