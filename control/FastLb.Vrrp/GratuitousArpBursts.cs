namespace FastLb.Vrrp;

/// <summary>When and how often neighbours are told about the addresses. A burst of n is n messages for each address.</summary>
public sealed record GratuitousArpBursts
{
    /// <summary>From becoming master, when the first burst is sent, to the second; zero for no second burst.</summary>
    public TimeSpan MasterDelay { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Messages for each address in the first and the second burst; zero for none.</summary>
    public uint MasterRepeat { get; init; } = 5;

    /// <summary>The period of refreshing while master; zero for none.</summary>
    public TimeSpan MasterRefresh { get; init; }

    /// <summary>Messages for each address in a refresh.</summary>
    public uint MasterRefreshRepeat { get; init; } = 1;

    /// <summary>From a lower-priority advertisement, which a burst answers at once, to the second burst; zero for no second burst.</summary>
    public TimeSpan LowerPriorityDelay { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Messages for each address in those bursts; zero for none.</summary>
    public uint LowerPriorityRepeat { get; init; } = 5;

    /// <summary>The period of announcing the interfaces that hold addresses and send no advertisements (<c>garp_extra_if</c>) while master; zero for none.</summary>
    public TimeSpan FurtherInterfaces { get; init; }
}
