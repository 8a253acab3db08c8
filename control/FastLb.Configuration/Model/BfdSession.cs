using System.Net;

namespace FastLb.Configuration.Model;

/// <summary>A session of bidirectional forwarding detection (RFC 5880) with one neighbour (<c>bfd_instance</c>).</summary>
/// <param name="Name">Its name, unique among sessions; at most 31 characters.</param>
/// <param name="Neighbour">The other end's address.</param>
public sealed record BfdSession(string Name, IPAddress Neighbour)
{
    /// <summary>The name's greatest length.</summary>
    public const int LongestName = 31;

    /// <summary>Where its name stands.</summary>
    public Origin Origin { get; init; }

    /// <summary>This end's address, of the neighbour's family; null for what routing chooses.</summary>
    public IPAddress? SourceAddress { get; init; }

    /// <summary>Required Min RX Interval (RFC 5880 section 4.1); from 1 ms, in microseconds.</summary>
    public TimeSpan ReceiveInterval { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Desired Min TX Interval while up; from 1 ms, in microseconds.</summary>
    public TimeSpan TransmitInterval { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Desired Min TX Interval while not up, at least a second (RFC 5880 section 6.8.3).</summary>
    public TimeSpan IdleTransmitInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Detect Mult: the packets in a row whose absence ends the session; 1 to 255.</summary>
    public byte Multiplier { get; init; } = 5;

    /// <summary>True when it waits for the neighbour to begin (RFC 5880 section 6.1).</summary>
    public bool IsPassive { get; init; }

    /// <summary>The time to live or hop limit of its packets, 1 to 255; null for 255 with IPv4 and 64 with IPv6.</summary>
    public byte? TimeToLive { get; init; }

    /// <summary>By how much the neighbour's may have fallen on the way; -1 to <see cref="TimeToLive"/>, and 255 for any.</summary>
    public int MostHops { get; init; }

    /// <summary>True for a session across routers (RFC 5883, <c>multihop</c>).</summary>
    public bool IsMultihop { get; init; }

    /// <summary>The weight of trackers that have none of their own; -253 to 253.</summary>
    public TrackerWeight Weight { get; init; } = new(0, IsReversed: false);

    /// <summary>Who is told of its state.</summary>
    public BfdListeners Listeners { get; init; } = BfdListeners.All;
}

/// <summary>The parts of a director that are told of a BFD session's state.</summary>
[Flags]
public enum BfdListeners
{
    None = 0,

    /// <summary>Virtual routers (<c>vrrp</c>).</summary>
    Vrrp = 1,

    /// <summary>Checks of real servers (<c>checker</c>).</summary>
    Checkers = 2,

    /// <summary>Both, which is so unless one of them is named alone.</summary>
    All = Vrrp | Checkers,
}
