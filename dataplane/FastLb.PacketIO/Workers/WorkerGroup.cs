using FastLb.Dataplane.Flows;
using FastLb.Dataplane.Pipeline;
using FastLb.Dataplane.Services;

namespace FastLb.PacketIO.Workers;

/// <summary>What one worker owns.</summary>
/// <param name="Ports">Its ports; their indexes count through the ports of all workers.</param>
/// <param name="Pool">Its chunks, which its ports share: one of <see cref="WorkerMesh.Pools"/>.</param>
/// <param name="Pipeline">Decides; over the frame memory that all share.</param>
/// <param name="Flows">The pipeline's flows: those whose owner the worker is.</param>
/// <param name="Kernel">Takes the frames that are the kernel's.</param>
public sealed record WorkerParts<TPort>(TPort[] Ports, FramePool Pool, PacketPipeline Pipeline, FlowTable Flows, IKernelPath Kernel)
    where TPort : struct, IPacketPort;

/// <summary>
/// The workers of a process. Each owns queues, chunks, flows and counters; every flow is decided by one worker alone, wherever its frames come in. The threads that
/// run them belong to the caller. Members may be called from any thread, one at a time, except where marked.
/// </summary>
public sealed class WorkerGroup<TPort> : IDisposable
    where TPort : struct, IPacketPort
{
    private readonly Worker<TPort>[] _workers;
    private readonly PortPoller[] _pollers;

    /// <param name="mesh">Joins as many workers as there are <paramref name="parts"/>.</param>
    /// <param name="parts">What each worker owns.</param>
    /// <param name="table">The first service table.</param>
    public WorkerGroup(WorkerMesh mesh, IReadOnlyList<WorkerParts<TPort>> parts, ServiceTable table)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(parts.Count, mesh.Workers, nameof(parts));
        TPort[][] ports = [.. parts.Select(part => part.Ports)];
        _workers = new Worker<TPort>[parts.Count];
        _pollers = new PortPoller[parts.Count];
        for (int worker = 0; worker < parts.Count; worker++)
        {
            WorkerLinks links = mesh.Links(worker);
            _pollers[worker] = PortPoller.For<TPort>(ports[worker]);
            links.Join(_pollers[worker]);
            _workers[worker] = new Worker<TPort>(parts[worker], EgressTable.For(worker, ports), links, _pollers[worker], table);
        }
    }

    /// <summary>The workers, each for a thread of its own.</summary>
    public IReadOnlyList<Worker<TPort>> Workers => _workers;

    /// <summary>The generation that every worker has taken up; none of them will look at an older table again. Any thread.</summary>
    public long AcknowledgedGeneration
    {
        get
        {
            long oldest = long.MaxValue;
            foreach (Worker<TPort> worker in _workers)
                oldest = Math.Min(oldest, worker.AcknowledgedGeneration);
            return oldest;
        }
    }

    /// <summary>Hands every worker a new table.</summary>
    public void Publish(ServiceTable table)
    {
        foreach (Worker<TPort> worker in _workers)
            worker.Publish(table);
    }

    /// <summary>Has every worker's thread call <paramref name="read"/> between two batches, with the worker's number and the number of frames it holds. Any thread.</summary>
    /// <returns>Completes when all have, with what they gave, by worker.</returns>
    public Task<T[]> InspectAll<T>(Func<int, int, T> read) =>
        Task.WhenAll(_workers.Select((worker, number) => worker.Inspect(held => read(number, held))));

    /// <summary>Asks all workers to return soon.</summary>
    public void Stop()
    {
        foreach (Worker<TPort> worker in _workers)
            worker.Stop();
    }

    /// <summary>
    /// Brings to an end what the workers had begun, once all their threads have returned: frames passed on are decided and put into the ports' queues, frames that still
    /// wait are freed. What was enqueued is left to the ports.
    /// </summary>
    public void Settle()
    {
        if (_workers.Length > 1)
        {
            // A frame is passed on at most a few times: to the owner of its flow, and to that of its port.
            while (_workers.Sum(worker => worker.SettleOthers()) != 0)
                continue;
        }

        foreach (Worker<TPort> worker in _workers)
            worker.FreeHeld();
    }

    public void Dispose()
    {
        foreach (PortPoller poller in _pollers)
            poller.Dispose();
    }
}
