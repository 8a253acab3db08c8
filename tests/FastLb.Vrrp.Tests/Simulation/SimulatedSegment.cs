namespace FastLb.Vrrp.Tests.Simulation;

/// <summary>An Ethernet that loses, delays and reorders, and that can be cut into parts.</summary>
internal sealed class SimulatedSegment(Random random, int routers)
{
    private readonly int[] _part = new int[routers];
    private readonly bool[] _linkIsDown = new bool[routers];

    /// <summary>0 to 1.</summary>
    public double Loss { get; private set; }

    /// <summary>Nothing takes longer.</summary>
    public TimeSpan MaximumDelay { get; private set; } = TimeSpan.FromMilliseconds(1);

    public bool LinkIsUp(int router) => !_linkIsDown[router];

    public bool Connects(int one, int other) => !_linkIsDown[one] && !_linkIsDown[other] && _part[one] == _part[other];

    /// <summary>The routers that a router reaches, itself included; none but itself when its link is down.</summary>
    public IEnumerable<int> ComponentOf(int router) => Enumerable.Range(0, routers).Where(other => other == router || Connects(router, other));

    public void SetLink(int router, bool up) => _linkIsDown[router] = !up;

    public void Heal() => Array.Clear(_part);

    public void Partition()
    {
        for (int i = 0; i < routers; i++)
            _part[i] = random.Next(3);
    }

    public void SetLoss(double loss) => Loss = loss;

    public void SetMaximumDelay(TimeSpan delay) => MaximumDelay = delay;

    /// <summary>How long a packet takes to a receiver, each its own time; null when it gets lost.</summary>
    public TimeSpan? Carry(int from, int to) =>
        !Connects(from, to) || (Loss > 0 && random.NextDouble() < Loss) ? null : MaximumDelay * random.NextDouble();
}
