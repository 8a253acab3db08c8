using FastLb.Dataplane.Flows;
using FastLb.Dataplane.Pipeline;
using FastLb.Dataplane.Services;
using FastLb.PacketIO;
using FastLb.PacketIO.AfXdp;
using FastLb.PacketIO.Workers;

namespace FastLb.DataplaneHost;

/// <summary>
/// The workers over AF_XDP ports, each on a thread of its own. A fault of a worker ends the process: packets must not pile up behind a dead loop.
/// </summary>
internal sealed class WorkerThreads : IDisposable
{
    private readonly WorkerGroup<AfXdpPort> _group;
    private readonly Thread[] _threads;

    private WorkerThreads(WorkerGroup<AfXdpPort> group)
    {
        _group = group;
        _threads = [.. group.Workers.Select((worker, number) => new Thread(worker.Run) { Name = $"worker {number}", IsBackground = true })];
    }

    /// <summary>See <see cref="WorkerGroup{TPort}.AcknowledgedGeneration"/>.</summary>
    public long AcknowledgedGeneration => _group.AcknowledgedGeneration;

    /// <summary>Starts a worker for each table of flows.</summary>
    public static WorkerThreads Start(AfXdpPortSet ports, IReadOnlyList<PacketPipeline> pipelines, IReadOnlyList<FlowTable> flows, ServiceTable table)
    {
        var parts = new WorkerParts<AfXdpPort>[flows.Count];
        for (int worker = 0; worker < parts.Length; worker++)
            parts[worker] = new WorkerParts<AfXdpPort>(ports.PortsOf(worker), ports.Mesh.Pools[worker], pipelines[worker], flows[worker]);
        var started = new WorkerThreads(new WorkerGroup<AfXdpPort>(ports.Mesh, parts, table));
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

    /// <summary>Completes when the threads of all workers have come round.</summary>
    public Task Turn() => _group.InspectAll((_, held) => held);

    /// <summary>Has the thread of a worker, which owns its flows, read them.</summary>
    public Task<T> ReadFlows<T>(int worker, Func<T> read) => _group.Workers[worker].Inspect(_ => read());

    public void StopAndWait()
    {
        _group.Stop();
        foreach (Thread thread in _threads)
            thread.Join();
        _group.Settle();
    }

    public void Dispose() => _group.Dispose();
}
