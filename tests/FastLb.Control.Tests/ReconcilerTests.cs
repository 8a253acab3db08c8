using System.Collections.Concurrent;
using System.Net;
using FastLb.Configuration;
using FastLb.Configuration.Model;
using FastLb.Control.Engines;
using FastLb.Control.Network;
using FastLb.Control.Vrrp;
using FastLb.DataplaneChannel.Messages;
using FastLb.HealthChecks;
using FastLb.HealthChecks.Pools;
using FastLb.Native.Tests.Namespaces;
using FastLb.Netlink;
using FastLb.Runtime;
using FastLb.Runtime.Tests;
using FastLb.VrrpChannel;
using ForwardingMethod = FastLb.DataplaneChannel.Messages.ForwardingMethod;
using NeighbourState = FastLb.DataplaneChannel.Messages.NeighbourState;

namespace FastLb.Control.Tests;

/// <summary>The compiler and the reconciler on the kernel of a namespace: <c>near</c> has 192.0.2.1/24, and no neighbour there answers.</summary>
public sealed class ReconcilerTests : IAsyncDisposable
{
    private const string Text =
        """
        vrrp_instance VI_1 {
          interface near
          virtual_router_id 51
          virtual_ipaddress {
            192.0.2.100/32
          }
        }
        virtual_server 192.0.2.100 80 {
          lb_algo wrr
          lb_kind DR
          protocol TCP
          real_server 192.0.2.7 80 {
            weight 3
          }
          real_server 198.51.100.8 80 {
          }
        }
        virtual_server 192.0.2.200 53 {
          lb_algo rr
          lb_kind DR
          protocol UDP
          sorry_server 192.0.2.9 53
          real_server 192.0.2.10 53 {
            weight 4
          }
        }
        """;

    private static readonly IPAddress Moved = IPAddress.Parse("192.0.2.100");

    private readonly TemporaryFolder _folder = new();
    private readonly NetworkNamespace _namespace = new();
    private readonly RecordingLog _log = new();
    private readonly RecordingEngine _engine = new();
    private readonly Rtnetlink _kernel;
    private readonly DirectorConfiguration _configuration;
    private readonly DirectorHealth _health;
    private readonly DesiredStateCompiler _compiler;
    private readonly VrrpFollower _vrrp;

    public ReconcilerTests()
    {
        _namespace.Run("ip", "link add near type veth peer name far");
        _namespace.Run("ip", "link set near up");
        _namespace.Run("ip", "link set far up");
        _namespace.Run("ip", "address add 192.0.2.1/24 dev near");
        _namespace.Run("ip", "neighbour add 192.0.2.7 lladdr 02:00:00:00:00:07 dev near nud permanent");
        _kernel = _namespace.Invoke(Rtnetlink.Open);
        ConfigurationResult result = ConfigurationLoader.Parse(Text, "test.conf");
        Assert.True(result.CanRun, string.Join('\n', result.Diagnostics));
        _configuration = result.Configuration!;
        _health = new DirectorHealth(_configuration.VirtualServers, new DirectorHealthOptions { Clock = TimeProvider.System, Random = new Random(1) });
        _compiler = new DesiredStateCompiler(_configuration, _kernel, _log);
        _vrrp = new VrrpFollower(SocketPath, TimeProvider.System, _log);
    }

    private string SocketPath => _folder.File("vrrp.sock");

    [Fact]
    public void Service_on_an_address_that_vrrp_moves_is_steered_while_it_is_held_and_others_always()
    {
        Assert.Equal([false, true], Steered(null));
        Assert.Equal([false, true], Steered(new HashSet<IPAddress>()));
        Assert.Equal([false, true], Steered(new HashSet<IPAddress> { IPAddress.Parse("192.0.2.200") }));
        Assert.Equal([true, true], Steered(new HashSet<IPAddress> { Moved }));
    }

    [Fact]
    public void Services_and_servers_are_those_of_the_file_in_its_order()
    {
        IReadOnlyList<DesiredService> services = _compiler.Compile(_health.Pools.Services, null);

        Assert.Equal(
            [
                (Moved, DataplaneChannel.Messages.TransportProtocol.Tcp, (ushort)80, "wrr"),
                (IPAddress.Parse("192.0.2.200"), DataplaneChannel.Messages.TransportProtocol.Udp, (ushort)53, "rr"),
            ],
            services.Select(service => (service.Address, service.Protocol, service.Port, service.Scheduler)));
        Assert.Equal([new DesiredServer(IPAddress.Parse("192.0.2.7"), 80, 3, ForwardingMethod.DirectRouting), new DesiredServer(IPAddress.Parse("198.51.100.8"), 80, 1, ForwardingMethod.DirectRouting)], services[0].Servers);
        Assert.Equal([new DesiredServer(IPAddress.Parse("192.0.2.10"), 53, 4, ForwardingMethod.DirectRouting)], services[1].Servers);
    }

    [Fact]
    public void Sorry_server_takes_the_place_of_servers_that_have_failed()
    {
        ValueList<VirtualServer> services = _configuration.VirtualServers;
        ServicePool[] pools = [ServicePool.Compute(services[0], [false, true], true), ServicePool.Compute(services[1], [false], true)];

        IReadOnlyList<DesiredService> desired = _compiler.Compile(pools, null);

        Assert.Equal([new DesiredServer(IPAddress.Parse("198.51.100.8"), 80, 1, ForwardingMethod.DirectRouting)], desired[0].Servers);
        Assert.Equal([new DesiredServer(IPAddress.Parse("192.0.2.9"), 53, 1, ForwardingMethod.DirectRouting)], desired[1].Servers);
    }

    [Fact]
    public void Ways_are_wanted_to_all_servers_of_the_file_sorry_servers_included() =>
        Assert.Equal(["192.0.2.7", "198.51.100.8", "192.0.2.10", "192.0.2.9"], _compiler.ConfiguredServers.Select(server => server.ToString()));

    [Fact]
    public void Interfaces_are_those_of_virtual_addresses_default_routes_and_ways_each_once()
    {
        int near = _kernel.Links.Find("near")!.Index;
        Assert.Equal(["near"], _compiler.FindInterfaces(new AdjacencyState([])).Select(link => link.Name));

        _namespace.Run("ip", "link add out type veth peer name out-peer");
        _namespace.Run("ip", "link set out up");
        _namespace.Run("ip", "address add 203.0.113.1/24 dev out");
        _namespace.Run("ip", "route add default via 203.0.113.254");
        int lo = _kernel.Links.Find("lo")!.Index;
        var ways = new AdjacencyState([Way(near), Way(lo), Way(0)]);

        Assert.Equal(["near", "out"], _compiler.FindInterfaces(ways).Select(link => link.Name));
        Assert.All(_compiler.FindInterfaces(ways), link => Assert.Equal(_kernel.Links.Find(link.Index)!.Mac!.ToString(), link.Mac.Replace(":", "", StringComparison.Ordinal).ToUpperInvariant()));
    }

    [Fact]
    public void Interface_to_which_somebody_else_has_given_a_services_address_is_among_them()
    {
        _namespace.Run("ip", "link add outer type veth peer name outer-peer");
        _namespace.Run("ip", "address add 192.0.2.200/32 dev lo");
        Assert.Equal(["near"], _compiler.FindInterfaces(new AdjacencyState([])).Select(link => link.Name));

        _namespace.Run("ip", "address add 192.0.2.200/32 dev outer");

        Assert.Equal(["near", "outer"], _compiler.FindInterfaces(new AdjacencyState([])).Select(link => link.Name));
    }

    [Fact]
    public void Interface_stays_among_them_when_the_way_over_it_goes_until_it_is_gone_itself()
    {
        _namespace.Run("ip", "link add side type veth peer name side-peer");
        var way = new AdjacencyState([Way(_kernel.Links.Find("side")!.Index)]);
        Assert.Equal(["near", "side"], _compiler.FindInterfaces(way).Select(link => link.Name));

        Assert.Equal(["near", "side"], _compiler.FindInterfaces(new AdjacencyState([Way(0)])).Select(link => link.Name));
        _namespace.Run("ip", "link delete side");
        Assert.Equal(["near"], _compiler.FindInterfaces(new AdjacencyState([Way(0)])).Select(link => link.Name));
    }

    [Fact]
    public async Task Nothing_is_applied_again_while_nothing_changes()
    {
        Reconciler reconciler = Make(null);

        for (int i = 0; i < 3; i++)
            await reconciler.Synchronise(TestContext.Current.CancellationToken);

        Assert.Equal([1], _engine.States.Select(state => state.Generation));
        Assert.Equal(
            [("192.0.2.7", NeighbourState.Resolved), ("198.51.100.8", NeighbourState.Unreachable)],
            _engine.Adjacencies[^1].Servers.Take(2).Select(way => ($"{way.Server}", way.State)));
    }

    [Fact]
    public async Task State_goes_on_from_the_generation_of_an_earlier_process()
    {
        Reconciler reconciler = Make(null);
        reconciler.Adopt(41);

        await reconciler.Synchronise(TestContext.Current.CancellationToken);

        Assert.Equal([42], _engine.States.Select(state => state.Generation));
    }

    [Fact]
    public async Task Change_of_an_interface_is_applied_as_the_next_generation()
    {
        Reconciler reconciler = Make(null);
        await reconciler.Synchronise(TestContext.Current.CancellationToken);

        _namespace.Run("ip", "link set near address 02:00:00:00:00:99");
        await reconciler.Synchronise(TestContext.Current.CancellationToken);

        Assert.Equal([1, 2], _engine.States.Select(state => state.Generation));
        Assert.Equal("02:00:00:00:00:99", _engine.States[^1].Interfaces[0].Mac);
    }

    [Fact]
    public async Task Way_that_changes_is_told_once()
    {
        var changed = new ConcurrentQueue<ServerAdjacency>();
        var reconciler = new Reconciler(_engine, _compiler, Resolver(), new NeighbourMoves(_kernel), _health, null, _log) { AdjacencyChanged = changed.Enqueue };
        await reconciler.Synchronise(TestContext.Current.CancellationToken);
        changed.Clear();

        _namespace.Run("ip", "neighbour replace 192.0.2.7 lladdr 02:00:00:00:00:08 dev near nud permanent");
        await reconciler.Synchronise(TestContext.Current.CancellationToken);
        await reconciler.Synchronise(TestContext.Current.CancellationToken);

        Assert.Equal("02:00:00:00:00:08", Assert.Single(changed, way => $"{way.Server}" == "192.0.2.7").Mac);
        Assert.Single(_engine.States);
    }

    [Fact]
    public async Task Client_that_moves_is_followed_where_replies_pass_this_host_and_its_router_is_kept_known()
    {
        _namespace.Run("ip", "route add 203.0.113.0/24 via 192.0.2.254");
        _namespace.Run("ip", "neighbour add 192.0.2.50 lladdr 02:00:00:00:00:50 dev near nud reachable");
        Reconciler direct = Make(null), translating = MakeTranslating();
        await direct.Synchronise(TestContext.Current.CancellationToken);
        Assert.Null(Router());
        await translating.Synchronise(TestContext.Current.CancellationToken);
        Assert.NotNull(Router());

        _namespace.Run("ip", "neighbour replace 192.0.2.50 lladdr 02:00:00:00:00:51 dev near nud reachable");
        await direct.Synchronise(TestContext.Current.CancellationToken);
        Assert.Empty(_engine.Moves);
        await translating.Synchronise(TestContext.Current.CancellationToken);
        await translating.Synchronise(TestContext.Current.CancellationToken);

        NeighbourMove move = Assert.Single(_engine.Moves);
        Assert.Equal(("02:00:00:00:00:50", "02:00:00:00:00:51"), (move.From, move.To));

        NeighbourInfo? Router() => _kernel.Neighbours.Find(_kernel.Links.Find("near")!.Index, IPAddress.Parse("192.0.2.254"));
    }

    [Fact]
    public async Task State_that_the_engine_refuses_is_tried_again()
    {
        _engine.Refusals = 2;
        Reconciler reconciler = Make(null);

        await Assert.ThrowsAsync<DirectorException>(() => reconciler.Synchronise(TestContext.Current.CancellationToken));
        Assert.Empty(_engine.Adjacencies);
        await Assert.ThrowsAsync<DirectorException>(() => reconciler.Synchronise(TestContext.Current.CancellationToken));
        await reconciler.Synchronise(TestContext.Current.CancellationToken);
        await reconciler.Synchronise(TestContext.Current.CancellationToken);

        Assert.Equal([1, 1, 1], _engine.States.Select(state => state.Generation));
        Assert.NotEmpty(_engine.Adjacencies);
    }

    [Fact]
    public async Task State_accepted_last_is_applied_again_after_another_one_was_refused()
    {
        Reconciler reconciler = Make(null);
        await reconciler.Synchronise(TestContext.Current.CancellationToken);
        DesiredInterface accepted = _engine.States[^1].Interfaces[0];
        _engine.Refusals = 1;
        _namespace.Run("ip", "link set near address 02:00:00:00:00:99");
        await Assert.ThrowsAsync<DirectorException>(() => reconciler.Synchronise(TestContext.Current.CancellationToken));

        _namespace.Run("ip", $"link set near address {accepted.Mac}");
        await reconciler.Synchronise(TestContext.Current.CancellationToken);
        await reconciler.Synchronise(TestContext.Current.CancellationToken);

        Assert.Equal([accepted.Mac, "02:00:00:00:00:99", accepted.Mac], _engine.States.Select(state => state.Interfaces[0].Mac));
    }

    [Fact]
    public async Task Ways_accepted_last_are_told_again_after_others_were_refused()
    {
        Reconciler reconciler = Make(null);
        await reconciler.Synchronise(TestContext.Current.CancellationToken);
        _engine.AdjacencyRefusals = 1;
        _namespace.Run("ip", "neighbour replace 192.0.2.7 lladdr 02:00:00:00:00:08 dev near nud permanent");
        await Assert.ThrowsAsync<DirectorException>(() => reconciler.Synchronise(TestContext.Current.CancellationToken));

        _namespace.Run("ip", "neighbour replace 192.0.2.7 lladdr 02:00:00:00:00:07 dev near nud permanent");
        await reconciler.Synchronise(TestContext.Current.CancellationToken);
        await reconciler.Synchronise(TestContext.Current.CancellationToken);

        Assert.Equal(
            ["02:00:00:00:00:07", "02:00:00:00:00:08", "02:00:00:00:00:07"], _engine.Adjacencies.Take(3).Select(ways => ways.Servers.Single(way => $"{way.Server}" == "192.0.2.7").Mac));
    }

    [Fact]
    public async Task Loop_goes_on_after_a_refusal_and_acts_when_woken()
    {
        _engine.Refusals = 1;
        Reconciler reconciler = Make(null);
        using var stop = new CancellationTokenSource();
        Task running = reconciler.Run(stop.Token);

        reconciler.Wake();
        await Eventually.Reached(() => _engine.States.Count == 1);
        reconciler.Wake();
        await Eventually.Reached(() => _engine.States.Count == 2);

        await stop.CancelAsync();
        await running.WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Report_of_vrrp_is_acknowledged_when_the_engine_has_its_services_and_not_before()
    {
        await using var vrrp = new FakePeer<VrrpMessage>(SocketPath, VrrpJson.Default.VrrpMessage, _ => null);
        Reconciler reconciler = Make(_vrrp);
        _vrrp.Start();
        await vrrp.Say(new VrrpReport(12, [Master()], null));
        await _vrrp.FirstReport.WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken);
        _engine.Refusals = 1;
        await Assert.ThrowsAsync<DirectorException>(() => reconciler.Synchronise(TestContext.Current.CancellationToken));
        _engine.Hold = new TaskCompletionSource();

        Task synchronising = reconciler.Synchronise(TestContext.Current.CancellationToken);
        await Eventually.Reached(() => _engine.States.Count == 2);
        await Task.Delay(100, TestContext.Current.CancellationToken);
        Assert.Empty(vrrp.Told);
        _engine.Hold.SetResult();
        await synchronising;

        await Eventually.Reached(() => vrrp.Told.Count == 1);
        Assert.Equal(new VrrpReportApplied(12), vrrp.Told[0]);
        Assert.True(_engine.States[^1].Services[0].IsSteered);
    }

    [Fact]
    public async Task Unchanged_state_is_acknowledged_as_well()
    {
        await using var vrrp = new FakePeer<VrrpMessage>(SocketPath, VrrpJson.Default.VrrpMessage, _ => null);
        Reconciler reconciler = Make(_vrrp);
        _vrrp.Start();
        await vrrp.Say(new VrrpReport(1, [Master()], null));
        await Eventually.Reached(() => _vrrp.Report.Sequence == 1);
        await reconciler.Synchronise(TestContext.Current.CancellationToken);
        await vrrp.Say(new VrrpReport(2, [Master()], null));
        await Eventually.Reached(() => _vrrp.Report.Sequence == 2);

        await reconciler.Synchronise(TestContext.Current.CancellationToken);

        await Eventually.Reached(() => vrrp.Told.Count == 2);
        Assert.Equal([new VrrpReportApplied(1), new VrrpReportApplied(2)], vrrp.Told);
        Assert.Single(_engine.States);
    }

    public async ValueTask DisposeAsync()
    {
        await _vrrp.DisposeAsync();
        _kernel.Dispose();
        _namespace.Dispose();
        _folder.Dispose();
    }

    private static VrrpInstanceStatus Master() => new(
        "VI_1", "near", 51, VrrpState.Master, default, "started", 100, 100, 1, null, null, [new VrrpAddressStatus(Moved, 32, "near", "held")],
        new VrrpCounters(0, 0, 0, new Dictionary<string, long>(), 0, 0))
    {
        Version = 2,
        Advertises = "multicast",
        Trackers = [],
    };

    private static ServerAdjacency Way(int interfaceIndex) => new(IPAddress.Loopback, NeighbourState.Pending, interfaceIndex, null, null, 0, null, null);

    private IEnumerable<bool> Steered(IReadOnlySet<IPAddress>? held) => _compiler.Compile(_health.Pools.Services, held).Select(service => service.IsSteered);

    private AdjacencyResolver Resolver() => new(_kernel, KernelJournal.Open(_folder.File("neighbours.json"), _kernel, _log), TimeProvider.System);

    private Reconciler MakeTranslating()
    {
        DirectorConfiguration configuration = ConfigurationLoader.Parse(Text.Replace("lb_kind DR", "lb_kind NAT", StringComparison.Ordinal), "test.conf").Configuration!;
        var health = new DirectorHealth(configuration.VirtualServers, new DirectorHealthOptions { Clock = TimeProvider.System, Random = new Random(1) });
        var compiler = new DesiredStateCompiler(configuration, _kernel, _log);
        return new Reconciler(_engine, compiler, Resolver(), new NeighbourMoves(_kernel), health, null, _log);
    }

    private Reconciler Make(VrrpFollower? vrrp) => new(_engine, _compiler, Resolver(), new NeighbourMoves(_kernel), _health, vrrp, _log);

    /// <summary>Keeps what it is told; refuses so many states first, and holds up the next while told to.</summary>
    private sealed class RecordingEngine : IForwardingEngine
    {
        private readonly ConcurrentQueue<DesiredState> _states = new();
        private readonly ConcurrentQueue<AdjacencyState> _adjacencies = new();
        private readonly ConcurrentQueue<NeighbourMove> _moves = new();

        public IReadOnlyList<DesiredState> States => [.. _states];

        public IReadOnlyList<AdjacencyState> Adjacencies => [.. _adjacencies];

        public IReadOnlyList<NeighbourMove> Moves => [.. _moves];

        public int Refusals { get; set; }

        public int AdjacencyRefusals { get; set; }

        public TaskCompletionSource? Hold { get; set; }

        public async Task Apply(DesiredState state, CancellationToken cancellation)
        {
            _states.Enqueue(state);
            if (Refusals > 0)
            {
                Refusals--;
                throw new DirectorException("refused");
            }

            if (Hold is { } hold)
                await hold.Task;
        }

        public Task Apply(AdjacencyState adjacencies, CancellationToken cancellation)
        {
            _adjacencies.Enqueue(adjacencies);
            return AdjacencyRefusals-- > 0 ? throw new DirectorException("refused") : Task.CompletedTask;
        }

        public Task Apply(NeighbourMove move, CancellationToken cancellation)
        {
            _moves.Enqueue(move);
            return Task.CompletedTask;
        }

        public Task<ExplainAnswer> Explain(PacketQuestion packet, CancellationToken cancellation) => throw new NotSupportedException("nobody asks");

        public Task<DataplaneStatus> ReadStatus(CancellationToken cancellation) => throw new NotSupportedException("nobody asks");

        public Task<ConnectionsAnswer> ReadConnections(long position, ConnectionFilter filter, CancellationToken cancellation) =>
            throw new NotSupportedException("nobody asks");
    }
}
