using FastLb.Dataplane;
using FastLb.Dataplane.Flows;
using FastLb.Dataplane.Pipeline;
using FastLb.Dataplane.Services;
using FastLb.PacketIO.InMemory;
using FastLb.Testing;
using FastLb.Wire;
using Xunit;

namespace FastLb.PacketIO.Tests.Workers;

/// <summary>Workers that pass frames on to one another, their rounds run by turns on the test's thread.</summary>
public sealed class WorkerGroupTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Every_flow_is_on_its_owner_alone_and_leaves_by_the_owners_queue_wherever_its_frames_come_in(int workers)
    {
        using InMemoryWorkers lab = new(workers, serverQueues: workers);
        ushort[] ports = [.. Enumerable.Range(20_000, 90).Select(port => (ushort)port)];
        int foreign = 0;
        for (int queue = 0; queue < workers; queue++)
        {
            foreach (ushort port in ports)
            {
                TcpFlags flags = queue == 0 ? TcpFlags.Syn : TcpFlags.Acknowledgment;
                Assert.True(lab.Clients[queue].TryDeliver(new FrameBuilder { ClientPort = port, Flags = flags }.Build()));
                foreign += InMemoryWorkers.OwnerOf(port, workers) == queue ? 0 : 1;
            }

            lab.RunRounds();
        }

        for (int worker = 0; worker < workers; worker++)
        {
            int owned = ports.Count(port => InMemoryWorkers.OwnerOf(port, workers) == worker);
            Assert.Equal(owned, lab.Flows.Tables[worker].Count);
            Assert.Equal(owned * workers, InMemoryWorkers.TakeAll(lab.Servers[worker]).Count(frame => InMemoryWorkers.OwnerOf(ClientPortOf(frame), workers) == worker));
        }

        Assert.Equal(foreign, lab.Group.Workers.Sum(worker => worker.HandedOver));
        Assert.Equal(ports.Length * workers, lab.Count(VerdictReason.ForwardedDirect));
        Assert.Equal(ports.Length * workers, Enum.GetValues<VerdictReason>().Sum(lab.Count));
        AssertServersShareTheFlows(lab, ports.Length, workers);
        lab.AssertAllChunksComeHome();
    }

    /// <summary>All flows that a busy worker has end at once: no round between two batches looks at many of them.</summary>
    [Fact]
    public void Flows_that_end_all_at_once_hold_up_no_packets()
    {
        const int flows = 3000, atOnce = 32;
        using InMemoryWorkers lab = new(workers: 1, serverQueues: 1);
        FlowTable table = lab.Flows.Tables[0];
        uint tick = (uint)(InMemoryWorkers.Now.Nanoseconds / 125_000_000);
        for (uint number = 0; number < flows; number++)
        {
            FlowKey key = new(number, PipelineFixture.WebService.Address.V4, 7, 80, IpProtocol.Tcp);
            uint index = table.Insert(key, table.HashOf(key), 0, tick + 1);
            table.Advance(index, ref table.Entry(index), FlowState.Established, tick + 1);
        }

        MonotonicTime later = InMemoryWorkers.Now + TimeSpan.FromSeconds(1);
        int rounds = 0;
        for (int left = flows; left > 0; rounds++)
        {
            for (int frame = 0; frame < atOnce; frame++)
                Assert.True(lab.Clients[0].TryDeliver(new FrameBuilder().Build()));
            lab.Group.Workers[0].Round(later);
            Assert.Equal(atOnce, InMemoryWorkers.TakeAll(lab.Servers[0]).Count);
            Assert.InRange(left - (table.Count - 1), 0, 64 + atOnce);
            left = table.Count - 1;
        }

        Assert.InRange(rounds, flows / (64 + atOnce), (flows / (64 + atOnce)) + 2);
    }

    /// <summary>A later fragment whose first one isn't known: its datagram may be the host's own.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Frame_that_is_the_kernels_is_given_back_on_the_port_that_it_came_in_by(int workers)
    {
        using InMemoryWorkers lab = new(workers, serverQueues: 1);
        byte[] frame = new FrameBuilder { FragmentField = 3, DontFragment = false }.Build();
        InMemoryLink last = lab.Clients[^1];
        Assert.True(last.TryDeliver(frame));
        lab.RunRounds();

        (byte[] returned, ushort port, _) = Assert.Single(lab.Kernel.Returned);
        Assert.Equal((Convert.ToHexString(frame), last.Port.Index), (Convert.ToHexString(returned), port));
        Assert.Equal(1, lab.Count(VerdictReason.FragmentUnmatched));

        lab.Kernel.IsRefusing = true;
        Assert.True(last.TryDeliver(frame));
        lab.RunRounds();

        Assert.Equal((1, 1), (lab.Count(VerdictReason.FragmentUnmatched), lab.Count(VerdictReason.PuntRefused)));
        lab.AssertAllChunksComeHome();
    }

    /// <summary>A NIC may look at the ports of a first fragment, which the later ones don't have.</summary>
    [Fact]
    public void Fragments_of_a_datagram_meet_whichever_queues_they_come_by()
    {
        const int datagrams = 40;
        using InMemoryWorkers lab = new(workers: 2, serverQueues: 2);
        for (uint client = 0; client < datagrams; client++)
        {
            FrameBuilder first = new() { Client = IpAddress.FromV4(0xCB007100 + client), FragmentField = 0x2000, DontFragment = false, Payload = 12 };
            Assert.True(lab.Clients[0].TryDeliver(first.Build()));
            lab.RunRounds();
            Assert.True(lab.Clients[1].TryDeliver((first with { FragmentField = 4, Flags = default }).Build()));
            lab.RunRounds();
        }

        Assert.Equal(0, lab.Count(VerdictReason.FragmentUnmatched));
        Assert.Equal(2 * datagrams, lab.Count(VerdictReason.ForwardedDirect));
        Assert.Equal(2 * datagrams, lab.Servers.Sum(server => InMemoryWorkers.TakeAll(server).Count));
        Assert.Equal(datagrams, lab.Flows.Tables.Sum(table => table.Count));
        Assert.All(lab.Flows.Tables, table => Assert.NotEqual(0, table.Count));
        lab.AssertAllChunksComeHome();
    }

    [Fact]
    public void Worker_without_a_queue_of_the_interface_sends_by_the_worker_that_has_one()
    {
        using InMemoryWorkers lab = new(workers: 2, serverQueues: 1);
        foreach (ushort port in InMemoryWorkers.PortsOwnedBy(1, workers: 2).Take(50))
            Assert.True(lab.Clients[1].TryDeliver(new FrameBuilder { ClientPort = port }.Build()));
        lab.RunRounds();

        Assert.Equal(50, lab.Flows.Tables[1].Count);
        Assert.Equal(0, lab.Group.Workers.Sum(worker => worker.HandedOver));
        Assert.Equal(50, InMemoryWorkers.TakeAll(lab.Servers[0]).Count);
        Assert.Equal(50, lab.Verdicts[1][VerdictReason.ForwardedDirect]);
        lab.AssertAllChunksComeHome();
    }

    [Fact]
    public void Answers_to_a_client_leave_by_the_owners_queue_of_the_clients_interface()
    {
        using InMemoryWorkers lab = new(workers: 2, serverQueues: 2);
        ushort port = InMemoryWorkers.PortsOwnedBy(1, workers: 2).First();
        Assert.True(lab.Clients[0].TryDeliver(new FrameBuilder { ClientPort = port, TimeToLive = 1 }.Build()));
        lab.RunRounds();

        Assert.Equal(1, lab.Count(VerdictReason.TtlExpired));
        Assert.Empty(InMemoryWorkers.TakeAll(lab.Clients[0]));
        Assert.Single(InMemoryWorkers.TakeAll(lab.Clients[1]));
        lab.AssertAllChunksComeHome();
    }

    [Theory]
    [InlineData(2, VerdictReason.ForwardedDirect)] // the ring to the owner of the flow
    [InlineData(1, VerdictReason.HandOverRingFull)] // and then the ring to the owner of the port
    public void Frames_for_which_a_ring_has_no_room_are_dropped_counted_and_their_chunks_come_home(int serverQueues, VerdictReason ofOwner)
    {
        const int ringSize = 8;
        using InMemoryWorkers lab = new(workers: 2, serverQueues, ringSize);
        foreach (ushort port in InMemoryWorkers.PortsOwnedBy(1, workers: 2).Take(40))
            Assert.True(lab.Clients[0].TryDeliver(new FrameBuilder { ClientPort = port }.Build()));
        lab.Group.Workers[0].Round(InMemoryWorkers.Now);
        Assert.Equal((ringSize, 32), (lab.Group.Workers[0].HandedOver, lab.Verdicts[0][VerdictReason.HandOverRingFull]));
        Assert.Equal(2 * InMemoryWorkers.ChunksPerWorker, lab.ChunksAccountedFor());

        if (serverQueues == 1)
        {
            // Worker 1 has frames of its own as well, more than fit into the ring to worker 0, who has the only port for them.
            foreach (ushort port in InMemoryWorkers.PortsOwnedBy(1, workers: 2).Skip(40).Take(5))
                Assert.True(lab.Clients[1].TryDeliver(new FrameBuilder { ClientPort = port }.Build()));
        }

        lab.Group.Workers[1].Round(InMemoryWorkers.Now);
        lab.RunRounds();
        Assert.Equal(serverQueues == 1 ? 5 : 8, lab.Verdicts[1][ofOwner]);
        Assert.Equal(8, InMemoryWorkers.TakeAll(lab.Servers[serverQueues - 1]).Count);
        lab.AssertAllChunksComeHome();
    }

    [Fact]
    public void Frame_that_waits_at_the_owner_for_a_neighbour_leaves_when_it_is_resolved()
    {
        using InMemoryWorkers lab = new(workers: 2, serverQueues: 2, ways: AdjacencyState.Pending);
        ushort port = InMemoryWorkers.PortsOwnedBy(1, workers: 2).First();
        Assert.True(lab.Clients[0].TryDeliver(new FrameBuilder { ClientPort = port }.Build()));
        lab.RunRounds();
        Assert.Equal((2 * InMemoryWorkers.ChunksPerWorker) - 1, lab.ChunksAccountedFor()); // the worker holds it

        lab.Group.Publish(lab.SetWays(AdjacencyState.Resolved));
        lab.RunRounds();
        Assert.Single(InMemoryWorkers.TakeAll(lab.Servers[1]));
        lab.AssertAllChunksComeHome();
    }

    [Fact]
    public void Frames_between_workers_and_frames_that_wait_are_brought_to_an_end_when_the_workers_have_stopped()
    {
        using InMemoryWorkers lab = new(workers: 2, serverQueues: 1);
        foreach (ushort port in InMemoryWorkers.PortsOwnedBy(1, workers: 2).Take(20))
            Assert.True(lab.Clients[0].TryDeliver(new FrameBuilder { ClientPort = port }.Build()));
        lab.Group.Workers[0].Round(InMemoryWorkers.Now);
        Assert.Equal(20, lab.Mesh.Departed(0));

        lab.Group.Settle();
        Assert.Equal(20, lab.Count(VerdictReason.ForwardedDirect));
        lab.Servers[0].Port.Flush();
        Assert.Equal(20, InMemoryWorkers.TakeAll(lab.Servers[0]).Count);
        lab.AssertAllChunksComeHome();

        lab.Group.Publish(lab.SetWays(AdjacencyState.Pending));
        Assert.True(lab.Clients[0].TryDeliver(new FrameBuilder { ClientPort = InMemoryWorkers.PortsOwnedBy(1, workers: 2).First() }.Build()));
        lab.RunRounds();
        lab.Group.Settle();
        Assert.Equal(1, lab.Count(VerdictReason.AdjacencyUnresolved));
        lab.AssertAllChunksComeHome();
    }

    [Fact]
    public void Generation_is_acknowledged_when_the_last_worker_has_taken_it_up()
    {
        using InMemoryWorkers lab = new(workers: 2, serverQueues: 2);
        lab.RunRounds();
        long before = lab.Group.AcknowledgedGeneration;
        ServiceTable table = lab.SetWays(AdjacencyState.Resolved);
        lab.Group.Publish(table);
        lab.Group.Workers[0].Round(InMemoryWorkers.Now);
        Assert.Equal(before, lab.Group.AcknowledgedGeneration);
        lab.Group.Workers[1].Round(InMemoryWorkers.Now);
        Assert.Equal(table.Generation, lab.Group.AcknowledgedGeneration);
    }

    [Fact]
    public void Passing_frames_on_allocates_nothing()
    {
        using InMemoryWorkers lab = new(workers: 2, serverQueues: 1);
        byte[][] frames = [.. InMemoryWorkers.PortsOwnedBy(1, workers: 2).Take(32).Select(port => new FrameBuilder { ClientPort = port }.Build())];
        lab.PassOn(frames, 20);
        int rounds = 20;
        Assert.Equal(0, Allocations.Of(() =>
        {
            lab.PassOn(frames, 200);
            rounds += 200;
        }));
        Assert.Equal(rounds * 32, lab.Group.Workers[0].HandedOver);
    }

    private static void AssertServersShareTheFlows(InMemoryWorkers lab, int flows, int packetsPerFlow)
    {
        Assert.True(lab.Tables.Current.TryFindService(PipelineFixture.WebService, out VirtualService? service));
        Assert.Equal((flows, (long)flows * packetsPerFlow), (service.Counters.Connections, service.Counters.Packets));
        foreach (IpAddress address in new[] { PipelineFixture.Web01, PipelineFixture.Web02 })
        {
            (int active, int inactive, TrafficCounters counters) = lab.Tables.Usage(new ServerIdentity(PipelineFixture.WebService, address, 80));
            Assert.Equal((flows / 2, flows / 2), (active + inactive, (int)counters.Connections)); // round robin over all workers together
        }
    }

    private static ushort ClientPortOf(byte[] frame) => (ushort)((frame[34] << 8) | frame[35]);
}
