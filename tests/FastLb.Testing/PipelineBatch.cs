using System.Runtime.InteropServices;
using FastLb.Dataplane;
using FastLb.Dataplane.Flows;
using FastLb.Dataplane.Pipeline;
using FastLb.Dataplane.Services;
using FastLb.Wire;

namespace FastLb.Testing;

/// <summary>A batch of frames of many established flows, processed over and over: for allocation tests and benchmarks.</summary>
public sealed unsafe class PipelineBatch : IDisposable
{
    private const int Chunk = 256;

    private readonly byte* _memory;
    private readonly void* _flowMemory;
    private readonly PacketSlot[] _slots;
    private readonly PacketPipeline _pipeline;
    private readonly FrameMemory _frames;
    private readonly ServiceTable _table;
    private readonly FlowTable _flows;
    private readonly int _frameCount;
    private int _next;

    /// <param name="batch">Frames per batch.</param>
    /// <param name="flows">Flows, made by one SYN each; a power of two.</param>
    public PipelineBatch(int batch, int flows)
    {
        _frameCount = flows;
        _slots = new PacketSlot[batch];
        nuint bytes = (nuint)Chunk * (nuint)flows;
        _memory = (byte*)NativeMemory.AlignedAlloc(bytes, 4096);
        _frames = new FrameMemory((nint)_memory, (long)bytes);
        int capacity = flows * 2;
        nuint flowBytes = (nuint)FlowTableLayout.RequiredBytes(capacity);
        _flowMemory = NativeMemory.AlignedAlloc(flowBytes, 4096);
        NativeMemory.Clear(_flowMemory, flowBytes);
        _flows = FlowTable.Create((nint)_flowMemory, (long)flowBytes, capacity, new FlowHash(0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x27D4EB2F165667C5), Now);
        var tables = new ServiceTableBuilder(_flows.Servers);
        tables.Build([new ServiceDefinition(PipelineFixture.WebService, "rr", [new(PipelineFixture.Web01, 80, 1), new(PipelineFixture.Web02, 80, 1)])], 0);
        _table = tables.BuildWithAdjacencies(new Dictionary<IpAddress, Adjacency>
        {
            [PipelineFixture.Web01] = new(AdjacencyState.Resolved, 0, PipelineFixture.Web01Mac, PipelineFixture.DirectorMac, 1500),
            [PipelineFixture.Web02] = new(AdjacencyState.Resolved, 0, PipelineFixture.Web02Mac, PipelineFixture.DirectorMac, 1500),
        },
        []);
        _pipeline = new PacketPipeline(_frames, _flows);
        WriteFrames();
        Run(Math.Max(1, flows / batch));
    }

    public static MonotonicTime Now { get; } = MonotonicTime.FromSeconds(10);

    /// <summary>Processes the next batches of frames; a frame's time to live is put back beforehand, as the NIC would bring a new frame.</summary>
    public void Run(int batches)
    {
        for (int i = 0; i < batches; i++)
        {
            for (int place = 0; place < _slots.Length; place++)
            {
                long offset = (long)Chunk * (_next++ & (_frameCount - 1));
                _slots[place] = new PacketSlot { Offset = offset + 64, Length = 64, Headroom = 64 };
                Restore(offset + 64);
            }

            _pipeline.Process(_slots, _table, Now);
        }
    }

    /// <summary>Forgets all flows, so that the next frames make new ones.</summary>
    public void EndFlows()
    {
        while (_flows.Count != 0)
            _flows.Expire(Now + TimeSpan.FromHours(1), int.MaxValue);
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(_memory);
        NativeMemory.AlignedFree(_flowMemory);
    }

    // Time to live 64 and the header checksum that goes with it; the checksum is kept in the chunk's first bytes.
    private void Restore(long offset)
    {
        _memory[offset + 22] = 64;
        _memory[offset + 24] = _memory[offset - 64];
        _memory[offset + 25] = _memory[offset - 63];
    }

    private void WriteFrames()
    {
        for (int i = 0; i < _frameCount; i++)
        {
            byte[] frame = new FrameBuilder { Client = IpAddress.FromV4(0x0A000000u + (uint)(i >> 8)), ClientPort = (ushort)(1024 + (i & 0xFF)) }.Build();
            long offset = ((long)Chunk * i) + 64;
            frame.CopyTo(_frames.Slice(offset, frame.Length));
            _memory[offset - 64] = frame[24];
            _memory[offset - 63] = frame[25];
        }
    }
}
