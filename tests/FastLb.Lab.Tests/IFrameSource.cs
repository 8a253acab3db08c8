namespace FastLb.Lab.Tests;

/// <summary>Frames to be sent one after the other.</summary>
internal interface IFrameSource
{
    /// <summary>Valid until the next one is asked for.</summary>
    ReadOnlySpan<byte> Next();
}
