using System.Runtime.InteropServices;
using FastLb.Dataplane;
using FastLb.Dataplane.Flows;
using FastLb.Dataplane.Pipeline;
using FastLb.Dataplane.Services;
using FastLb.Wire;

namespace FastLb.Testing;

/// <summary>
/// A pipeline with one service and its servers, fed frame by frame at a time of the test's choosing. The frame memory holds just the headroom and the
/// frame, so that any access outside them throws.
/// </summary>
public sealed unsafe class PipelineFixture : IDisposable
{
    public const int Headroom = 64;
    public const int MostWorkers = 4;

    public static readonly ServiceKey WebService = new(IpAddress.Parse("192.0.2.100"), IpProtocol.Tcp, 80);
    public static readonly IpAddress Web01 = IpAddress.Parse("192.0.2.132");
    public static readonly IpAddress Web02 = IpAddress.Parse("192.0.2.133");
    public static readonly MacAddress Web01Mac = new(0x02_00_00_00_01_32);
    public static readonly MacAddress Web02Mac = new(0x02_00_00_00_01_33);
    public static readonly MacAddress DirectorMac = new(0x02_00_00_00_01_30);

    private readonly byte* _frames = (byte*)NativeMemory.AlignedAlloc(1 << 17, 64);
    private readonly void* _flowMemory;

    public PipelineFixture(int capacity = 1000, FlowHash? hash = null)
    {
        nuint length = (nuint)FlowTableLayout.RequiredBytes(capacity);
        _flowMemory = NativeMemory.AlignedAlloc(length, 64);
        NativeMemory.Clear(_flowMemory, length);
        Flows = FlowTable.Create((nint)_flowMemory, (long)length, capacity, hash ?? new FlowHash(1, 2, 3, 4), Now);
        Tables = new ServiceTableBuilder(Flows.Servers, MostWorkers);
        SetServers("rr", new ServerDefinition(Web01, 80, 1), new ServerDefinition(Web02, 80, 1));
        SetWays(AdjacencyState.Resolved);
    }

    public MonotonicTime Now { get; set; } = MonotonicTime.FromSeconds(1000);

    public FlowTable Flows { get; }

    public ServiceTableBuilder Tables { get; }

    public VerdictCounters Verdicts { get; } = new();

    /// <summary>The frame as the pipeline left it.</summary>
    public byte[] Frame { get; private set; } = [];

    public void SetServers(string scheduler, params ServerDefinition[] servers) => Tables.Build(
        [
            new ServiceDefinition(WebService, scheduler, servers),
            new ServiceDefinition(WebService with { Protocol = IpProtocol.Udp, Port = 53 }, scheduler, servers.Select(server => server with { Port = 53 }).ToArray()),
        ],
        acknowledged: long.MaxValue);

    public void SetWays(AdjacencyState state, ushort mtu = 1500) => Tables.BuildWithAdjacencies(new Dictionary<IpAddress, Adjacency>
    {
        [Web01] = new(state, 3, Web01Mac, DirectorMac, mtu),
        [Web02] = new(state, 3, Web02Mac, DirectorMac, mtu),
    });

    /// <summary>Takes one frame through the pipeline.</summary>
    public PacketSlot Process(ReadOnlySpan<byte> frame, int headroom = Headroom) => Process(frame, worker: 0, workers: 1, headroom);

    /// <summary>Takes one frame through the pipeline of one of several workers.</summary>
    public PacketSlot Process(ReadOnlySpan<byte> frame, int worker, int workers, int headroom = Headroom)
    {
        frame.CopyTo(new Span<byte>(_frames + headroom, frame.Length));
        var memory = new FrameMemory((nint)_frames, Math.Max(1, headroom + frame.Length));
        var pipeline = new PacketPipeline(memory, Flows, FlowTimeouts.Default, Verdicts, worker, workers);
        PacketSlot[] batch = [new() { Offset = headroom, Length = frame.Length, Headroom = (ushort)headroom, IngressPort = 7 }];
        pipeline.Process(batch, Tables.Current, Now);
        Frame = memory.Slice(batch[0].Offset, batch[0].Length).ToArray();
        return batch[0];
    }

    public PacketSlot Process(FrameBuilder frame) => Process(frame.Build());

    public void Dispose()
    {
        NativeMemory.AlignedFree(_frames);
        NativeMemory.AlignedFree(_flowMemory);
    }
}
