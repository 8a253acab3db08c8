using System.Net;
using System.Text.Json.Serialization;

namespace FastLb.DataplaneChannel.Messages;

/// <summary>Transport protocols that can be balanced.</summary>
public enum TransportProtocol
{
    /// <summary>All of them: services of firewall marks, and the persistence templates of such.</summary>
    Any = 0,
    Tcp = 6,
    Udp = 17,
}

/// <summary>How packets get to the real servers.</summary>
public enum ForwardingMethod
{
    /// <summary>To the server's MAC address, otherwise unchanged (IPVS "Route").</summary>
    DirectRouting,

    /// <summary>With the server's endpoint in place of the virtual one, and back again in its replies (IPVS "Masq").</summary>
    AddressTranslation,

    /// <summary>Whole, inside a packet to the server (IPVS "Tunnel", IP in IP).</summary>
    Tunnel,
}

/// <summary>All that the dataplane is to do. Complete each time: what is not in it, is to be gone.</summary>
/// <param name="Generation">Grows with each state that control computes.</param>
/// <param name="Interfaces">Where frames are taken and sent.</param>
/// <param name="Services">In the order of the configuration.</param>
/// <param name="OwnAddresses">The host's own addresses: what real servers send there is the kernel's, unless it is for a service.</param>
public sealed record DesiredState(
    long Generation, IReadOnlyList<DesiredInterface> Interfaces, IReadOnlyList<DesiredService> Services, IReadOnlyList<IPAddress> OwnAddresses)
{
    /// <summary>What holds for all services.</summary>
    public DesiredForwarding Forwarding { get; init; } = new();

    /// <summary>How the ports of the interfaces are opened.</summary>
    public DesiredPorts Ports { get; init; } = new();

    /// <summary>Which packets have firewall marks; the first rule that fits counts.</summary>
    public IReadOnlyList<DesiredMarkRule> Marks { get; init; } = [];
}

/// <summary>An interface that the dataplane serves.</summary>
/// <param name="Name">As the kernel calls it now.</param>
/// <param name="Index">The kernel's number for it, which survives renaming.</param>
/// <param name="Mac">Its Ethernet address, six octets as hex digits with colons: only frames to it, or to <paramref name="VirtualMacs"/>, are taken.</param>
/// <param name="Mtu">Largest IP packet that it sends, bytes.</param>
/// <param name="VirtualMacs">Those of the MACVLANs on top of it, such as virtual routers have, in the same form, with commas between; empty for none.</param>
public sealed record DesiredInterface(string Name, int Index, string Mac, int Mtu, string VirtualMacs = "")
{
    /// <summary>All Ethernet addresses to which frames are taken.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Macs => VirtualMacs.Length == 0 ? [Mac] : [Mac, .. VirtualMacs.Split(',')];
}

/// <summary>A rule that gives packets a firewall mark. Ranges include both ends.</summary>
/// <param name="Mark">The mark; not 0.</param>
/// <param name="FirstDestination">First address that they are sent to, IPv4.</param>
/// <param name="LastDestination">Last address.</param>
public sealed record DesiredMarkRule(uint Mark, IPAddress FirstDestination, IPAddress LastDestination)
{
    /// <summary>Their transport protocol.</summary>
    public TransportProtocol Protocol { get; init; }

    /// <summary>The network that they come from; null for any.</summary>
    public IPAddress? Source { get; init; }

    /// <summary>Bits of <see cref="Source"/> that count.</summary>
    public int SourcePrefixLength { get; init; }

    public ushort FirstDestinationPort { get; init; }

    public ushort LastDestinationPort { get; init; } = ushort.MaxValue;

    public ushort FirstSourcePort { get; init; }

    public ushort LastSourcePort { get; init; } = ushort.MaxValue;

    /// <summary>Name of the interface that they come in by; null for any.</summary>
    public string? Interface { get; init; }
}

/// <summary>Where packets are taken from, for a service of a firewall mark: more than its rules say, as the rules are looked at later.</summary>
/// <param name="Address">Destination.</param>
/// <param name="Protocol">TCP or UDP.</param>
/// <param name="Port">Destination port; 0 for all.</param>
public sealed record DesiredEndpoint(IPAddress Address, TransportProtocol Protocol, ushort Port);

/// <summary>How a service keeps its clients with their servers.</summary>
/// <param name="TimeoutSeconds">How long a client stays after its last new connection.</param>
/// <param name="Mask">The bits of a client's address that count, as an address: 255.255.255.0 keeps each /24 together.</param>
public sealed record DesiredPersistence(long TimeoutSeconds, IPAddress Mask);

/// <summary>A virtual service.</summary>
/// <param name="Address">IPv4 or IPv6; 0.0.0.0 for a service of a firewall mark.</param>
/// <param name="Protocol">Its transport protocol; <see cref="TransportProtocol.Any"/> for a service of a firewall mark.</param>
/// <param name="Port">Its port; 0 for all, with persistence, and for a service of a firewall mark.</param>
/// <param name="Scheduler">How a server is chosen: the scheduler's name in keepalived.conf.</param>
/// <param name="Method">How packets get to servers that have no method of their own.</param>
/// <param name="IsSteered">Whether frames for it are taken: not while another director holds the address.</param>
/// <param name="Servers">In the order of the configuration.</param>
public sealed record DesiredService(
    IPAddress Address,
    TransportProtocol Protocol,
    ushort Port,
    string Scheduler,
    ForwardingMethod Method,
    bool IsSteered,
    IReadOnlyList<DesiredServer> Servers)
{
    /// <summary>Whether a scheduler that hashes the client's address takes its port, too.</summary>
    public bool HashesPort { get; init; }

    /// <summary>Whether such a scheduler gives the flows of a server that is not available to others.</summary>
    public bool FallsBack { get; init; }

    /// <summary>Whether every packet gets a server of its own.</summary>
    public bool IsOnePacket { get; init; }

    /// <summary>How long its idle connections are remembered; null for what <see cref="DesiredForwarding.Timeouts"/> says.</summary>
    public DesiredTimeouts? Timeouts { get; init; }

    /// <summary>The firewall mark whose packets it is for; 0 for a service of an address.</summary>
    public uint Mark { get; init; }

    /// <summary>Of a service of a firewall mark: where frames are taken that may have it; none while another director holds all their addresses.</summary>
    public IReadOnlyList<DesiredEndpoint> Endpoints { get; init; } = [];

    /// <summary>How its clients are kept with their servers; null when they aren't.</summary>
    public DesiredPersistence? Persistence { get; init; }
}

/// <summary>A real server of a service, in the order of the configuration.</summary>
/// <param name="Address">IPv4 or IPv6.</param>
/// <param name="Port">Its port; the service's unless addresses are translated; 0 keeps the client's.</param>
/// <param name="Weight">Share of new flows; 0 takes none.</param>
/// <param name="Method">How packets get to it.</param>
public sealed record DesiredServer(IPAddress Address, ushort Port, int Weight, ForwardingMethod Method)
{
    /// <summary>Connections at which it gets no new ones; 0 for no limit.</summary>
    public int UpperThreshold { get; init; }

    /// <summary>The number of connections below which it gets new ones again; 0 for three quarters of the upper threshold.</summary>
    public int LowerThreshold { get; init; }
}

/// <summary>The ways to the real servers, as the kernel's routes and neighbours have them now. Complete each time.</summary>
public sealed record AdjacencyState(IReadOnlyList<ServerAdjacency> Servers);

/// <summary>How far a neighbour is known.</summary>
public enum NeighbourState
{
    /// <summary>Asked for, not answered yet.</summary>
    Pending,

    /// <summary>Known.</summary>
    Resolved,

    /// <summary>There is no answer, or no way.</summary>
    Unreachable,
}

/// <summary>The way to one real server.</summary>
/// <param name="Server">Its address.</param>
/// <param name="State">How much of the rest is known.</param>
/// <param name="InterfaceIndex">Interface that frames leave by, below a VLAN's if there is one; 0 when there is none.</param>
/// <param name="Mac">The next hop's Ethernet address, six octets as hex digits with colons; null unless resolved.</param>
/// <param name="SourceMac">That of the interface; null unless resolved.</param>
/// <param name="Mtu">Largest IP packet, bytes; 0 unless resolved.</param>
/// <param name="LocalAddress">The host's own address towards the server; null unless resolved.</param>
/// <param name="Explanation">Why it is not resolved, for people.</param>
public sealed record ServerAdjacency(
    IPAddress Server,
    NeighbourState State,
    int InterfaceIndex,
    string? Mac,
    string? SourceMac,
    int Mtu,
    IPAddress? LocalAddress,
    string? Explanation)
{
    /// <summary>The VLAN that frames go to; null for none.</summary>
    public ServerVlan? Vlan { get; init; }
}

/// <summary>A VLAN and the kind of its tag.</summary>
/// <param name="Id">Its number, 0 to 4095.</param>
/// <param name="EtherType">0x8100 for a customer's tag (802.1Q), 0x88A8 for a provider's (802.1ad).</param>
public sealed record ServerVlan(ushort Id, ushort EtherType);
