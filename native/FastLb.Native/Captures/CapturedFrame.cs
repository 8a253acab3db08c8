namespace FastLb.Native.Captures;

/// <summary>A frame of a capture.</summary>
public readonly ref struct CapturedFrame
{
    /// <summary>When it was captured, nanoseconds since 1970.</summary>
    public long Time { get; init; }

    /// <summary>Its length on the wire, at least that of <see cref="Bytes"/>; no more than <see cref="CaptureReader.LongestFrame"/>.</summary>
    public int Length { get; init; }

    /// <summary>What the capture has of it, from the Ethernet header; until the next frame is read.</summary>
    public ReadOnlySpan<byte> Bytes { get; init; }

    /// <summary>The capture has only the frame's beginning.</summary>
    public bool IsTruncated => Bytes.Length < Length;
}
