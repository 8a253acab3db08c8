using FastLb.Configuration.Model;
using FastLb.Native.Tests.Namespaces;
using FastLb.Netlink;
using FastLb.Runtime.Tests;
using FastLb.Vrrp;
using FastLb.VrrpHost.Interfaces;

namespace FastLb.VrrpHost.Tests;

/// <summary>Two routers with real sockets and threads, in two namespaces that a veth pair joins.</summary>
public sealed class RouterPairTests : IDisposable
{
    // An election takes some four seconds of advertisement intervals; a machine may be busy.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly VethPair _pair = new();
    private readonly Stack _near;
    private readonly Stack _far;

    public RouterPairTests()
    {
        _pair.AwaitTraffic();
        _near = new Stack(_pair.Near, VethPair.NearName, priority: 150);
        _far = new Stack(_pair.Far, VethPair.FarName, priority: 100);
    }

    [Fact]
    public void Higher_priority_becomes_master_and_hands_over_when_it_stops()
    {
        Until(() => _near.Role == VrrpRole.Master && _far.Role == VrrpRole.Backup);
        Until(() => _far.Router.Snapshot.State.MasterPriority == 150);
        Assert.Equal(VethPair.NearAddress, $"{_far.Router.Snapshot.State.MasterAddress}");
        Assert.Equal(TransitionReason.MasterDown, _near.Router.Snapshot.State.LastReason);

        _near.Thread.Tell(_near.Router.Stop);

        Until(() => _far.Role == VrrpRole.Master);
        Assert.Equal((VrrpRole.Stopped, TransitionReason.MasterStopped), (_near.Role, _far.Router.Snapshot.State.LastReason));
        VrrpChannel.VrrpCounters counters = _far.Router.Counters.Read();
        Assert.True(counters.Received > 0, "advertisements were heeded");
        Assert.Equal((1, 0), (counters.BecameMaster, counters.Discarded.Values.Sum()));
    }

    [Fact]
    public void Router_with_a_unicast_time_to_live_of_zero_speaks_to_its_peer()
    {
        using var unicast = new Stack(_pair.Near, VethPair.NearName, priority: 255, $"unicast_ttl 0\n unicast_peer {{\n {VethPair.FarAddress}\n }}");
        Until(() => unicast.Role == VrrpRole.Master);
        Until(() => unicast.Router.Counters.Read().Sent > 1);
        Assert.Equal(0, unicast.Router.Counters.Read().SendFailures);
    }

    [Fact]
    public void Steps_of_the_time_of_day_change_nothing()
    {
        Until(() => _near.Role == VrrpRole.Master && _far.Role == VrrpRole.Backup);

        for (int days = -400; days <= 400; days += 200)
        {
            _near.Time.Step = TimeSpan.FromDays(days);
            _far.Time.Step = -_near.Time.Step;
            (long sent, long received) = (_near.Router.Counters.Read().Sent, _far.Router.Counters.Read().Received);
            Until(() => _near.Router.Counters.Read().Sent > sent && _far.Router.Counters.Read().Received > received);
            Assert.Equal((VrrpRole.Master, VrrpRole.Backup), (_near.Role, _far.Role));
        }

        Assert.Equal((1, 0), (_near.Router.Counters.Read().BecameMaster, _far.Router.Counters.Read().BecameMaster));
    }

    [Fact]
    public void Router_whose_link_goes_down_is_at_fault_and_comes_back_with_it()
    {
        Until(() => _near.Role == VrrpRole.Master);

        _pair.Near.Run("ip", "link set near down");

        Until(() => _near.Role == VrrpRole.Fault);
        Until(() => _far.Role == VrrpRole.Fault); // without carrier
        Assert.Equal(TransitionReason.InterfaceDown, _near.Router.Snapshot.State.LastReason);

        _pair.Near.Run("ip", "link set near up");

        Until(() => _near.Role == VrrpRole.Master && _far.Role == VrrpRole.Backup);
    }

    [Fact]
    public void Router_whose_interface_is_not_there_waits_for_it_and_comes_back_with_another_of_its_name()
    {
        using var late = new Stack(_pair.Near, "late", priority: 255);
        Until(() => late.Role == VrrpRole.Fault);
        Assert.Equal("there is no interface late", late.Router.Snapshot.Obstacle);

        for (int time = 0; time < 2; time++)
        {
            _pair.Near.Run("ip", "link add late type veth peer name late-peer");
            Until(() => late.Router.Snapshot.Obstacle == "late is down");
            _pair.Near.Run("ip", "link set late-peer up");
            _pair.Near.Run("ip", "link set late up");
            Until(() => late.Router.Snapshot.State.Faults == VrrpFaults.NoAddress);
            long sent = late.Router.Counters.Read().Sent;
            _pair.Near.Run("ip", "address add 198.51.100.1/24 dev late");
            Until(() => late.Role == VrrpRole.Master);
            Until(() => late.Router.Counters.Read().Sent > sent);

            _pair.Near.Run("ip", "link delete late");
            Until(() => late.Role == VrrpRole.Fault);
        }
    }

    public void Dispose()
    {
        _near.Dispose();
        _far.Dispose();
        _pair.Dispose();
    }

    private static void Until(Func<bool> reached) => Assert.True(SpinWait.SpinUntil(reached, Patience), "not reached");

    /// <summary>What runs one router, but for its addresses.</summary>
    private sealed class Stack : IDisposable
    {
        private readonly Rtnetlink _kernel;
        private readonly InterfaceWatch _watch;
        private readonly CancellationTokenSource _stopping = new();
        private readonly Task _watching;
        private Exception? _failure;

        public Stack(NetworkNamespace network, string nic, int priority, string lines = "")
        {
            DirectorConfiguration configuration = ConfigurationText.Parse(
                $"vrrp_instance VI_1 {{\n interface {nic}\n virtual_router_id 51\n priority {priority}\n {lines}\n virtual_ipaddress {{\n 192.0.2.100/32\n }}\n }}");
            VrrpInstance instance = configuration.VrrpInstances[0];
            var log = new RecordingLog();
            _kernel = network.Invoke(Rtnetlink.Open);
            _watch = network.Invoke(() => new InterfaceWatch(configuration, VirtualLinkPlan.Of(configuration.VrrpInstances), _kernel, TimeProvider.System, log));
            Router = network.Invoke(() => new Router(RouterDefinition.Of(instance, configuration), _watch.Read(instance), Time, _ => { }, (_, _) => { }));
            Thread = new RouterThread(new RouterSet(Router), fault => _failure = fault, log);
            Thread.Tell(Router.Start);
            network.Invoke(Thread.Start); // where it opens sockets on interfaces that come
            _watching = _watch.Run(new RouterSet(Router), Thread, _ => { }, log, _stopping.Token);
        }

        /// <summary>What its machine takes for the time of day.</summary>
        public SteppedTime Time { get; } = new();

        public Router Router { get; }

        public RouterThread Thread { get; }

        public VrrpRole Role => Router.Snapshot.State.Role;

        public void Dispose()
        {
            _stopping.Cancel();
            _watching.GetAwaiter().GetResult();
            Thread.Dispose();
            Router.Dispose();
            _watch.Dispose();
            _kernel.Dispose();
            _stopping.Dispose();
            Assert.Null(_failure);
        }
    }

    /// <summary>A time of day that somebody sets.</summary>
    private sealed class SteppedTime : TimeProvider
    {
        private long _step;

        public TimeSpan Step
        {
            get => TimeSpan.FromTicks(Interlocked.Read(ref _step));
            set => Interlocked.Exchange(ref _step, value.Ticks);
        }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Step;
    }
}
