using System.Net.NetworkInformation;

namespace FastLb.Replay.Live;

/// <summary>How a capture is played onto an interface.</summary>
/// <param name="Interface">Its name.</param>
public sealed record LiveReplayOptions(string Interface)
{
    /// <summary>How many times as fast as it was captured; 0 for as fast as the interface takes it.</summary>
    public double Speed { get; init; } = 1;

    /// <summary>Frames in a second, whatever the timestamps say; null for <see cref="Speed"/>.</summary>
    public double? FramesPerSecond { get; init; }

    /// <summary>How often, at least once.</summary>
    public int Loops { get; init; } = 1;

    /// <summary>In place of the frames' Ethernet destination; null leaves it.</summary>
    public PhysicalAddress? DestinationMac { get; init; }

    /// <summary>In place of the frames' Ethernet source; null leaves it.</summary>
    public PhysicalAddress? SourceMac { get; init; }
}

/// <summary>What has been played.</summary>
/// <param name="Capture">The file.</param>
/// <param name="Interface">Where to.</param>
/// <param name="Sent">Frames sent.</param>
/// <param name="Bytes">Their bytes.</param>
/// <param name="Truncated">Frames left out, because the capture has only their beginning.</param>
/// <param name="TooLong">Frames left out, because the interface takes none that long.</param>
/// <param name="Seconds">How long it took.</param>
public sealed record LiveReplayReport(string Capture, string Interface, long Sent, long Bytes, long Truncated, long TooLong, double Seconds);
