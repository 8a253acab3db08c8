namespace FastLb.Vrrp.Tests.Simulation;

/// <summary>
/// Knows for how long any two masters have been able to hear each other on a segment that loses nothing. The time starts anew when the segment or a
/// priority changes.
/// </summary>
internal sealed class DoubleMasterWatch(SimulatedSegment segment, SimulatedRouter[] routers)
{
    private readonly TimeSpan?[,] _since = new TimeSpan?[routers.Length, routers.Length];

    public void Restart(TimeSpan now)
    {
        Array.Clear(_since);
        Observe(now);
    }

    /// <summary>Looks at the roles as they are from now on.</summary>
    public void Observe(TimeSpan now)
    {
        for (int one = 0; one < routers.Length; one++)
        {
            for (int other = 0; other < one; other++)
            {
                bool both = IsAwakeMaster(one) && IsAwakeMaster(other) && segment.Loss == 0 && segment.Connects(one, other);
                _since[one, other] = both ? _since[one, other] ?? now : null;
            }
        }
    }

    private bool IsAwakeMaster(int router) => routers[router].IsMaster && !routers[router].IsStalled;

    /// <summary>The longest time that two have been master until now.</summary>
    public TimeSpan Longest(TimeSpan now)
    {
        TimeSpan longest = TimeSpan.Zero;
        foreach (TimeSpan? since in _since)
        {
            if (since is { } then && now - then > longest)
                longest = now - then;
        }

        return longest;
    }
}
