using System.Net;
using System.Net.NetworkInformation;
using FastLb.Configuration.Model;

namespace FastLb.Replay;

/// <summary>What a capture is played through.</summary>
/// <param name="Configuration">One that may run.</param>
public sealed record ReplayOptions(DirectorConfiguration Configuration)
{
    /// <summary>An address for documentation (RFC 5737), which no host has.</summary>
    public static readonly IPAddress DefaultLocalAddress = IPAddress.Parse("192.0.2.1");

    /// <summary>Real servers that are down; all others are healthy. A server without a port (0) is down in every service.</summary>
    public IReadOnlyList<IPEndPoint> Down { get; init; } = [];

    /// <summary>The director's own Ethernet addresses; none for what the first frame to a virtual service has.</summary>
    public IReadOnlyList<PhysicalAddress> Macs { get; init; } = [];

    /// <summary>The director's own address: where tunnels begin and errors to servers come from. What servers send there is the kernel's.</summary>
    public IPAddress LocalAddress { get; init; } = DefaultLocalAddress;

    /// <summary>Largest IP packet on the links, bytes.</summary>
    public int Mtu { get; init; } = 1500;

    /// <summary>Entries of the flow table.</summary>
    public int FlowCapacity { get; init; } = Dataplane.Flows.FlowTableLayout.DefaultCapacity;
}
