using System.Net;

namespace FastLb.RealServer;

/// <summary>What a real server is to be prepared for.</summary>
/// <param name="Mode">How the director sends packets to it.</param>
/// <param name="VirtualAddresses">The addresses that it answers for; IPv4, at least one.</param>
public sealed record RealServerOptions(RealServerMode Mode, IReadOnlyList<IPAddress> VirtualAddresses)
{
    /// <summary>The directors that may send tunnel packets; empty for anybody.</summary>
    public IReadOnlyList<IPAddress> Directors { get; init; } = [];

    /// <summary>The interfaces that the director's packets arrive at; empty for every Ethernet interface that is up and has an IPv4 address.</summary>
    public IReadOnlyList<string> Interfaces { get; init; } = [];

    /// <summary>What takes the tunnel's headers off.</summary>
    public Decapsulator Decapsulator { get; init; }
}

/// <summary>How the director sends packets to a real server.</summary>
public enum RealServerMode
{
    /// <summary>As they are, to its Ethernet address (<c>lb_kind DR</c>).</summary>
    DirectRouting,

    /// <summary>Within another IPv4 packet (<c>lb_kind TUN</c>, RFC 2003).</summary>
    Tunnel,
}

/// <summary>What takes the tunnel's headers off.</summary>
public enum Decapsulator
{
    /// <summary>The kernel's device where it is there and no directors are named, FastLb's program otherwise.</summary>
    Automatic,

    /// <summary>The kernel's ipip device <c>tunl0</c>, created if it isn't there.</summary>
    Device,

    /// <summary>FastLb's BPF program on the interfaces.</summary>
    Program,
}
