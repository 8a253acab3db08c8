using System.Runtime.InteropServices;
using FastLb.Dataplane;
using FastLb.Dataplane.Explanations;
using FastLb.Dataplane.Flows;
using FastLb.Dataplane.Pipeline;
using FastLb.Dataplane.Services;
using FastLb.Wire;

namespace FastLb.Testing;

/// <summary>
/// A pipeline with one service and its servers, fed frame by frame at a time of the test's choosing. The frame memory ends with the frame, so that any access
/// behind it throws; what lies before its headroom is looked at afterwards.
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

    /// <summary>The director's address towards the servers.</summary>
    public static readonly IpAddress Director = IpAddress.Parse("192.0.2.130");

    /// <summary>What frames leave with by port 0; the ports 1 to 7 are of other interfaces and otherwise the same.</summary>
    public static readonly EgressLink Link = new(new MacAddress(0x02_00_00_00_02_30), 1500, Interface: 100);

    private const int FrameBytes = 1 << 17;
    private const byte Untouched = 0xA5;

    private readonly byte* _frames = (byte*)NativeMemory.AlignedAlloc(FrameBytes, 64);
    private readonly FrameMemory _frameMemory;
    private readonly PacketPipeline _pipeline;
    private readonly void* _flowMemory;

    public PipelineFixture(int capacity = 1000, int worker = 0, int workers = 1, FlowHash? hash = null)
    {
        new Span<byte>(_frames, FrameBytes).Fill(Untouched);
        _frameMemory = new FrameMemory((nint)_frames, FrameBytes);
        nuint length = (nuint)FlowStore.BytesOf(capacity, tables: 1);
        _flowMemory = NativeMemory.AlignedAlloc(length, 4096);
        NativeMemory.Clear(_flowMemory, length);
        Store = FlowStore.Open((nint)_flowMemory, (long)length, Now, out _);
        Store.MakeTables(1, capacity, hash ?? new FlowHash(1, 2, 3, 4), Now);
        Flows = Store.Tables[0];
        _pipeline = new PacketPipeline(_frameMemory, Flows, Verdicts, worker, workers);
        Tables = new ServiceTableBuilder(Flows.Servers, MostWorkers);
        SetServers("rr", new ServerDefinition(Web01, 80, 1), new ServerDefinition(Web02, 80, 1));
        SetWays(AdjacencyState.Resolved);
    }

    public MonotonicTime Now { get; set; } = MonotonicTime.FromSeconds(1000);

    public FlowTable Flows { get; }

    /// <summary>Where <see cref="Flows"/> lies.</summary>
    public FlowStore Store { get; }

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

    /// <summary>The same services and servers with other settings.</summary>
    public void SetSettings(ForwardingSettings settings)
    {
        Tables.Settings = settings;
        Tables.Build(Tables.Definitions, acknowledged: long.MaxValue);
    }

    public void SetWays(AdjacencyState state, ushort mtu = 1500, VlanTag tag = default) =>
        SetWays(new Adjacency(state, 3, default, DirectorMac, mtu, Director.V4, tag), [.. Enumerable.Range(0, 8).Select(port => Link with { Interface = (ushort)(100 + port) })]);

    /// <summary>Has other ports, the first of which leads to the servers.</summary>
    public void SetLinks(params EgressLink[] links) => SetWays(new Adjacency(AdjacencyState.Resolved, 0, default, DirectorMac, 1500, Director.V4), links);

    /// <summary>Takes one frame through the pipeline.</summary>
    /// <param name="frame">The frame, or what its first chunk holds.</param>
    /// <param name="headroom">Bytes before it that may be overwritten.</param>
    /// <param name="port">The port that it came in by.</param>
    /// <param name="rest">Bytes in further chunks, which the pipeline has no way to look at.</param>
    public PacketSlot Process(ReadOnlySpan<byte> frame, int headroom = Headroom, ushort port = 7, int rest = 0) => Process(frame, headroom, port, rest, out _, explain: false);

    /// <summary>Takes one frame through the pipeline and tells why it got its verdict.</summary>
    public FrameExplanation Explain(ReadOnlySpan<byte> frame)
    {
        Process(frame, Headroom, 7, 0, out FrameExplanation? explanation, explain: true);
        return explanation!;
    }

    public FrameExplanation Explain(FrameBuilder frame) => Explain(frame.Build());

    /// <summary>Asks what would become of a frame's packet, which isn't sent.</summary>
    public FrameExplanation Rehearse(FrameBuilder frame)
    {
        var key = new FlowKey(frame.Client.V4, frame.Service.V4, frame.ClientPort, frame.ServicePort, frame.Protocol);
        return PacketRehearsal.Play(key, frame.Flags, (frame.Destination, frame.Source), Tables.Current, RehearsedFlows.Copy(Flows, Tables.Current, key), Now);
    }

    private PacketSlot Process(ReadOnlySpan<byte> frame, int headroom, ushort port, int rest, out FrameExplanation? explanation, bool explain)
    {
        explanation = null;
        int offset = FrameBytes - frame.Length;
        frame.CopyTo(new Span<byte>(_frames + offset, frame.Length));
        PacketSlot[] batch = [new() { Offset = offset, Length = frame.Length, Headroom = (ushort)headroom, IngressPort = port, Rest = rest }];
        if (explain)
            explanation = new FrameExplainer(_pipeline, Flows).Process(ref batch[0], Tables.Current, Now);
        else
            _pipeline.Process(batch, Tables.Current, Now);
        Frame = _frameMemory.Slice(batch[0].Offset, batch[0].Length).ToArray();
        if (new ReadOnlySpan<byte>(_frames + offset - headroom - 512, 512).ContainsAnyExcept(Untouched))
            throw new InvalidOperationException("the pipeline wrote before the headroom of a frame");
        new Span<byte>(_frames + offset - headroom, headroom + frame.Length).Fill(Untouched);
        return batch[0];
    }

    public PacketSlot Process(FrameBuilder frame) => Process(frame.Build());

    private void SetWays(Adjacency way, EgressLink[] links) => Tables.BuildWithAdjacencies(
        new Dictionary<IpAddress, Adjacency> { [Web01] = way with { Destination = Web01Mac }, [Web02] = way with { Destination = Web02Mac } }, links);

    public void Dispose()
    {
        NativeMemory.AlignedFree(_frames);
        NativeMemory.AlignedFree(_flowMemory);
    }
}
