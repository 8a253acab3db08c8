namespace FastLb.Configuration.Model.Checks;

/// <summary>
/// Adds the number in a file, times a weight, to the server's weight (<c>FILE_CHECK</c>). Fails when that is -2147483648 or less or, with a weight of 0, while the number is
/// not 0. The file is read at start, so that there is nothing to wait for.
/// </summary>
/// <param name="File">The name of the <c>track_file</c>.</param>
public sealed record FileCheck(string File) : HealthCheck
{
    /// <summary>What the number is multiplied with; null for what the <c>track_file</c> says.</summary>
    public FileWeight? Weight { get; init; }
}

/// <summary>What the number of a tracked file is multiplied with.</summary>
/// <param name="Factor">-2147483647 to 2147483647.</param>
/// <param name="IsReversed">True when the product is subtracted, and with 0 when a 0 fails instead of another number.</param>
public sealed record FileWeight(int Factor, bool IsReversed);
