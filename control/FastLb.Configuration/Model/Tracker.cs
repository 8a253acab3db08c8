namespace FastLb.Configuration.Model;

/// <summary>A line of <c>track_interface</c>, <c>track_script</c>, <c>track_file</c>, <c>track_process</c> or <c>track_bfd</c>.</summary>
/// <param name="Name">The interface's name, or that of the definition.</param>
/// <param name="Weight">Its weight here; null for that of the definition, which for an interface is 0.</param>
public sealed record Tracker(string Name, TrackerWeight? Weight)
{
    /// <summary>Where the name stands.</summary>
    public Origin Origin { get; init; }
}

/// <summary>What an instance or a sync group tracks beside the instance's own interface; of each kind no name twice.</summary>
public sealed record VrrpTrackers
{
    /// <summary>Nothing.</summary>
    public static readonly VrrpTrackers None = new();

    /// <summary>Interfaces (<c>track_interface</c>).</summary>
    public ValueList<Tracker> Interfaces { get; init; } = [];

    /// <summary>Scripts, each one of <see cref="DirectorConfiguration.TrackedScripts"/>.</summary>
    public ValueList<Tracker> Scripts { get; init; } = [];

    /// <summary>Files, each one of <see cref="DirectorConfiguration.TrackedFiles"/>.</summary>
    public ValueList<Tracker> Files { get; init; } = [];

    /// <summary>Processes, each one of <see cref="DirectorConfiguration.TrackedProcesses"/>.</summary>
    public ValueList<Tracker> Processes { get; init; } = [];

    /// <summary>BFD sessions, each one of <see cref="DirectorConfiguration.BfdSessions"/>.</summary>
    public ValueList<Tracker> BfdSessions { get; init; } = [];
}
