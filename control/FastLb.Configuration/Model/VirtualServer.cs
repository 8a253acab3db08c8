using System.Net;
using System.Net.Sockets;

namespace FastLb.Configuration.Model;

/// <summary>A service: an address, protocol and port whose connections are spread over real servers; or several of them that share servers, or a firewall mark.</summary>
public sealed record VirtualServer
{
    /// <summary>Where it is written.</summary>
    public Origin Origin { get; init; }

    /// <summary>The address that clients connect to; of a firewall mark as <see cref="VirtualEndpoint.Address"/>, of a group that of its first member.</summary>
    public required IPAddress Address { get; init; }

    /// <summary>The port that clients connect to; 0 for all, which goes only with persistence, and for a firewall mark; of a group that of its first member.</summary>
    public required ushort Port { get; init; }

    /// <summary>The transport protocol; <see cref="TransportProtocol.Any"/> for a firewall mark.</summary>
    public TransportProtocol Protocol { get; init; }

    /// <summary>The <c>virtual_server_group</c> that it serves; null for none.</summary>
    public string? Group { get; init; }

    /// <summary>The addresses and firewall marks of the group, at least one; empty without a group.</summary>
    public ValueList<VirtualEndpoint> GroupMembers { get; init; } = [];

    /// <summary>What the group says of the family of its marks' packets; the others are of the family of the servers.</summary>
    public ValueList<FirewallMarkFamily> GroupMarkFamilies { get; init; } = [];

    /// <summary>What clients send to, at least one: each is a service of its own to IPVS and the dataplane; servers, their health and the pool are one.</summary>
    public IReadOnlyList<VirtualEndpoint> Endpoints => Group is null ? [new VirtualEndpoint(Address, Port, Protocol)] : GroupMembers;

    /// <summary>How a server is chosen for a new connection.</summary>
    public Scheduler Scheduler { get; init; }

    /// <summary>Whether <c>sh</c> or <c>mh</c> hashes the client's port with its address (<c>sh-port</c>, <c>mh-port</c>).</summary>
    public bool HashesPort { get; init; }

    /// <summary>Whether <c>sh</c> or <c>mh</c> gives the connections of a server that is not available to others (<c>sh-fallback</c>, <c>mh-fallback</c>).</summary>
    public bool FallsBack { get; init; }

    /// <summary>Whether the scheduler's third flag is set (<c>flag-3</c>), which no scheduler of the kernel heeds.</summary>
    public bool HasThirdFlag { get; init; }

    /// <summary>Whether <c>hashed</c> is said of <c>sh</c> or <c>mh</c>, which has no effect in keepalived either.</summary>
    public bool IsHashed { get; init; }

    /// <summary>Whether every datagram gets a server of its own (<c>ops</c>); UDP only.</summary>
    public bool IsOnePacket { get; init; }

    /// <summary>How long its idle connections are remembered; null for what <see cref="GlobalDefinitions.Timeouts"/> says.</summary>
    public ConnectionTimeouts? Timeouts { get; init; }

    /// <summary>How packets reach the servers that do not say otherwise.</summary>
    public ForwardingMethod Method { get; init; }

    /// <summary>How packets are wrapped for those servers; IP in IP unless <see cref="Method"/> is a tunnel.</summary>
    public TunnelEncapsulation Tunnel { get; init; } = TunnelEncapsulation.IpInIp;

    /// <summary>
    /// The family of the packets of firewall marks (<c>ip_family</c>): InterNetwork or InterNetworkV6; null when it isn't said, and for addresses, which have their own.
    /// </summary>
    public AddressFamily? MarkFamily { get; init; }

    /// <summary>How long a client stays with its server; null for no persistence.</summary>
    public TimeSpan? PersistenceTimeout { get; init; }

    /// <summary>The bits of a client's address that count for persistence: those of 255.255.255.0 keep each /24 together; all of them with 255.255.255.255, of IPv6 too.</summary>
    public IPAddress PersistenceMask { get; init; } = IPAddress.Broadcast;

    /// <summary>What tells clients apart besides their address (<c>persistence_engine</c>): IPVS has <c>sip</c>; null for nothing.</summary>
    public string? PersistenceEngine { get; init; }

    /// <summary>True when servers are checked only while this machine holds the service's address (<c>ha_suspend</c>).</summary>
    public bool SuspendsChecks { get; init; }

    /// <summary>For servers that do not say: <see cref="RealServer.VirtualHost"/>.</summary>
    public string? VirtualHost { get; init; }

    /// <summary>Whether mail is sent when the quorum is gained or lost; null for what <c>global_defs</c> says, which is no unless it is said.</summary>
    public bool? SendsMail { get; init; }

    /// <summary>What SNMP calls it; null for none.</summary>
    public string? SnmpName { get; init; }

    /// <summary>What is run when the quorum is gained; null for nothing.</summary>
    public NotifyScript? QuorumUp { get; init; }

    /// <summary>What is run when the quorum is lost; null for nothing.</summary>
    public NotifyScript? QuorumDown { get; init; }

    /// <summary>True when servers and quorum are reported as down at stop.</summary>
    public bool Omega { get; init; }

    /// <summary>The total weight of live servers at which the service counts as up.</summary>
    public uint Quorum { get; init; } = 1;

    /// <summary>How far from <see cref="Quorum"/> the weight must be before the service changes; less than the quorum.</summary>
    public uint Hysteresis { get; init; }

    /// <summary>The server used while the quorum is lost; null for none.</summary>
    public SorryServer? SorryServer { get; init; }

    /// <summary>The servers in the order of the file (IPVS and the dataplane put each new one at the head).</summary>
    public required ValueList<RealServer> RealServers { get; init; }
}

/// <summary>The family of the packets of a firewall mark in a group.</summary>
/// <param name="Mark">The mark.</param>
/// <param name="Family">InterNetwork or InterNetworkV6.</param>
public sealed record FirewallMarkFamily(uint Mark, AddressFamily Family);

/// <summary>The transport protocols of services, numbered as in the IP header.</summary>
public enum TransportProtocol
{
    /// <summary>Whichever: of firewall marks.</summary>
    Any = 0,
    Tcp = 6,
    Udp = 17,
    Sctp = 132,
}

/// <summary>How packets reach a real server.</summary>
public enum ForwardingMethod
{
    /// <summary>Addresses and ports are rewritten both ways.</summary>
    Nat,

    /// <summary>Only the MAC addresses change; the server holds the service's address and answers the client itself.</summary>
    DirectRouting,

    /// <summary>The packet is wrapped in another one to the server.</summary>
    Tunnel,
}

/// <summary>A server that connections are given to.</summary>
/// <param name="Address">Its own address.</param>
/// <param name="Port">In direct routing and tunnels always the service's; 0 for that of whichever the client connects to.</param>
public sealed record RealServer(IPAddress Address, ushort Port)
{
    /// <summary>Where it is written.</summary>
    public Origin Origin { get; init; }

    /// <summary>Its share of new connections: 0 to 2147483647; 0 gives it none.</summary>
    public int Weight { get; init; } = 1;

    /// <summary>How packets reach it.</summary>
    public ForwardingMethod Method { get; init; }

    /// <summary>How packets to it are wrapped; IP in IP unless <see cref="Method"/> is a tunnel.</summary>
    public TunnelEncapsulation Tunnel { get; init; } = TunnelEncapsulation.IpInIp;

    /// <summary>Connections at which it gets no new ones; 0 for no limit.</summary>
    public int UpperThreshold { get; init; }

    /// <summary>The number of connections below which it gets new ones again; at most the upper one, 0 for three quarters of it.</summary>
    public int LowerThreshold { get; init; }

    /// <summary>True when it gets weight 0 on failure instead of being taken out.</summary>
    public bool InhibitOnFailure { get; init; }

    /// <summary>The <c>Host</c> of HTTP checks that name none; null for the address and port.</summary>
    public string? VirtualHost { get; init; }

    /// <summary>Whether mail is sent when it goes up or down; null for what <c>global_defs</c> says, which is yes unless it is said.</summary>
    public bool? SendsMail { get; init; }

    /// <summary>What SNMP calls it; null for none.</summary>
    public string? SnmpName { get; init; }

    /// <summary>What is run when it goes up; null for nothing.</summary>
    public NotifyScript? NotifyUp { get; init; }

    /// <summary>What is run when it goes down; null for nothing.</summary>
    public NotifyScript? NotifyDown { get; init; }

    /// <summary>
    /// Its checkers, all of which must pass. A configuration with kinds that FastLb cannot run yet is refused (<see cref="ConfigurationResult.CanRun"/>), so that a check which
    /// is here and does not run never counts as passed.
    /// </summary>
    public ValueList<HealthCheck> Checks { get; init; } = [];
}

/// <summary>A server that answers while there is no quorum.</summary>
/// <param name="Address">Its own address.</param>
/// <param name="Port">In direct routing and tunnels always the service's.</param>
public sealed record SorryServer(IPAddress Address, ushort Port)
{
    /// <summary>Where it is written.</summary>
    public Origin Origin { get; init; }

    /// <summary>How packets reach it.</summary>
    public ForwardingMethod Method { get; init; }

    /// <summary>How packets to it are wrapped; IP in IP unless <see cref="Method"/> is a tunnel.</summary>
    public TunnelEncapsulation Tunnel { get; init; } = TunnelEncapsulation.IpInIp;

    /// <summary>True when it stays in the pool with weight 0 while there is a quorum (<c>sorry_server_inhibit</c>).</summary>
    public bool InhibitOnQuorum { get; init; }
}
