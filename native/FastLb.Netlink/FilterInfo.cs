namespace FastLb.Netlink;

/// <summary>A filter of traffic control (RTM_NEWTFILTER), on one of the two sides of an interface's <c>clsact</c> queueing discipline.</summary>
/// <param name="InterfaceIndex">The interface that it looks at.</param>
/// <param name="Priority">Filters of a side see a packet in this order.</param>
/// <param name="Handle">Tells filters of the same priority apart; 0 in a list for what all filters of a priority have in common.</param>
/// <param name="Kind"><c>bpf</c>, <c>u32</c>, <c>flower</c> ...</param>
public sealed record FilterInfo(int InterfaceIndex, ushort Priority, uint Handle, string Kind)
{
    /// <summary>The EtherType of the packets that it sees.</summary>
    public ushort EtherType { get; init; }

    /// <summary>The name that a BPF filter was given; null for others.</summary>
    public string? ProgramName { get; init; }

    /// <summary>The kernel's id of a BPF filter's program; null for others.</summary>
    public uint? ProgramId { get; init; }
}

/// <summary>The two sides of an interface that filters sit on.</summary>
public enum FilterSide
{
    /// <summary>Packets that arrive.</summary>
    Ingress,

    /// <summary>Packets that leave.</summary>
    Egress,
}
