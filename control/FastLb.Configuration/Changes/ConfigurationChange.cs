using FastLb.Configuration.Model;

namespace FastLb.Configuration.Changes;

/// <summary>What becomes of an item.</summary>
public enum ChangeKind
{
    /// <summary>It is in the new configuration alone.</summary>
    Added,

    /// <summary>It is in the old configuration alone.</summary>
    Removed,

    /// <summary>It is in both, with other values.</summary>
    Changed,
}

/// <summary>What a change means for connections, from the mildest.</summary>
public enum ChangeImpact
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>It waits for the next start of the director.</summary>
    NextStart,

    /// <summary>Connections to come are treated otherwise; open ones go on.</summary>
    NewConnections,

    /// <summary>Open connections pause for a moment and go on.</summary>
    Pause,

    /// <summary>Open connections end.</summary>
    OpenConnections,
}

/// <summary>What a change comes to.</summary>
/// <param name="Impact">What it means for connections.</param>
/// <param name="Explanation">In a sentence without its final stop.</param>
public sealed record ChangeEffect(ChangeImpact Impact, string Explanation);

/// <summary>A line that differs.</summary>
/// <param name="Keyword">The keyword, after those of the blocks within the item that it stands in.</param>
/// <param name="Before">Its parameters in the old configuration, secrets covered; null when it isn't there.</param>
/// <param name="After">Its parameters in the new one, likewise.</param>
/// <param name="Effect">What a reload makes of it.</param>
public sealed record SettingChange(string Keyword, string? Before, string? After, ChangeEffect Effect)
{
    /// <summary>What becomes of the line.</summary>
    public ChangeKind Kind => Before is null ? ChangeKind.Added : After is null ? ChangeKind.Removed : ChangeKind.Changed;
}

/// <summary>An item, such as a service or an instance, that differs.</summary>
/// <param name="Kind">What becomes of it.</param>
/// <param name="Keyword">What opens its block; empty for what stands outside all blocks.</param>
/// <param name="Name">What it is called by; empty when there is only one.</param>
/// <param name="Settings">Its lines that differ; none when all of it comes or goes.</param>
public sealed record ItemChange(ChangeKind Kind, string Keyword, string Name, ValueList<SettingChange> Settings)
{
    /// <summary>What its coming or going comes to; null when it is changed.</summary>
    public ChangeEffect? Effect { get; init; }

    /// <summary>What differs among the items in it: the real servers of a service.</summary>
    public ValueList<ItemChange> Items { get; init; } = [];

    /// <summary>What clients of a virtual server send to, before the change if it was there before; none for other items.</summary>
    public ValueList<VirtualEndpoint> Endpoints { get; init; } = [];

    /// <summary>The real server, likewise; null for other items.</summary>
    public RealServer? Server { get; init; }

    /// <summary>The gravest effect of it all, without those of <see cref="Items"/>.</summary>
    public ChangeImpact Impact => Settings.Select(setting => setting.Effect.Impact).Append(Effect?.Impact ?? ChangeImpact.None).Max();
}
