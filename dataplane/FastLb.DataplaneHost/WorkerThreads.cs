using FastLb.Dataplane.Flows;
using FastLb.Dataplane.Pipeline;
using FastLb.Dataplane.Services;
using FastLb.PacketIO;
using FastLb.PacketIO.AfXdp;
using FastLb.PacketIO.Workers;

namespace FastLb.DataplaneHost;

/// <summary>A worker over AF_XDP ports, on a thread of its own. A fault of the worker ends the process: packets must not pile up behind a dead loop.</summary>
internal sealed class WorkerThread : IDisposable
{
    private readonly Worker<AfXdpPort> _worker;
    private readonly PortPoller _poller;
    private readonly Thread _thread;

    private WorkerThread(Worker<AfXdpPort> worker, PortPoller poller)
    {
        _worker = worker;
        _poller = poller;
        _thread = new Thread(worker.Run) { Name = "worker 0", IsBackground = true };
    }

    /// <summary>See <see cref="Worker{TPort}.AcknowledgedGeneration"/>.</summary>
    public long AcknowledgedGeneration => _worker.AcknowledgedGeneration;

    /// <summary>Starts the worker.</summary>
    public static WorkerThread Start(AfXdpPortSet ports, PacketPipeline pipeline, FlowTable flows, ServiceTable table)
    {
        PortPoller poller = PortPoller.For(ports.Ports);
        var started = new WorkerThread(new Worker<AfXdpPort>(ports.Ports, ports.Pool, pipeline, flows, poller, table), poller);
        started._thread.Start();
        return started;
    }

    public void Publish(ServiceTable table) => _worker.Publish(table);

    /// <summary>Where the frames are, as the worker's thread sees it.</summary>
    public Task<FrameAccount> ReadAccount(AfXdpPortSet ports) => _worker.Inspect(held => ports.Account(held));

    /// <summary>Completes when the worker's thread has come round.</summary>
    public Task Turn() => _worker.Inspect(held => held);

    /// <summary>Has the worker's thread, which owns the flows, read them.</summary>
    public Task<T> ReadFlows<T>(Func<T> read) => _worker.Inspect(_ => read());

    public void StopAndWait()
    {
        _worker.Stop();
        _thread.Join();
    }

    public void Dispose() => _poller.Dispose();
}
