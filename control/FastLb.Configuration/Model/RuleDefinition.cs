namespace FastLb.Configuration.Model;

/// <summary>
/// A line of <c>virtual_rules</c> or <c>static_rules</c>, in the syntax of ip-rule(8). Its options are known by name, they have their values, and those that are addresses,
/// interfaces or numbers are of that kind; names of tables, protocols and realms are left to the machine that sets the rule.
/// </summary>
/// <param name="Words">The words of the line in their order, without <c>no_track</c> and <c>track_group</c>.</param>
/// <param name="Preference">Its place among all rules; null when the line has none, and then it gets 16384, and each further one of its family the place before, as keepalived has it.</param>
public sealed record RuleDefinition(ValueList<string> Words, uint? Preference)
{
    /// <summary>Where the line stands.</summary>
    public Origin Origin { get; init; }

    /// <summary>The interface of the packets that it is for (<c>iif</c>); null for any.</summary>
    public string? Interface { get; init; }

    /// <summary>False when the rule is not set again if somebody takes it away (<c>no_track</c>).</summary>
    public bool IsTracked { get; init; } = true;

    /// <summary>The <see cref="Model.TrackGroup"/> that fails while <see cref="Interface"/> is down; null for none and for virtual rules.</summary>
    public string? TrackGroup { get; init; }
}
