using FastLb.Wire;

namespace FastLb.Vrrp.Tests.Simulation;

/// <summary>
/// Nodes with a sync group each, whose members speak on segments of their own, under simulated time. All chance comes from one seed.
/// </summary>
internal sealed class GroupSimulation
{
    private readonly int _seed;
    private readonly Random _random;
    private readonly PriorityQueue<Action, (TimeSpan At, long Order)> _events = new();
    private readonly SimulatedSegment[] _segments;
    private readonly SimulatedRouter[][] _nodes; // a node's members
    private readonly long[][] _timerGeneration;
    private readonly bool[] _isFollowing;
    private readonly Queue<(int Member, VirtualRouterState Before, bool HeardLower)>[] _steps;
    private long _order;

    public GroupSimulation(int seed)
    {
        _seed = seed;
        _random = new Random(seed);
        int nodes = _random.Next(2, 5);
        int members = _random.Next(2, 4);
        _segments = [.. Enumerable.Range(0, members).Select(_ => new SimulatedSegment(_random, nodes))];
        byte[] priorities = [.. Enumerable.Range(0, nodes).Select(_ => (byte)_random.Next(1, 255))];
        int version = _random.Next(2) == 0 ? 2 : 3;
        _nodes = [.. priorities.Select((priority, node) => MembersOf(node, members, priority, version))];
        _timerGeneration = [.. _nodes.Select(node => new long[node.Length])];
        _isFollowing = new bool[nodes];
        _steps = [.. _nodes.Select(_ => new Queue<(int, VirtualRouterState, bool)>())];
    }

    public TimeSpan Now { get; private set; }

    /// <summary>Starts the nodes, breaks links for a while and mends them all, and lets the time pass that is needed to agree.</summary>
    public void Run()
    {
        var end = TimeSpan.FromSeconds(_random.Next(20, 60));
        for (int node = 0; node < _nodes.Length; node++)
        {
            int starting = node;
            At(end * _random.NextDouble() * 0.3, () => Start(starting));
        }

        for (int faults = _random.Next(1, 8); faults > 0; faults--)
            Break(end * _random.NextDouble(), end);
        At(end, MendAll);
        RunUntil(end + TimeSpan.FromSeconds(30));
    }

    /// <summary>Each segment's masters by node.</summary>
    public int[][] Masters() =>
        [.. Enumerable.Range(0, _segments.Length).Select(segment => Enumerable.Range(0, _nodes.Length).Where(node => _nodes[node][segment].IsMaster).ToArray())];

    public void Fail(string what) => Assert.Fail($"Seed {_seed}, {Now.TotalSeconds:F6} s: {what}.");

    private static SimulatedRouter[] MembersOf(int node, int members, byte priority, int version)
    {
        VirtualRouterSettings settings = RouterFixture.Settings(priority) with
        {
            Version = version,
            Authentication = AuthenticationType.None,
            IsInSyncGroup = true,
            WishesToBeMaster = node == 0,
        };
        return [.. Enumerable.Range(0, members).Select(member => new SimulatedRouter(node, settings with { Name = $"{node}.{member}" }, TimeSpan.FromSeconds(1000)))];
    }

    private void Start(int node)
    {
        for (int member = 0; member < _segments.Length; member++)
        {
            _nodes[node][member].Launch(_segments[member].LinkIsUp(node), Now);
            _nodes[node][member].ClearLeftovers();
        }

        for (int member = 0; member < _segments.Length; member++)
            Step(node, member, VrrpInput.Start);
    }

    private void Break(TimeSpan at, TimeSpan end)
    {
        int node = _random.Next(_nodes.Length);
        int member = _random.Next(_segments.Length);
        int kind = _random.Next(3);
        TimeSpan mended = at + ((end - at) * _random.NextDouble());
        At(at, () =>
        {
            if (kind == 0)
                SetLink(node, member, up: false);
            else if (kind == 1)
                _segments[member].Partition();
            else
                _segments[member].SetLoss(_random.NextDouble() * 0.5);
        });
        At(mended, () =>
        {
            if (kind == 0)
                SetLink(node, member, up: true);
            else if (kind == 1)
                _segments[member].Heal();
            else
                _segments[member].SetLoss(0);
        });
    }

    private void MendAll()
    {
        for (int member = 0; member < _segments.Length; member++)
        {
            _segments[member].SetLoss(0);
            _segments[member].Heal();
            for (int node = 0; node < _nodes.Length; node++)
                SetLink(node, member, up: true);
        }
    }

    private void SetLink(int node, int member, bool up)
    {
        _segments[member].SetLink(node, up);
        Step(node, member, up ? VrrpInput.InterfaceUp : VrrpInput.InterfaceDown);
    }

    private void At(TimeSpan when, Action action) => _events.Enqueue(action, (when, _order++));

    private void RunUntil(TimeSpan end)
    {
        while (_events.TryPeek(out _, out (TimeSpan At, long Order) next) && next.At <= end)
        {
            Action action = _events.Dequeue();
            Now = next.At;
            action();
        }

        Now = end;
    }

    private void Step(int node, int member, VrrpInput input)
    {
        SimulatedRouter router = _nodes[node][member];
        if (!router.IsRunning)
            return;
        VirtualRouterState before = router.State;
        if (router.Step(input, Now) is { } fault)
            Fail($"router {router.Settings.Name} {fault} (on {input.Kind})");
        bool heardLower = false;
        foreach (ref readonly VrrpEffect effect in router.Effects)
        {
            heardLower |= effect.Kind == VrrpEffectKind.LowerPriorityHeard;
            if (effect.Kind == VrrpEffectKind.SendAdvertisement)
                Send(node, member, effect.Priority);
        }

        Arm(node, member);
        Follow(node, member, before, heardLower);
    }

    private void Follow(int node, int member, VirtualRouterState before, bool heardLower)
    {
        _steps[node].Enqueue((member, before, heardLower));
        if (_isFollowing[node])
            return;
        _isFollowing[node] = true;
        List<SyncGroupOrder> orders = [];
        while (_steps[node].TryDequeue(out (int Member, VirtualRouterState Before, bool HeardLower) step))
        {
            SyncGroup.Follow([.. _nodes[node].Select(router => router.State)], step.Member, step.Before, step.HeardLower, orders);
            foreach (SyncGroupOrder order in (SyncGroupOrder[])[.. orders])
                Step(node, order.Member, order.Input);
        }

        _isFollowing[node] = false;
        int masters = _nodes[node].Count(router => router.State.Role == VrrpRole.Master);
        if (masters != 0 && masters != _nodes[node].Length)
            Fail($"node {node} is master of {masters} of {_nodes[node].Length} instances");
    }

    private void Send(int node, int member, byte priority)
    {
        SimulatedRouter router = _nodes[node][member];
        byte[] packet = RouterFixture.Packet(router.Settings, priority, router.Address!.Value);
        for (int other = 0; other < _nodes.Length; other++)
        {
            int to = other;
            if (to != node && _segments[member].Carry(node, to) is { } delay)
                At(Now + delay, () => Deliver(to, member, packet));
        }
    }

    private void Deliver(int node, int member, byte[] packet)
    {
        SimulatedRouter router = _nodes[node][member];
        if (!router.IsRunning || !_segments[member].LinkIsUp(node))
            return;
        if (router.Receive(packet, out VrrpAdvertisement advert) is not DiscardReason.None and var reason)
            Fail($"router {router.Settings.Name} discards a good advertisement: {reason}");
        Step(node, member, VrrpInput.AdvertReceived(advert));
    }

    private void Arm(int node, int member)
    {
        long generation = ++_timerGeneration[node][member];
        SimulatedRouter router = _nodes[node][member];
        if (router.NextDeadline == VirtualRouterState.Never)
            return;
        At(router.NextDeadline, () =>
        {
            if (generation == _timerGeneration[node][member])
                Step(node, member, VrrpInput.TimerDue);
        });
    }
}
