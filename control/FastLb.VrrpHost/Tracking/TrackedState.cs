namespace FastLb.VrrpHost.Tracking;

/// <summary>What kinds of things are tracked; names are unique within a kind.</summary>
internal enum TrackerKind
{
    Interface,
    Script,
    File,
    Process,
    Bfd,
}

/// <summary>A thing that is tracked.</summary>
internal readonly record struct TrackedKey(TrackerKind Kind, string Name);

/// <summary>How it stands with something tracked.</summary>
/// <param name="IsUp">Null until it is known: of a script that has not ended for the first time. Of a file true when it says 0.</param>
/// <param name="Value">What a file says; 0 for the other kinds.</param>
internal readonly record struct TrackedState(bool? IsUp, int Value)
{
    public static readonly TrackedState Unknown = new(null, 0);

    public static readonly TrackedState Up = new(true, 0);

    public static readonly TrackedState Down = new(false, 0);

    /// <summary>A file that says this.</summary>
    public static TrackedState Of(int value) => new(value == 0, value);

    public static TrackedState Of(bool isUp) => isUp ? Up : Down;
}
