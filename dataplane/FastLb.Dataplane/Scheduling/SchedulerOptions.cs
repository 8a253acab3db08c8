namespace FastLb.Dataplane.Scheduling;

/// <summary>What can be set of schedulers that hash the client's address: sh-port, sh-fallback, mh-port, mh-fallback of keepalived.conf and ipvsadm.</summary>
/// <param name="HashesPort">Whether the client's port is hashed with its address.</param>
/// <param name="FallsBack">Whether flows of a server that is not available go to others; else they go nowhere.</param>
public readonly record struct SchedulerOptions(bool HashesPort, bool FallsBack)
{
    /// <summary>Places of the table of <c>mh</c>, a prime; 0 for <see cref="MaglevHashing.DefaultSize"/>.</summary>
    public int TableSize { get; init; }
}
