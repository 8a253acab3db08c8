using FastLb.Dataplane.Pipeline;
using FastLb.Dataplane.Services;
using FastLb.PacketIO.InMemory;
using FastLb.PacketIO.Tests.Segmentation;
using FastLb.Testing;
using FastLb.Wire;
using Xunit;

namespace FastLb.PacketIO.Tests.Workers;

/// <summary>Aggregates of TCP segments and what becomes of them; the chunks come home every time.</summary>
public sealed class AggregateTests
{
    private const ushort Mtu = 1500;
    private const int Ethernet = 14, Ip = 20, Headers = 40;
    private const int Payload = 64_000, SegmentSize = Mtu - Headers;
    private const int Segments = (Payload + SegmentSize - 1) / SegmentSize;
    private const int Chunks = (Ethernet + Headers + Payload + InMemoryWorkers.ChunkSize - InMemoryLink.Headroom - 1) / (InMemoryWorkers.ChunkSize - InMemoryLink.Headroom);

    [Theory]
    [InlineData(1, ForwardingMethod.DirectRouting)]
    [InlineData(1, ForwardingMethod.AddressTranslation)]
    [InlineData(1, ForwardingMethod.Tunnel)]
    [InlineData(2, ForwardingMethod.DirectRouting)] // decided by one worker, sent by the other
    [InlineData(2, ForwardingMethod.Tunnel)]
    public void Aggregate_leaves_in_segments_that_fit(int workers, ForwardingMethod method)
    {
        using InMemoryWorkers lab = new(workers, serverQueues: 1, method: method, mtu: Mtu, clientMtu: Mtu);
        int outer = method == ForwardingMethod.Tunnel ? Ip : 0;
        Admit(lab);
        byte[] sent = Aggregate(lab).Build();
        Assert.True(lab.Clients[0].TryDeliver(sent));
        lab.RunRounds();

        List<byte[]> segments = TakeAll(lab.Servers[0]);
        Assert.All(segments, segment => Assert.True(new SegmentReader(segment, Ethernet + outer).IsRight));
        Assert.All(segments, segment => Assert.True(SegmentReader.HasRightHeader(segment, Ethernet)));
        Assert.All(segments.SkipLast(1), segment => Assert.Equal(Ethernet + Mtu, segment.Length));
        Assert.Equal(sent[(Ethernet + Headers)..], segments.SelectMany(segment => segment[(Ethernet + outer + Headers)..]));
        Assert.Equal(2, lab.Verdicts.Sum(verdicts => verdicts[Forwarded(method)])); // the one that opened the connection, and the aggregate
        AssertAllChunksComeHome(lab);
    }

    [Fact]
    public void Aggregate_for_which_there_are_too_few_chunks_is_dropped_whole()
    {
        using InMemoryWorkers lab = new(workers: 1, serverQueues: 1, mtu: Mtu, clientMtu: Mtu);
        Admit(lab);
        int aggregates = 0;
        while (lab.Clients[0].TryDeliver(Aggregate(lab).Build()))
            aggregates++;
        int free = InMemoryWorkers.ChunksPerWorker - (aggregates * Chunks);
        int sent = 0;
        for (int left = aggregates; left > 0; left--)
        {
            sent += free >= Segments ? Segments : 0;
            free += Chunks - (free >= Segments ? Segments : 0);
        }

        lab.RunRounds();

        Assert.True(sent > 0 && sent < aggregates * Segments);
        Assert.Equal(sent, TakeAll(lab.Servers[0]).Count);
        Assert.Equal(aggregates - (sent / Segments), lab.Count(VerdictReason.OutOfChunks));
        AssertAllChunksComeHome(lab);
    }

    [Theory]
    [InlineData(PortCondition.Up, 10)] // no room
    [InlineData(PortCondition.Gone, 0)]
    public void What_a_transmit_queue_does_not_take_of_an_aggregate_is_freed(PortCondition condition, int expected)
    {
        using InMemoryWorkers lab = new(workers: 1, serverQueues: 1, mtu: Mtu, linkCapacity: 10, clientMtu: Mtu);
        Admit(lab);
        lab.Servers[0].Condition = condition;
        Assert.True(lab.Clients[0].TryDeliver(Aggregate(lab).Build()));
        lab.RunRounds();

        Assert.Equal(expected, TakeAll(lab.Servers[0]).Count);
        Assert.Equal(1, lab.Count(VerdictReason.TransmitRingFull));
        AssertAllChunksComeHome(lab);
    }

    [Fact]
    public void Aggregate_that_waited_for_a_neighbour_leaves_in_segments()
    {
        using InMemoryWorkers lab = new(workers: 1, serverQueues: 1, mtu: Mtu, clientMtu: Mtu);
        Admit(lab);
        lab.Group.Publish(lab.SetWays(AdjacencyState.Pending));
        Assert.True(lab.Clients[0].TryDeliver(Aggregate(lab).Build()));
        lab.RunRounds();
        Assert.Equal(InMemoryWorkers.ChunksPerWorker - Chunks, lab.ChunksAccountedFor());

        lab.Group.Publish(lab.SetWays(AdjacencyState.Resolved));
        lab.RunRounds();

        Assert.Equal(Segments, TakeAll(lab.Servers[0]).Count);
        AssertAllChunksComeHome(lab);
    }

    [Fact]
    public void Kernel_is_told_the_size_of_the_segments_of_an_aggregate_that_is_its_own()
    {
        using InMemoryWorkers lab = new(workers: 1, serverQueues: 1, method: ForwardingMethod.AddressTranslation, mtu: Mtu, clientMtu: Mtu);
        byte[] frame = (Aggregate(lab) with { Client = PipelineFixture.Web01, ClientPort = 50_000, Service = IpAddress.Parse("198.51.100.7") }).Build();
        Assert.True(lab.Servers[0].TryDeliver(frame));
        lab.RunRounds();

        Assert.Equal([(Convert.ToHexString(frame), SegmentSize)], lab.Kernel.Returned.Select(entry => (Convert.ToHexString(entry.Frame), entry.SegmentSize)));
        AssertAllChunksComeHome(lab);
    }

    [Fact]
    public void Frame_of_more_chunks_than_the_kernel_sends_as_one_is_dropped_for_that_reason()
    {
        using InMemoryWorkers lab = new(workers: 1, serverQueues: 1, mtu: 40_000);
        const int Part = InMemoryWorkers.ChunkSize - InMemoryLink.Headroom;
        foreach (int chunks in new[] { FrameChains.MostSentChunks, FrameChains.MostSentChunks + 1 })
            Assert.True(lab.Clients[0].TryDeliver((Aggregate(lab) with { Flags = TcpFlags.Syn, Payload = (chunks * Part) - Ethernet - Headers }).Build()));
        lab.RunRounds();

        Assert.Equal(FrameChains.MostSentChunks * Part, Assert.Single(TakeAll(lab.Servers[0])).Length);
        Assert.Equal(1, lab.Count(VerdictReason.TooManyChunks));
        AssertAllChunksComeHome(lab);
    }

    [Fact]
    public void Sending_segments_allocates_nothing()
    {
        using InMemoryWorkers lab = new(workers: 1, serverQueues: 1, mtu: Mtu, clientMtu: Mtu);
        Admit(lab);
        byte[] frame = Aggregate(lab).Build();
        int delivered = 0;
        PassOn(20);
        Assert.Equal(0, Allocations.Of(() => PassOn(200)));
        Assert.Equal(1 + delivered, lab.Count(VerdictReason.ForwardedDirect));

        void PassOn(int times)
        {
            for (int i = 0; i < times; i++)
            {
                delivered += lab.Clients[0].TryDeliver(frame) ? 1 : 0;
                lab.Group.Workers[0].Round(InMemoryWorkers.Now);
                lab.Servers[0].DiscardSent();
                lab.Group.Workers[0].Round(InMemoryWorkers.Now);
            }
        }
    }

    private static FrameBuilder Aggregate(InMemoryWorkers lab) => new()
    {
        ClientPort = InMemoryWorkers.PortsOwnedBy(lab.Group.Workers.Count - 1, lab.Group.Workers.Count).First(),
        Flags = TcpFlags.Acknowledgment,
        Payload = Payload,
    };

    private static void Admit(InMemoryWorkers lab)
    {
        Assert.True(lab.Clients[0].TryDeliver((Aggregate(lab) with { Flags = TcpFlags.Syn, Payload = 0 }).Build()));
        lab.RunRounds();
        Assert.Single(TakeAll(lab.Servers[0]));
        lab.RunRounds();
    }

    private static VerdictReason Forwarded(ForwardingMethod method) => method switch
    {
        ForwardingMethod.AddressTranslation => VerdictReason.ForwardedTranslated,
        ForwardingMethod.Tunnel => VerdictReason.ForwardedTunnel,
        _ => VerdictReason.ForwardedDirect,
    };

    private static void AssertAllChunksComeHome(InMemoryWorkers lab)
    {
        lab.RunRounds();
        lab.Mesh.BringChunksHome();
        Assert.All(lab.Mesh.Pools.ToArray(), pool => Assert.Equal(InMemoryWorkers.ChunksPerWorker, pool.Free));
    }

    private static List<byte[]> TakeAll(InMemoryLink link)
    {
        List<byte[]> frames = [];
        while (link.TakeSent() is { } frame)
            frames.Add(frame);
        return frames;
    }
}
