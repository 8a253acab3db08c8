namespace FastLb.Configuration.Model;

/// <summary>A file that holds an integer, which moves priorities by its value times the weight (<c>track_file</c>).</summary>
/// <param name="Name">Its name, unique among files.</param>
/// <param name="Path">The file; one that isn't there counts as 0.</param>
public sealed record TrackedFile(string Name, string Path)
{
    /// <summary>Where its name stands.</summary>
    public Origin Origin { get; init; }

    /// <summary>
    /// The weight of trackers that have none of their own. The product is held within -253 and 253; below that, or with weight 0 when the file says another number than 0, it
    /// is a fault.
    /// </summary>
    public TrackerWeight Weight { get; init; } = new(1, IsReversed: false);

    /// <summary>What is written into it at start (<c>init_file</c>); null for nothing.</summary>
    public int? InitialValue { get; init; }

    /// <summary>True when <see cref="InitialValue"/> replaces what an existing file says.</summary>
    public bool Overwrites { get; init; }
}
