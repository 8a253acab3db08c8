namespace FastLb.Configuration.Model;

/// <summary>Interfaces to one switch, across which gratuitous messages are spaced (<c>garp_group</c>).</summary>
/// <param name="Interfaces">Their names; each in one group only.</param>
public sealed record GratuitousArpGroup(ValueList<string> Interfaces)
{
    /// <summary>Where the block begins.</summary>
    public Origin Origin { get; init; }

    /// <summary>The pause between two gratuitous ARP messages, up to 2147 s; null for none, whatever <see cref="GlobalDefinitions.GratuitousArpInterval"/> says, as in keepalived.</summary>
    public TimeSpan? ArpInterval { get; init; }

    /// <summary>The pause between two unsolicited neighbour advertisements, up to 2147 s; null for none, whatever <see cref="GlobalDefinitions.NeighbourAdvertisementInterval"/> says.</summary>
    public TimeSpan? NeighbourAdvertisementInterval { get; init; }
}
