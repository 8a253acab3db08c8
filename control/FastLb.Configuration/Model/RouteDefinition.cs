namespace FastLb.Configuration.Model;

/// <summary>
/// A line of <c>virtual_routes</c> or <c>static_routes</c>, in the syntax of ip-route(8). Its options are known by name, they have their values, and those that are addresses,
/// interfaces or numbers are of that kind; names of tables, scopes, protocols and realms are left to the machine that sets the route, and so is what stands
/// behind <c>encap</c>.
/// </summary>
/// <param name="Words">The words of the line in their order, without <c>no_track</c> and <c>track_group</c>.</param>
/// <param name="Destination">The destination as written: a prefix, an address or <c>default</c>.</param>
public sealed record RouteDefinition(ValueList<string> Words, string Destination)
{
    /// <summary>Where the line stands.</summary>
    public Origin Origin { get; init; }

    /// <summary>The interface that it names outside of nexthops (<c>dev</c>); null for none.</summary>
    public string? Interface { get; init; }

    /// <summary>False when the route is not set again if somebody takes it away (<c>no_track</c>).</summary>
    public bool IsTracked { get; init; } = true;

    /// <summary>The <see cref="Model.TrackGroup"/> that fails while <see cref="Interface"/> is down; null for none and for virtual routes.</summary>
    public string? TrackGroup { get; init; }
}
