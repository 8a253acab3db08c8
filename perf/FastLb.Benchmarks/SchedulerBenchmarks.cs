using System.Globalization;
using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using FastLb.Dataplane;
using FastLb.Dataplane.Flows;
using FastLb.Dataplane.Scheduling;
using FastLb.Wire;

namespace FastLb.Benchmarks;

/// <summary>One choice of each scheduler, of clients that differ, among servers of weights 1 to 4 without connections.</summary>
[MemoryDiagnoser]
public unsafe class SchedulerBenchmarks
{
    private const int Choices = 4096;

    private void* _memory;
    private Scheduler? _scheduler;
    private ServerList? _list;

    [ParamsSource(nameof(Names))]
    public string Scheduler { get; set; } = "rr";

    [Params(4, 64)]
    public int Servers { get; set; }

    public static IEnumerable<string> Names => Schedulers.Names;

    [GlobalSetup]
    public void Setup()
    {
        nuint length = (nuint)FlowTableLayout.RequiredBytes(1024);
        _memory = NativeMemory.AlignedAlloc(length, 4096);
        NativeMemory.Clear(_memory, length);
        var flows = FlowTable.Create((nint)_memory, (long)length, 1024, new FlowHash(1, 2, 3, 4), MonotonicTime.FromSeconds(1));
        _scheduler = Schedulers.Create(Scheduler, default, flows.Servers);
        _list = _scheduler.Arrange(
        [
            .. Enumerable.Range(0, Servers).Select(number => new SchedulableServer(
                (ushort)number, 1 + (number % 4), IpAddress.Parse(string.Create(CultureInfo.InvariantCulture, $"192.0.2.{number + 1}")), 80, 1 + (number % 4))),
        ]);
    }

    [GlobalCleanup]
    public void Cleanup() => NativeMemory.AlignedFree(_memory);

    [Benchmark(OperationsPerInvoke = Choices)]
    public int Choose()
    {
        int sum = 0;
        for (uint client = 0; client < Choices; client++)
            sum += _scheduler!.Choose(_list!, new NewFlow(new FlowKey(0x0A000000 + client, 0xC0000264, (ushort)client, 80, IpProtocol.Tcp), MonotonicTime.FromSeconds(1)));
        return sum;
    }
}
