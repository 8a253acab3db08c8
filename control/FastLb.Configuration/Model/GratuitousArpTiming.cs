namespace FastLb.Configuration.Model;

/// <summary>When gratuitous ARP (IPv4) and unsolicited neighbour advertisements (IPv6) are sent for an instance's addresses.</summary>
public sealed record GratuitousArpTiming
{
    /// <summary>From becoming master to the second burst; zero for no second burst. Whole seconds, as all times here.</summary>
    public TimeSpan MasterDelay { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Messages for each address in a burst.</summary>
    public uint MasterRepeat { get; init; } = 5;

    /// <summary>The period of refreshing while master; zero for none.</summary>
    public TimeSpan MasterRefresh { get; init; }

    /// <summary>Messages for each address in a refresh.</summary>
    public uint MasterRefreshRepeat { get; init; } = 1;

    /// <summary>From a lower-priority advertisement to the second burst; null for that of <see cref="MasterDelay"/>.</summary>
    public TimeSpan? LowerPriorityDelay { get; init; }

    /// <summary>Messages for each address in that burst; null for <see cref="MasterRepeat"/>.</summary>
    public uint? LowerPriorityRepeat { get; init; }
}
