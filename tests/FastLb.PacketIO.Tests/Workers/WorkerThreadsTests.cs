using FastLb.Dataplane.Pipeline;
using FastLb.PacketIO.InMemory;
using FastLb.PacketIO.Workers;
using FastLb.Testing;
using Xunit;

namespace FastLb.PacketIO.Tests.Workers;

/// <summary>Workers on threads of their own. The far ends of the links belong to the worker's thread, so that frames are put in and taken out by inspections.</summary>
public sealed class WorkerThreadsTests
{
    private const int Workers = 2;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Each frame comes only when the one before has gone, so that both workers sleep time and again: a lost wake-up costs an eighth of a second.</summary>
    [Fact]
    public async Task Owner_that_sleeps_is_woken_for_each_frame()
    {
        using InMemoryWorkers lab = new(Workers, serverQueues: 1);
        using RunningWorkers running = new(lab);
        ushort[] ports = [.. InMemoryWorkers.PortsOwnedBy(1, Workers).Take(1000)];
        using CancellationTokenSource patience = new(Patience);
        foreach (ushort port in ports)
        {
            byte[] frame = new FrameBuilder { ClientPort = port }.Build();
            Assert.True(await running.OnWorker(0, () => lab.Clients[0].TryDeliver(frame)));

            // From worker 0 to the owner of the flow, worker 1, and back to worker 0, who has the only port for it.
            while (!await running.OnWorker(0, () => lab.Servers[0].TakeSent() is not null))
                patience.Token.ThrowIfCancellationRequested();
        }

        running.Stop();
        Assert.Equal(ports.Length, lab.Flows.Tables[1].Count);
        Assert.Equal(ports.Length, lab.Group.Workers[0].HandedOver);
        AssertAllChunksAreHome(lab);
    }

    [Theory]
    [InlineData(WorkerMesh.DefaultRingSize, 2)]
    [InlineData(32, 1)]
    public async Task Under_load_every_frame_is_sent_or_counted_as_dropped_and_every_chunk_accounted_for_at_the_stop(int ringSize, int serverQueues)
    {
        const int batches = 400, batch = 100;
        using InMemoryWorkers lab = new(Workers, serverQueues, ringSize);
        using RunningWorkers running = new(lab);
        long[] sent = new long[Workers];
        long[] delivered = new long[Workers];
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(async worker =>
        {
            Random random = new(worker);
            for (int i = 0; i < batches; i++)
            {
                byte[][] frames = [.. Enumerable.Range(0, batch).Select(_ => new FrameBuilder { ClientPort = (ushort)random.Next(1024, 3072) }.Build())];
                await running.OnWorker(worker, () =>
                {
                    delivered[worker] += frames.Count(frame => lab.Clients[worker].TryDeliver(frame));
                    sent[worker] += worker < serverQueues ? lab.Servers[worker].DiscardSent() : 0;
                    return true;
                });
            }
        }));
        running.Stop();
        foreach (InMemoryLink server in lab.Servers)
            server.Port.Flush();
        for (int worker = 0; worker < serverQueues; worker++)
            sent[worker] += lab.Servers[worker].DiscardSent();

        // What had arrived when the workers stopped is still there.
        int left = lab.Clients.Sum(link => link.HeldChunks);
        Assert.Equal(delivered.Sum() - left, sent.Sum() + lab.Count(VerdictReason.HandOverRingFull) + lab.Count(VerdictReason.TransmitRingFull));
        Assert.Equal(sent.Sum(), lab.Count(VerdictReason.ForwardedDirect));
        Assert.True(lab.Group.Workers.All(worker => worker.HandedOver > 0), "nothing was handed over");
        AssertAllChunksAreHome(lab);
    }

    private static void AssertAllChunksAreHome(InMemoryWorkers lab)
    {
        foreach (InMemoryLink link in lab.Clients.Concat(lab.Servers))
            link.Port.Reclaim();
        PacketSlot[] slots = new PacketSlot[2 * InMemoryWorkers.ChunksPerWorker];
        foreach (InMemoryLink client in lab.Clients)
        {
            int count = client.Port.Receive(slots);
            foreach (ref readonly PacketSlot slot in slots.AsSpan(0, count))
                lab.Mesh.Pools[client.Index].Return(slot.Offset);
        }

        lab.Mesh.BringChunksHome();
        Assert.Equal([InMemoryWorkers.ChunksPerWorker, InMemoryWorkers.ChunksPerWorker], lab.Mesh.Pools.ToArray().Select(pool => pool.Free));
    }

    private sealed class RunningWorkers : IDisposable
    {
        private readonly WorkerGroup<InMemoryPort> _group;
        private readonly Thread[] _threads;

        public RunningWorkers(InMemoryWorkers lab)
        {
            _group = lab.Group;
            _threads = [.. _group.Workers.Select(worker => new Thread(worker.Run) { IsBackground = true })];
            foreach (Thread thread in _threads)
                thread.Start();
        }

        public Task<T> OnWorker<T>(int worker, Func<T> action) => _group.Workers[worker].Inspect(_ => action()).WaitAsync(Patience, TestContext.Current.CancellationToken);

        public void Stop()
        {
            _group.Stop();
            foreach (Thread thread in _threads)
                thread.Join();
            _group.Settle();
        }

        public void Dispose()
        {
            _group.Stop();
            foreach (Thread thread in _threads)
                thread.Join();
        }
    }
}
