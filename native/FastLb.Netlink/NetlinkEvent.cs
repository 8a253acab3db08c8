namespace FastLb.Netlink;

/// <summary>Something changed in the network namespace.</summary>
public abstract record NetlinkEvent
{
    private protected NetlinkEvent()
    {
    }
}

/// <summary>A link appeared or changed, or went.</summary>
public sealed record LinkChanged(LinkInfo Link, bool Removed) : NetlinkEvent;

/// <summary>An address was added or changed, or removed.</summary>
public sealed record AddressChanged(AddressInfo Address, bool Removed) : NetlinkEvent;

/// <summary>A route was added or replaced, or removed. IPv4 routes that vanish with their link are not announced: watch the links.</summary>
public sealed record RouteChanged(RouteInfo Route, bool Removed) : NetlinkEvent;

/// <summary>A routing rule was added or removed.</summary>
/// <param name="Priority">Its place among all rules.</param>
/// <param name="Removed">True for the latter.</param>
public sealed record RuleChanged(uint Priority, bool Removed) : NetlinkEvent;

/// <summary>A neighbour was resolved, changed its state, or was removed.</summary>
public sealed record NeighbourChanged(NeighbourInfo Neighbour, bool Removed) : NetlinkEvent;

/// <summary>Events were lost because they came faster than they were read: read all tables again.</summary>
public sealed record ResyncRequired : NetlinkEvent;

/// <summary>What to watch.</summary>
[Flags]
public enum NetlinkSubjects
{
    None = 0,
    Links = 1,
    Addresses = 2,
    Routes = 4,
    Neighbours = 8,
    Rules = 16,
    All = Links | Addresses | Routes | Neighbours | Rules,
}
