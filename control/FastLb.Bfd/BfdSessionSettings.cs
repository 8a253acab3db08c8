namespace FastLb.Bfd;

/// <summary>What a session is told by its configuration. Immutable; a reload makes another. The defaults are keepalived's.</summary>
public sealed record BfdSessionSettings
{
    /// <summary>The least Desired Min TX Interval of a session that isn't up (RFC 5880 section 6.8.3).</summary>
    public static readonly TimeSpan LeastIdleInterval = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan LeastInterval = TimeSpan.FromMicroseconds(1);

    /// <summary>Desired Min TX Interval while up; whole microseconds, 1 to 4,294,967,295.</summary>
    public TimeSpan TransmitInterval { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Desired Min TX Interval while not up; whole microseconds, 1,000,000 to 4,294,967,295.</summary>
    public TimeSpan IdleTransmitInterval { get; init; } = LeastIdleInterval;

    /// <summary>Required Min RX Interval; whole microseconds, 1 to 4,294,967,295.</summary>
    public TimeSpan ReceiveInterval { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Detect Mult; 1 to 255.</summary>
    public byte Multiplier { get; init; } = 5;

    /// <summary>True when it sends nothing until it hears the neighbour (RFC 5880 section 6.1).</summary>
    public bool IsPassive { get; init; }

    /// <summary>What no packet could say: the configuration's checks have been left out. Null when all is well.</summary>
    internal string? FindFault()
    {
        if (Multiplier == 0)
            return "a detection multiplier is 1 to 255";
        if (IdleTransmitInterval < LeastIdleInterval)
            return $"a session that isn't up sends at most once a second, not every {IdleTransmitInterval}";
        return IsInterval(TransmitInterval) && IsInterval(IdleTransmitInterval) && IsInterval(ReceiveInterval) ? null : "an interval is 1 to 4294967295 microseconds";
    }

    private static bool IsInterval(TimeSpan interval) =>
        interval >= LeastInterval && interval <= BfdControlPacket.LongestInterval && interval.Ticks % TimeSpan.TicksPerMicrosecond == 0;
}
