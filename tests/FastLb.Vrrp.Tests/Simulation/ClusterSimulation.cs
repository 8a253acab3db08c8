using FastLb.Wire;

namespace FastLb.Vrrp.Tests.Simulation;

/// <summary>
/// Routers on a segment under simulated time. All chance comes from one seed; what breaks an invariant ends the simulation with it.
/// </summary>
internal sealed class ClusterSimulation
{
    private const int MaximumEvents = 200_000;

    private readonly int _seed;
    private readonly PriorityQueue<Action, (TimeSpan At, long Order)> _events = new();
    private readonly DoubleMasterWatch _watch;
    private readonly long[] _timerGeneration;
    private readonly List<string> _history = [];
    private long _order;
    private int _count;

    public ClusterSimulation(int seed, bool allPreempt)
    {
        _seed = seed;
        Random = new Random(seed);
        Plan = ClusterPlan.Draw(Random, allPreempt);
        Routers = [.. Plan.Routers.Select((settings, i) => new SimulatedRouter(i, settings, TimeSpan.FromSeconds(Random.Next(1_000_000))))];
        Segment = new SimulatedSegment(Random, Routers.Length);
        _watch = new DoubleMasterWatch(Segment, Routers);
        _timerGeneration = new long[Routers.Length];
        foreach (VirtualRouterSettings s in Plan.Routers)
        {
            Note(
                $"{s.Name}: priority {s.Priority}, preempts {s.Preempts} after {s.PreemptDelay}, wishes {s.WishesToBeMaster}, "
                + $"start delay {s.StartDelay}, interval {s.AdvertisementInterval} x {s.DownTimerAdverts}");
        }
    }

    public Random Random { get; }

    public ClusterPlan Plan { get; }

    public SimulatedRouter[] Routers { get; }

    public SimulatedSegment Segment { get; }

    public TimeSpan Now { get; private set; }

    /// <summary>When somebody last became master.</summary>
    public TimeSpan LastTakeover { get; private set; }

    public int Takeovers { get; private set; }

    public int Adverts { get; private set; }

    public void At(TimeSpan when, Action action) => _events.Enqueue(action, (when, _order++));

    public void RunUntil(TimeSpan end)
    {
        while (_events.TryPeek(out _, out (TimeSpan At, long Order) next) && next.At <= end)
        {
            Action action = _events.Dequeue();
            Now = next.At;
            if (_watch.Longest(Now) > Plan.LongestDispute + Segment.MaximumDelay)
                Fail($"two masters hear each other for {_watch.Longest(Now)}");
            if (++_count > MaximumEvents)
                Fail("too much happens");
            action();
            _watch.Observe(Now);
        }

        Now = end;
    }

    /// <summary>
    /// Something about the segment, a priority or an address is another: what was true of masters until now tells nothing any more.
    /// </summary>
    public void Change(string what, Action change)
    {
        Note(what);
        change();
        _watch.Restart(Now);
    }

    public void Start(SimulatedRouter router)
    {
        router.Launch(Segment.LinkIsUp(router.Index), Now);
        router.ClearLeftovers();
        Step(router, VrrpInput.Start);
    }

    /// <summary>Whether a router could be master, by what has been done to it and not by what it thinks.</summary>
    public bool IsEligible(SimulatedRouter router) => router.IsRunning && router.Address is not null && Segment.LinkIsUp(router.Index);

    /// <summary>What a supervisor does with a process that has died: one that was master is told how long it has been silent.</summary>
    public void Restart(SimulatedRouter router)
    {
        if (!router.DiedAsMaster)
        {
            Start(router);
            return;
        }

        router.Launch(Segment.LinkIsUp(router.Index), Now);
        Step(router, VrrpInput.Resume(Now - router.LastAdvertAt!.Value));
    }

    public void Crash(SimulatedRouter router)
    {
        Note($"router {router.Index} crashes as {router.State.Role}");
        router.Crash();
    }

    /// <summary>Its process gets no time until then.</summary>
    public void Stall(SimulatedRouter router, TimeSpan until)
    {
        Note($"router {router.Index} stalls as {router.State.Role}");
        router.Stall();
        At(until, () => Change($"router {router.Index} goes on", () =>
        {
            if (router.IsStalled)
                router.CatchUp(() => Step(router, VrrpInput.TimerDue));
        }));
    }

    public void Stop(SimulatedRouter router)
    {
        Step(router, VrrpInput.Stop);
        router.Crash();
    }

    public void Step(SimulatedRouter router, VrrpInput input)
    {
        if (!router.IsRunning)
            return;
        if (router.IsStalled)
        {
            router.Waiting.Add(() => Step(router, input));
            return;
        }

        if (router.Step(input, Now) is { } fault)
            Fail($"router {router.Index} {fault} (on {input.Kind})");
        foreach (ref readonly VrrpEffect effect in router.Effects)
        {
            if (effect.Kind == VrrpEffectKind.SendAdvertisement)
                Send(router, effect.Priority, effect.Sequence);
            if (effect.Kind != VrrpEffectKind.RoleChanged)
                continue;
            Note($"router {router.Index}: {effect.From} to {effect.To}, {effect.Reason}");
            if (effect.To == VrrpRole.Master)
                (LastTakeover, Takeovers) = (Now, Takeovers + 1);
        }

        Arm(router);
    }

    public void Note(string what) => _history.Add($"{Now.TotalSeconds,12:F6} {what}");

    public void Fail(string what)
    {
        IEnumerable<string> history = _history.Take(Routers.Length).Concat(_history.Skip(Routers.Length).TakeLast(40));
        Assert.Fail($"Seed {_seed}, {Now.TotalSeconds:F6} s: {what}.\n{string.Join('\n', history)}");
    }

    private void Send(SimulatedRouter router, byte priority, uint sequence)
    {
        Adverts++;
        if (router.State.OwnAddress is not { } source)
            return;
        byte[] packet = new byte[AdvertisementFormat.PacketLengthOf(router.Settings)];
        AdvertisementFormat.WritePacket(packet, router.Settings, new AdvertisementRoute(priority, source, router.Settings.Group) { Sequence = sequence });
        foreach (SimulatedRouter other in Routers)
        {
            if (other != router && Segment.Carry(router.Index, other.Index) is { } delay)
                At(Now + delay, () => Deliver(other, packet));
        }
    }

    private void Deliver(SimulatedRouter router, byte[] packet)
    {
        if (!router.IsRunning || !Segment.LinkIsUp(router.Index))
            return;
        if (router.IsStalled)
        {
            router.Waiting.Add(() => Deliver(router, packet));
            return;
        }

        DiscardReason reason = router.Receive(packet, out VrrpAdvertisement advert);
        if (reason == DiscardReason.Replayed)
            return; // from one who has not heard yet how far the sequence numbers of authentication headers are; it will by the answer
        if (reason != DiscardReason.None || advert.AddressesDiffer)
            Fail($"router {router.Index} discards a good advertisement: {reason}");
        Step(router, VrrpInput.AdvertReceived(advert));
    }

    private void Arm(SimulatedRouter router)
    {
        long generation = ++_timerGeneration[router.Index];
        if (router.NextDeadline == VirtualRouterState.Never)
            return;
        At(router.NextDeadline, () =>
        {
            if (generation == _timerGeneration[router.Index] && !router.IsStalled)
                Step(router, VrrpInput.TimerDue);
        });
    }
}
