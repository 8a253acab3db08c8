using FastLb.Dataplane.Flows;
using FastLb.Dataplane.Pipeline;
using FastLb.Dataplane.Services;
using FastLb.DataplaneChannel.Messages;
using FastLb.Native;
using FastLb.Native.Processes;
using FastLb.PacketIO;
using FastLb.PacketIO.AfXdp;
using FastLb.PacketIO.Workers;
using Microsoft.Extensions.Logging;

namespace FastLb.DataplaneHost;

/// <summary>
/// The workers over AF_XDP ports, each on a thread of its own. A fault of a worker ends the process: packets must not pile up behind a dead loop.
/// </summary>
internal sealed class WorkerThreads : IDisposable
{
    private readonly WorkerGroup<AfXdpPort> _group;
    private readonly IReadOnlyList<FlowTable> _flows;
    private readonly int?[] _processors;
    private readonly Thread[] _threads;
    private readonly ILogger _log;

    private WorkerThreads(WorkerGroup<AfXdpPort> group, IReadOnlyList<FlowTable> flows, IReadOnlyList<int> processors, ILogger log)
    {
        _group = group;
        _flows = flows;
        _log = log;
        _processors = PlacesFor(group.Workers.Count, processors);
        _threads = [.. Enumerable.Range(0, group.Workers.Count).Select(worker => new Thread(() => Run(worker)) { Name = $"worker {worker}", IsBackground = true })];
    }

    /// <summary>See <see cref="WorkerGroup{TPort}.AcknowledgedGeneration"/>.</summary>
    public long AcknowledgedGeneration => _group.AcknowledgedGeneration;

    /// <summary>Starts a worker for each table of flows.</summary>
    public static WorkerThreads Start(
        AfXdpPortSet ports, IReadOnlyList<PacketPipeline> pipelines, IReadOnlyList<FlowTable> flows, IKernelPath kernel, ServiceTable table,
        IReadOnlyList<int> processors, ILogger log)
    {
        var parts = new WorkerParts<AfXdpPort>[flows.Count];
        for (int worker = 0; worker < parts.Length; worker++)
            parts[worker] = new WorkerParts<AfXdpPort>(ports.PortsOf(worker), ports.Mesh.Pools[worker], pipelines[worker], flows[worker], kernel);
        var started = new WorkerThreads(new WorkerGroup<AfXdpPort>(ports.Mesh, parts, table), flows, processors, log);
        foreach (Thread thread in started._threads)
            thread.Start();
        return started;
    }

    public void Publish(ServiceTable table) => _group.Publish(table);

    /// <summary>Where the frames are, as each worker's thread sees its own.</summary>
    public async Task<FrameAccount> ReadAccount(AfXdpPortSet ports)
    {
        FrameAccount[] accounts = await _group.InspectAll((worker, held) => ports.Account(worker, held));
        return accounts.Aggregate((sum, account) => sum + account);
    }

    /// <summary>What each worker has to do.</summary>
    public IReadOnlyList<WorkerStatus> ReadStatus() =>
        [.. _group.Workers.Select((worker, number) => new WorkerStatus(number, _processors[number], _flows[number].Count, worker.HandedOver))];

    /// <summary>Completes when the threads of all workers have come round.</summary>
    public Task Turn() => _group.InspectAll((_, held) => held);

    /// <summary>Has the thread of a worker do something with its flows, which it owns.</summary>
    public Task<T> OnWorker<T>(int worker, Func<T> act) => _group.Workers[worker].Inspect(_ => act());

    public void StopAndWait()
    {
        _group.Stop();
        foreach (Thread thread in _threads)
            thread.Join();
        _group.Settle();
    }

    public void Dispose() => _group.Dispose();

    // One worker goes where the kernel puts it, unless it is told. Several would take turns on one processor while another is idle, so each gets one of its own while there are enough.
    private static int?[] PlacesFor(int workers, IReadOnlyList<int> wanted)
    {
        if (workers == 1 && wanted.Count == 0)
            return [null];
        IReadOnlyList<int> processors = wanted.Count > 0 ? wanted : ThreadScheduling.ReadAffinity();
        return [.. Enumerable.Range(0, workers).Select(worker => (int?)processors[worker % processors.Count])];
    }

    private void Run(int worker)
    {
        if (_processors[worker] is { } processor)
        {
            Errno refused = ThreadScheduling.TryPin(processor);
            if (refused != Errno.None)
            {
                _log.LogWarning("worker {Worker} can't be kept on processor {Processor}: {Reason}; the process may use {Allowed}",
                    worker, processor, refused, string.Join(", ", ThreadScheduling.ReadAffinity()));
            }
        }

        _group.Workers[worker].Run();
    }
}
