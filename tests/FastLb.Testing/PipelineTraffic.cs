using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastLb.Dataplane;
using FastLb.Dataplane.Flows;
using FastLb.Dataplane.Pipeline;
using FastLb.Dataplane.Services;
using FastLb.Wire;

namespace FastLb.Testing;

/// <summary>
/// Batch after batch of minimal frames for a pipeline, for allocation tests and benchmarks. Frames are written anew into the same chunks, as a NIC does, of which there are as many
/// as a ring has, so that they are in the cache when the pipeline gets them; flows are not, if there are many.
/// </summary>
public sealed unsafe class PipelineTraffic : IDisposable
{
    private const int Chunk = 2048, Chunks = 4096, Headroom = 256, FrameLength = 64;
    private const uint FirstClient = 0x0A000000;
    private const int PortsOfClient = 1024;

    private readonly byte* _memory = (byte*)NativeMemory.AlignedAlloc(Chunk * Chunks, 4096);
    private readonly void* _flowMemory;
    private readonly PacketSlot[] _slots = new PacketSlot[PacketPipeline.BatchSize];
    private readonly PacketPipeline _pipeline;
    private readonly ServiceTable _table;
    private readonly FlowTable _flows;
    private readonly byte[] _syn = TemplateOf(TcpFlags.Syn);
    private readonly byte[] _acknowledgment = TemplateOf(TcpFlags.Acknowledgment);
    private readonly int[] _order;
    private readonly int _newFlows;
    private int _next;
    private uint _chunk;

    /// <param name="flows">Established flows; a power of two.</param>
    /// <param name="method">How their packets get to the servers.</param>
    /// <param name="shuffled">Whether packets come in random order of their flows, rather than one flow after the other.</param>
    /// <param name="newFlows">Flows that there is room for besides.</param>
    public PipelineTraffic(int flows, ForwardingMethod method = ForwardingMethod.DirectRouting, bool shuffled = false, int newFlows = 0)
    {
        var frames = new FrameMemory((nint)_memory, Chunk * Chunks);
        int entries = (flows + newFlows) * (method == ForwardingMethod.AddressTranslation ? 2 : 1);
        nuint flowBytes = (nuint)FlowTableLayout.RequiredBytes(Math.Max(1024, entries));
        _flowMemory = NativeMemory.AlignedAlloc(flowBytes, 4096);
        NativeMemory.Clear(_flowMemory, flowBytes);
        _flows = FlowTable.Create((nint)_flowMemory, (long)flowBytes, Math.Max(1024, entries), new FlowHash(0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x27D4EB2F165667C5), Now);
        var tables = new ServiceTableBuilder(_flows.Servers);
        ushort port = method == ForwardingMethod.AddressTranslation ? (ushort)8080 : PipelineFixture.WebService.Port;
        tables.Build([new ServiceDefinition(PipelineFixture.WebService, "rr", [new(PipelineFixture.Web01, port, 1, method), new(PipelineFixture.Web02, port, 1, method)])], 0);
        Adjacency way = new(AdjacencyState.Resolved, 0, PipelineFixture.Web01Mac, PipelineFixture.DirectorMac, 1500, PipelineFixture.Director.V4);
        _table = tables.BuildWithAdjacencies(
            new Dictionary<IpAddress, Adjacency> { [PipelineFixture.Web01] = way, [PipelineFixture.Web02] = way with { Destination = PipelineFixture.Web02Mac } }, [PipelineFixture.Link]);
        _pipeline = new PacketPipeline(frames, _flows);
        _newFlows = newFlows;
        _order = [.. Enumerable.Range(0, flows)];
        Establish();
        if (shuffled)
            new Random(1).Shuffle(_order);
    }

    public static MonotonicTime Now { get; } = MonotonicTime.FromSeconds(10);

    /// <summary>Packets that were forwarded.</summary>
    public long Forwarded => _pipeline.Verdicts[VerdictReason.ForwardedDirect] + _pipeline.Verdicts[VerdictReason.ForwardedTranslated] + _pipeline.Verdicts[VerdictReason.ForwardedTunnel];

    /// <summary>The next batches of packets of established flows.</summary>
    public void RunEstablished(int batches)
    {
        for (int i = 0; i < batches; i++)
        {
            WriteEstablished();
            _pipeline.Process(_slots, _table, Now);
        }
    }

    /// <summary>The same without the pipeline: what the writing of the frames costs alone.</summary>
    public void WriteFramesAlone(int batches)
    {
        for (int i = 0; i < batches; i++)
            WriteEstablished();
    }

    /// <summary>One packet for each of the new flows, which are not there yet.</summary>
    public void RunNew()
    {
        for (int flow = 0; flow < _newFlows; flow += _slots.Length)
        {
            for (int place = 0; place < _slots.Length; place++)
                Write(place, _order.Length + flow + place, _syn);
            _pipeline.Process(_slots, _table, Now);
        }
    }

    /// <summary>Ends the new flows.</summary>
    public void EndNew()
    {
        for (int flow = 0; flow < _newFlows; flow++)
        {
            (uint address, ushort port) = ClientOf(_order.Length + flow);
            var key = new FlowKey(address, PipelineFixture.WebService.Address.V4, port, PipelineFixture.WebService.Port, IpProtocol.Tcp);
            uint index = _flows.Find(key, _flows.HashOf(key));
            if (index != 0)
                _flows.Remove(index);
        }
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(_memory);
        NativeMemory.AlignedFree(_flowMemory);
    }

    private static byte[] TemplateOf(TcpFlags flags) => new FrameBuilder { Client = IpAddress.FromV4(0), ClientPort = 0, Flags = flags }.Build();

    private static (uint Address, ushort Port) ClientOf(int flow) => (FirstClient + (uint)(flow / PortsOfClient), (ushort)(1024 + (flow % PortsOfClient)));

    private void Establish()
    {
        foreach (byte[] segment in (byte[][])[_syn, _acknowledgment])
        {
            for (int flow = 0; flow < _order.Length; flow += _slots.Length)
            {
                for (int place = 0; place < _slots.Length; place++)
                    Write(place, _order[(flow + place) & (_order.Length - 1)], segment);
                _pipeline.Process(_slots, _table, Now);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void WriteEstablished()
    {
        for (int place = 0; place < _slots.Length; place++)
            Write(place, _order[_next++ & (_order.Length - 1)], _acknowledgment);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Write(int place, int flow, byte[] template)
    {
        long offset = ((long)(_chunk++ % Chunks) * Chunk) + Headroom;
        Span<byte> frame = new(_memory + offset, FrameLength);
        template.AsSpan(0, FrameLength).CopyTo(frame);
        (uint address, ushort port) = ClientOf(flow);
        BinaryPrimitives.WriteUInt32BigEndian(frame[26..], address);
        BinaryPrimitives.WriteUInt16BigEndian(frame[34..], port);
        ushort checksum = BinaryPrimitives.ReadUInt16BigEndian(frame[24..]);
        BinaryPrimitives.WriteUInt16BigEndian(frame[24..], InternetChecksum.Update(checksum, InternetChecksum.Difference(0u, address)));
        _slots[place] = new PacketSlot { Offset = offset, Length = FrameLength, Headroom = Headroom };
    }
}
