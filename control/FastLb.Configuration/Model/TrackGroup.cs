namespace FastLb.Configuration.Model;

/// <summary>Instances that are in fault while the interface of a static address, route or rule that names the group is down (<c>track_group</c>).</summary>
/// <param name="Name">Its name, unique among such groups.</param>
/// <param name="Instances">The names of instances, each once.</param>
public sealed record TrackGroup(string Name, ValueList<string> Instances)
{
    /// <summary>Where its name stands.</summary>
    public Origin Origin { get; init; }
}
