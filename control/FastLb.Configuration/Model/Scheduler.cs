namespace FastLb.Configuration.Model;

/// <summary>How a server is chosen for a new connection; the schedulers of IPVS under their names in the kernel.</summary>
public enum Scheduler
{
    /// <summary><c>wlc</c>, the default.</summary>
    WeightedLeastConnection,

    /// <summary><c>rr</c>.</summary>
    RoundRobin,

    /// <summary><c>wrr</c>.</summary>
    WeightedRoundRobin,

    /// <summary><c>lc</c>.</summary>
    LeastConnection,

    /// <summary><c>lblc</c>.</summary>
    LocalityBasedLeastConnection,

    /// <summary><c>lblcr</c>.</summary>
    LocalityBasedLeastConnectionWithReplication,

    /// <summary><c>sh</c>.</summary>
    SourceHashing,

    /// <summary><c>mh</c>.</summary>
    MaglevHashing,

    /// <summary><c>dh</c>.</summary>
    DestinationHashing,

    /// <summary><c>fo</c>.</summary>
    WeightedFailover,

    /// <summary><c>ovf</c>.</summary>
    WeightedOverflow,

    /// <summary><c>sed</c>.</summary>
    ShortestExpectedDelay,

    /// <summary><c>nq</c>.</summary>
    NeverQueue,

    /// <summary><c>twos</c>.</summary>
    PowerOfTwoChoices,
}
