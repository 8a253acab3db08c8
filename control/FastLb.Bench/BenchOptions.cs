using FastLb.Native.Bpf;

namespace FastLb.Bench;

/// <summary>What is compared, and for how long.</summary>
public sealed record BenchOptions
{
    /// <summary>Measurements of each path, at least 1; one more, which doesn't count, warms up.</summary>
    public int Rounds { get; init; } = 5;

    /// <summary>How long packets are counted in a round. Latency and connections take half as long each.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Flows that the packets belong to by turns, 1 to <see cref="MostFlows"/>.</summary>
    public int Flows { get; init; } = 1024;

    /// <summary>Bytes of an Ethernet frame without its check sequence, <see cref="ShortestFrame"/> to <see cref="LongestFrame"/>.</summary>
    public int FrameLength { get; init; } = ShortestFrame;

    /// <summary>Packets offered in a second; null for as many as the generator can send.</summary>
    public double? Rate { get; init; }

    /// <summary>Packets in a second that pass while latency is measured; 0 for none.</summary>
    public double LatencyLoad { get; init; } = 50_000;

    /// <summary>How packets get to the server.</summary>
    public IReadOnlyList<BenchMethod> Methods { get; init; } = [BenchMethod.Nat, BenchMethod.Dr];

    /// <summary>The kinds of FastLb's ports.</summary>
    public IReadOnlyList<XdpAttachMode> Ports { get; init; } = [XdpAttachMode.Native, XdpAttachMode.Generic];

    /// <summary>The memory of frames to be sent grows with them, 2 KiB each.</summary>
    public const int MostFlows = 1 << 16;

    /// <summary>The shortest frame of Ethernet.</summary>
    public const int ShortestFrame = 60;

    /// <summary>The longest with an MTU of 1500.</summary>
    public const int LongestFrame = 1514;
}

/// <summary>A forwarding method that is compared.</summary>
public enum BenchMethod
{
    /// <summary>Addresses are translated.</summary>
    Nat,

    /// <summary>Direct routing: the Ethernet addresses alone are rewritten.</summary>
    Dr,
}
