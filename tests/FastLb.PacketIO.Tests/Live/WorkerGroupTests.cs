using FastLb.Dataplane;
using FastLb.Dataplane.Flows;
using FastLb.Dataplane.Pipeline;
using FastLb.Dataplane.Services;
using FastLb.Native.Memory;
using FastLb.PacketIO.AfXdp;
using FastLb.PacketIO.Tests.Workers;
using FastLb.PacketIO.Workers;
using FastLb.Testing;
using FastLb.Wire;
using Xunit;

namespace FastLb.PacketIO.Tests.Live;

/// <summary>Two workers and the pipeline between a client and a server, by AF_XDP on veth pairs with several queues. Needs root.</summary>
[Collection(LiveCollection.Name)]
public sealed class WorkerGroupTests : IDisposable
{
    private const int Workers = 2;
    private const ushort Ipv4 = 0x0800;
    private const int Flows = 200;
    private const int FramesPerFlow = 20;
    private const int Window = 100;

    private static readonly FlowHash Hash = new(0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x27D4EB2F165667C5);

    private readonly NetworkNamespace _client = new("c");
    private readonly NetworkNamespace _director = new("d");
    private readonly NetworkNamespace _server = new("s");

    public void Dispose()
    {
        _client.Dispose();
        _director.Dispose();
        _server.Dispose();
    }

    [Theory]
    [InlineData(2, 2)]
    [InlineData(2, 1)] // worker 1 has no queue of the servers' interface
    [InlineData(1, 1)] // worker 1 has no queue at all
    [InlineData(4, 4)] // each worker has two
    public void Every_frame_is_forwarded_once_by_the_owner_of_its_flow_and_every_chunk_accounted_for(int clientQueues, int serverQueues)
    {
        NetworkNamespace.Join(_client, "c0", _director, "dc", clientQueues);
        NetworkNamespace.Join(_server, "s0", _director, "ds", serverQueues);
        InterfaceQueue[] queues = [.. PortWorker.QueuesOf(_director, "dc", clientQueues), .. PortWorker.QueuesOf(_director, "ds", serverQueues)];
        using RunningGroup group = new(_director, queues, egressPort: (ushort)clientQueues);
        int clientIndex = _client.InterfaceIndex("c0"), serverIndex = _server.InterfaceIndex("s0");
        using PacketSocket client = _client.Invoke(() => new PacketSocket(clientIndex, Ipv4));
        using PacketSocket server = _server.Invoke(() => new PacketSocket(serverIndex, Ipv4));

        Dictionary<ushort, int> received = [];
        for (int sent = 0; sent < Flows * FramesPerFlow; sent += Window)
        {
            for (int i = sent; i < sent + Window; i++)
            {
                TcpFlags flags = i < Flows ? TcpFlags.Syn : TcpFlags.Acknowledgment;
                client.Send(new FrameBuilder { ClientPort = ClientPort(i % Flows), Flags = flags }.Build());
            }

            for (int i = 0; i < Window; i++)
            {
                byte[] frame = server.Receive(milliseconds: 5000);
                Assert.True(frame.Length > 0, $"frame {sent + i} of {Flows * FramesPerFlow} did not come");
                ushort port = (ushort)((frame[34] << 8) | frame[35]);
                received[port] = received.GetValueOrDefault(port) + 1;
            }
        }

        Assert.Empty(server.Receive(milliseconds: 50));
        Assert.Equal(Flows, received.Count);
        Assert.All(received.Values, count => Assert.Equal(FramesPerFlow, count));
        FrameAccount running = group.ReadAccount();
        Assert.Equal(0, running.Lost);

        FrameAccount account = group.Stop(out bool quiet);
        Assert.True(quiet && account.IsBalanced && account.BetweenWorkers == 0, account.ToString());
        for (int worker = 0; worker < Workers; worker++)
        {
            int owned = Enumerable.Range(0, Flows).Count(flow => Hash.Choose(new FrameBuilder().Client.V4, ClientPort(flow), Workers) == worker);
            Assert.Equal(owned, group.Store.Tables[worker].Count);
            Assert.Equal(owned * FramesPerFlow, group.Verdicts[worker][VerdictReason.ForwardedDirect]);
        }

        Assert.Equal(Flows * FramesPerFlow, Enum.GetValues<VerdictReason>().Sum(reason => group.Verdicts.Sum(counters => counters[reason])));
        Assert.True(group.HandedOver > 0, "nothing was handed over");
    }

    [Theory]
    [InlineData(ForwardingMethod.DirectRouting, 2)]
    [InlineData(ForwardingMethod.AddressTranslation, 2)]
    [InlineData(ForwardingMethod.AddressTranslation, 1)] // worker 1 has no queue of the servers' interface
    [InlineData(ForwardingMethod.Tunnel, 2)]
    public void Jumbo_frames_and_small_ones_are_forwarded_with_checksums_right_and_every_chunk_accounted_for(ForwardingMethod method, int serverQueues)
    {
        const int mtu = 9000;
        NetworkNamespace.Join(_client, "c0", _director, "dc", 2, mtu);
        NetworkNamespace.Join(_server, "s0", _director, "ds", serverQueues, mtu);
        InterfaceQueue[] queues = [.. PortWorker.QueuesOf(_director, "dc", 2), .. PortWorker.QueuesOf(_director, "ds", serverQueues)];
        AfXdpOptions options = new() { Checksums = ChecksumOffloadMode.Software }; // the far end, on this host, would see the request and not the checksum
        using RunningGroup group = new(_director, queues, egressPort: 2, method, mtu, options);
        int clientIndex = _client.InterfaceIndex("c0"), serverIndex = _server.InterfaceIndex("s0");
        using PacketSocket client = _client.Invoke(() => new PacketSocket(clientIndex, Ipv4));
        using PacketSocket server = _server.Invoke(() => new PacketSocket(serverIndex, Ipv4));

        Random random = new(15);
        int large = 0;
        for (int sent = 0; sent < 2000; sent += Window)
        {
            for (int i = sent; i < sent + Window; i++)
            {
                client.Send(new FrameBuilder
                {
                    ClientPort = ClientPort(i % Window),
                    Flags = i < Window ? TcpFlags.Syn : TcpFlags.Acknowledgment,
                    Payload = i % 3 == 0 ? 8900 - 54 : random.Next(0, 8900),
                    PartialChecksum = i % 2 == 0,
                }.Build());
            }

            for (int i = 0; i < Window; i++)
            {
                byte[] frame = server.Receive(milliseconds: 5000);
                Assert.True(frame.Length > 0, $"frame {sent + i} did not come");
                Assert.True(Ipv4View.TryParse(frame.AsSpan(14), out Ipv4View ip) && ip.HasValidChecksum);
                if (method == ForwardingMethod.Tunnel)
                    Assert.True(Ipv4View.TryParse(ip.Payload, out ip) && ip.HasValidChecksum);
                Assert.Equal(method == ForwardingMethod.AddressTranslation ? PipelineFixture.Web01.V4 : new FrameBuilder().Service.V4, ip.Destination);
                Assert.Equal(0xFFFF, InternetChecksum.Fold(
                    (ulong)InternetChecksum.PseudoHeaderSum(ip.Source, ip.Destination, IpProtocol.Tcp, ip.PayloadLength) + InternetChecksum.Sum(ip.Payload)));
                for (int at = 20; at < ip.PayloadLength; at++)
                    Assert.Equal((byte)(at * 7), ip.Payload[at]);
                large += ip.TotalLength == 8900 - 14 ? 1 : 0;
            }
        }

        Assert.True(large >= 2000 / 3);
        Assert.True(group.HandedOver > 0, "nothing was handed over");
        Assert.Equal(0, group.ReadAccount().Lost);
        FrameAccount account = group.Stop(out bool quiet);
        Assert.True(quiet && account.IsBalanced && account.BetweenWorkers == 0, account.ToString());
    }

    private static ushort ClientPort(int flow) => (ushort)(20_000 + flow);

    /// <summary>The workers of a dataplane, on threads in a namespace.</summary>
    private sealed class RunningGroup : IDisposable
    {
        private const int Capacity = 4096;

        private readonly AnonymousMemory _flowMemory = AnonymousMemory.Allocate(FlowStore.RequiredBytes(Capacity));
        private readonly NetworkNamespace _space;
        private readonly AfXdpPortSet _set;
        private readonly List<RedirectProgram> _programs = [];
        private readonly WorkerGroup<AfXdpPort> _group;
        private readonly Thread[] _threads;
        private bool _stopped;

        public RunningGroup(
            NetworkNamespace space,
            IReadOnlyList<InterfaceQueue> queues,
            ushort egressPort,
            ForwardingMethod method = ForwardingMethod.DirectRouting,
            ushort mtu = 1500,
            AfXdpOptions? options = null)
        {
            _space = space;
            Store = FlowStore.Open(_flowMemory.Address, _flowMemory.Length, MonotonicTime.Zero, out _);
            Store.MakeTables(Workers, Capacity, Hash, new MonotonicTime(Environment.TickCount64 * 1_000_000));
            var tables = new ServiceTableBuilder(Store.Servers, Workers);
            tables.Build([new ServiceDefinition(PipelineFixture.WebService, "rr", [new(PipelineFixture.Web01, 80, 1, method)])], 0);
            ServiceTable table = tables.BuildWithAdjacencies(
                new Dictionary<IpAddress, Adjacency>
                {
                    [PipelineFixture.Web01] = new(AdjacencyState.Resolved, egressPort, PipelineFixture.Web01Mac, PipelineFixture.DirectorMac, mtu, PipelineFixture.Director.V4),
                }, []);
            _set = space.Invoke(() => Open(queues, options ?? new AfXdpOptions()));
            Verdicts = [new VerdictCounters(), new VerdictCounters()];
            WorkerParts<AfXdpPort>[] parts = [.. Enumerable.Range(0, Workers).Select(worker => new WorkerParts<AfXdpPort>(
                _set.PortsOf(worker),
                _set.Mesh.Pools[worker],
                new PacketPipeline(_set.Umem.Frames, Store.Tables[worker], Verdicts[worker], worker, Workers),
                Store.Tables[worker],
                new RecordingKernel()))];
            _group = new WorkerGroup<AfXdpPort>(_set.Mesh, parts, table);
            _threads = [.. _group.Workers.Select(worker => new Thread(worker.Run) { IsBackground = true })];
            foreach (Thread thread in _threads)
                thread.Start();
        }

        public FlowStore Store { get; }

        public VerdictCounters[] Verdicts { get; }

        public long HandedOver => _group.Workers.Sum(worker => worker.HandedOver);

        /// <summary>Where the chunks are, as the running workers see it one after the other.</summary>
        public FrameAccount ReadAccount() =>
            _group.InspectAll((worker, held) => _set.Account(worker, held)).WaitAsync(TimeSpan.FromSeconds(20)).Result.Aggregate((sum, next) => sum + next);

        public FrameAccount Stop(out bool quiet)
        {
            Halt();
            quiet = _set.Quiesce(TimeSpan.FromSeconds(5));
            return _set.Account(held: 0);
        }

        public void Dispose()
        {
            Halt();
            _set.Dispose();
            _group.Dispose();
            _flowMemory.Dispose();
        }

        private AfXdpPortSet Open(IReadOnlyList<InterfaceQueue> queues, AfXdpOptions options)
        {
            var set = AfXdpPortSet.Open(queues, options, Workers);
            foreach (IGrouping<int, AfXdpPort> ports in set.Ports.ToArray().GroupBy(port => port.InterfaceIndex))
            {
                RedirectProgram program = new(ports.Key, generic: false);
                _programs.Add(program);
                foreach (AfXdpPort port in ports)
                    program.Connect(port.Socket.Queue.Queue, port.Socket.Descriptor);
            }

            return set;
        }

        private void Halt()
        {
            if (_stopped)
                return;
            _stopped = true;
            _space.Start(() => _programs.ForEach(program => program.Dispose())).Join();
            _group.Stop();
            foreach (Thread thread in _threads)
                thread.Join();
            _group.Settle();
        }
    }
}
