namespace FastLb.Configuration.Model;

/// <summary>A command that is run again and again and whose exit status says whether something is up (<c>vrrp_script</c>).</summary>
/// <param name="Name">Its name, unique among scripts.</param>
/// <param name="Command">What is run: status 0 is success; another, a signal or the timeout is failure.</param>
public sealed record TrackedScript(string Name, NotifyScript Command)
{
    /// <summary>Where its name stands.</summary>
    public Origin Origin { get; init; }

    /// <summary>From one start to the next; above zero and up to 4294 s.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long it may run; null for <see cref="Interval"/>.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>The weight of trackers that have none of their own; -253 to 253.</summary>
    public TrackerWeight Weight { get; init; } = new(0, IsReversed: false);

    /// <summary>The successes in a row after which it is up; at least 1.</summary>
    public int Rise { get; init; } = 1;

    /// <summary>The failures in a row after which it is down; at least 1.</summary>
    public int Fall { get; init; } = 1;

    /// <summary>True when it counts as down until it has succeeded (<c>init_fail</c>).</summary>
    public bool StartsFailed { get; init; }
}
