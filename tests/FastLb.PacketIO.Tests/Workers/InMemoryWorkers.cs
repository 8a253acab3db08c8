using FastLb.Dataplane;
using FastLb.Dataplane.Flows;
using FastLb.Dataplane.Pipeline;
using FastLb.Dataplane.Services;
using FastLb.Native.Memory;
using FastLb.PacketIO.InMemory;
using FastLb.PacketIO.Workers;
using FastLb.Testing;
using FastLb.Wire;
using Xunit;

namespace FastLb.PacketIO.Tests.Workers;

/// <summary>
/// Workers between two interfaces without a kernel: frames of clients come in by one and leave for the servers by the other. Every worker has a queue of the clients'
/// interface; how many have one of the servers' is the test's choice. The test runs the workers' rounds itself, or on threads.
/// </summary>
internal sealed class InMemoryWorkers : IDisposable
{
    public const int ChunkSize = 2048;
    public const int ChunksPerWorker = 256;

    private const int FlowCapacity = 4096;

    private readonly AnonymousMemory _memory;
    private readonly AnonymousMemory _flowMemory = AnonymousMemory.Allocate(FlowStore.RequiredBytes(FlowCapacity));

    private readonly ushort _mtu;
    private readonly ushort _clientMtu;

    public InMemoryWorkers(
        int workers,
        int serverQueues,
        int ringSize = WorkerMesh.DefaultRingSize,
        AdjacencyState ways = AdjacencyState.Resolved,
        ForwardingMethod method = ForwardingMethod.DirectRouting,
        ushort mtu = 1500,
        int linkCapacity = 1024,
        ushort clientMtu = 0)
    {
        _mtu = mtu;
        _clientMtu = clientMtu;
        _memory = AnonymousMemory.Allocate((long)ChunkSize * ChunksPerWorker * workers);
        FrameMemory frames = new(_memory.Address, _memory.Length);
        Flows = FlowStore.Open(_flowMemory.Address, _flowMemory.Length, Now, out _);
        Flows.MakeTables(workers, FlowCapacity, Hash, Now);
        Tables = new ServiceTableBuilder(Flows.Servers, workers);
        Tables.Build([new ServiceDefinition(PipelineFixture.WebService, "rr", [new(PipelineFixture.Web01, 80, 1, method), new(PipelineFixture.Web02, 80, 1, method)])], 0);
        Mesh = new WorkerMesh(ChunkSize, [.. Enumerable.Repeat(ChunksPerWorker, workers)], ringSize);
        Clients = [.. Enumerable.Range(0, workers).Select(queue => new InMemoryLink((ushort)queue, frames, Mesh.Pools[queue], interfaceIndex: 1))];
        Servers = [.. Enumerable.Range(0, serverQueues).Select(queue => new InMemoryLink((ushort)(workers + queue), frames, Mesh.Pools[queue], linkCapacity, interfaceIndex: 2))];
        Verdicts = [.. Enumerable.Range(0, workers).Select(_ => new VerdictCounters())];
        WorkerParts<InMemoryPort>[] parts = new WorkerParts<InMemoryPort>[workers];
        for (int worker = 0; worker < workers; worker++)
        {
            InMemoryPort[] ports = worker < serverQueues ? [Clients[worker].Port, Servers[worker].Port] : [Clients[worker].Port];
            PacketPipeline pipeline = new(frames, Flows.Tables[worker], Verdicts[worker], worker, workers);
            parts[worker] = new WorkerParts<InMemoryPort>(ports, Mesh.Pools[worker], pipeline, Flows.Tables[worker], Kernel);
        }

        Group = new WorkerGroup<InMemoryPort>(Mesh, parts, SetWays(ways));
    }

    public static FlowHash Hash { get; } = new(0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x27D4EB2F165667C5);

    /// <summary>The present of rounds that the test runs.</summary>
    public static MonotonicTime Now { get; } = MonotonicTime.FromSeconds(1000);

    /// <summary>What the workers gave back.</summary>
    public RecordingKernel Kernel { get; } = new();

    public WorkerMesh Mesh { get; }

    public FlowStore Flows { get; }

    public ServiceTableBuilder Tables { get; }

    public WorkerGroup<InMemoryPort> Group { get; }

    /// <summary>The far ends of the clients' interface, by worker.</summary>
    public InMemoryLink[] Clients { get; }

    /// <summary>The far ends of the servers' interface, by worker.</summary>
    public InMemoryLink[] Servers { get; }

    /// <summary>By worker.</summary>
    public VerdictCounters[] Verdicts { get; }

    public static int OwnerOf(ushort clientPort, int workers) => Hash.Choose(new FrameBuilder().Client.V4, clientPort, workers);

    /// <summary>Client ports whose flows a worker owns.</summary>
    public static IEnumerable<ushort> PortsOwnedBy(int worker, int workers) =>
        Enumerable.Range(1024, 60_000).Select(port => (ushort)port).Where(port => OwnerOf(port, workers) == worker);

    /// <summary>Ways to both servers, by the first port of their interface. All links have the clients' MTU, or nothing is known of them.</summary>
    public ServiceTable SetWays(AdjacencyState state) => Tables.BuildWithAdjacencies(
        new Dictionary<IpAddress, Adjacency>
        {
            [PipelineFixture.Web01] = new(state, Servers[0].Index, PipelineFixture.Web01Mac, PipelineFixture.DirectorMac, _mtu, PipelineFixture.Director.V4),
            [PipelineFixture.Web02] = new(state, Servers[0].Index, PipelineFixture.Web02Mac, PipelineFixture.DirectorMac, _mtu, PipelineFixture.Director.V4),
        },
        _clientMtu == 0 ? [] : [.. Clients.Concat(Servers).Select(link => new EgressLink(PipelineFixture.DirectorMac, _clientMtu, (ushort)link.InterfaceIndex))]);

    public long Count(VerdictReason reason) => Verdicts.Sum(counters => counters[reason]);

    /// <summary>Runs the workers' rounds by turns until none has anything to do.</summary>
    public void RunRounds()
    {
        int idle = 0;
        while (idle < 2)
            idle = Group.Workers.Sum(worker => worker.Round(Now)) == 0 ? idle + 1 : 0;
    }

    /// <summary>Has frames come in by the first queue, so many times, and all that they cause be done; allocates nothing. For two workers and one queue of the servers.</summary>
    public void PassOn(byte[][] frames, int times)
    {
        for (int i = 0; i < times; i++)
        {
            foreach (byte[] frame in frames)
                Clients[0].TryDeliver(frame);
            for (int round = 0; round < 3; round++)
            {
                Group.Workers[0].Round(Now);
                Group.Workers[1].Round(Now);
                Servers[0].DiscardSent();
            }
        }
    }

    /// <summary>What has been sent by a link and not been taken before.</summary>
    public static List<byte[]> TakeAll(InMemoryLink link)
    {
        List<byte[]> frames = [];
        while (link.TakeSent() is { } frame)
            frames.Add(frame);
        return frames;
    }

    public void AssertAllChunksComeHome()
    {
        RunRounds();
        Mesh.BringChunksHome();
        Assert.All(Mesh.Pools.ToArray(), pool => Assert.Equal(ChunksPerWorker, pool.Free));
    }

    /// <summary>Chunks that are in a pool, in a link or between workers.</summary>
    public int ChunksAccountedFor() =>
        Mesh.Pools.ToArray().Sum(pool => pool.Free) + Clients.Concat(Servers).Sum(link => link.HeldChunks)
        + Enumerable.Range(0, Mesh.Workers).Sum(Mesh.Departed);

    public void Dispose()
    {
        Group.Dispose();
        _memory.Dispose();
        _flowMemory.Dispose();
    }
}
