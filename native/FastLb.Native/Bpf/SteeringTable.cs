using System.Net;

namespace FastLb.Native.Bpf;

/// <summary>
/// What the steering programs of all interfaces share: the services, the real servers that answer through this host, and the host's own addresses. One
/// thread at a time may change it; the programs see each single change at once.
/// </summary>
/// <remarks>
/// Each set is replaced as a whole, by the difference to the present one: first what is new, then what is gone, so that what is in both is steered
/// throughout. A <see cref="SystemCallException"/> leaves the changes before it standing, and the call may be repeated.
/// </remarks>
public sealed class SteeringTable : IDisposable
{
    private IReadOnlyCollection<SteeredEndpoint> _services = [];
    private IReadOnlyCollection<SteeredEndpoint> _natServers = [];

    private SteeringTable(SteeringEndpointMap endpoints, SteeringAddressSet tunnelServers, SteeringAddressSet ownAddresses)
    {
        Endpoints = endpoints;
        TunnelServerSet = tunnelServers;
        OwnAddressSet = ownAddresses;
    }

    /// <summary>
    /// Endpoints that there is room for, STEERING_MAX_ENDPOINTS of <c>native/bpf/steering.h</c>: services, NAT servers, and for their fragments one more for
    /// each address and protocol.
    /// </summary>
    public static int EndpointCapacity => 131072;

    /// <summary>Tunnel servers that there is room for, and own addresses: STEERING_MAX_ADDRESSES.</summary>
    public static int AddressCapacity => 16384;

    /// <summary>The services steered now.</summary>
    public IReadOnlyCollection<SteeredEndpoint> Services => _services;

    /// <summary>The real servers whose answers are steered now.</summary>
    public IReadOnlyCollection<SteeredEndpoint> NatServers => _natServers;

    /// <summary>The real servers that are reached by IPIP tunnels now.</summary>
    public IReadOnlyCollection<IPAddress> TunnelServers => TunnelServerSet.Addresses;

    /// <summary>The host's own addresses as last told.</summary>
    public IReadOnlyCollection<IPAddress> OwnAddresses => OwnAddressSet.Addresses;

    internal SteeringEndpointMap Endpoints { get; }

    internal SteeringAddressSet TunnelServerSet { get; }

    internal SteeringAddressSet OwnAddressSet { get; }

    /// <summary>Creates an empty table: nothing is steered.</summary>
    /// <exception cref="SystemCallException">libbpf is missing, or the process may not create BPF maps.</exception>
    public static SteeringTable Create()
    {
        SteeringEndpointMap endpoints = SteeringEndpointMap.Create(EndpointCapacity);
        SteeringAddressSet? tunnelServers = null;
        try
        {
            tunnelServers = SteeringAddressSet.Create("tunnel_servers", AddressCapacity);
            return new SteeringTable(endpoints, tunnelServers, SteeringAddressSet.Create("own_addresses", AddressCapacity));
        }
        catch
        {
            endpoints.Dispose();
            tunnelServers?.Dispose();
            throw;
        }
    }

    /// <summary>Has packets to these services steered, their fragments, and ICMP errors about packets to and from them.</summary>
    /// <exception cref="ArgumentException">A service isn't <see cref="SteeredEndpoint.IsSteerable"/>; nothing was changed.</exception>
    public void SetServices(IReadOnlyCollection<SteeredEndpoint> services)
    {
        SteeredEndpoint[] wanted = Distinct(services, nameof(services));
        Endpoints.Replace(wanted, _natServers);
        _services = wanted;
    }

    /// <summary>
    /// Has packets steered that come from these real servers and aren't for one of the own addresses, their fragments, and ICMP errors about packets that
    /// were forwarded to them.
    /// </summary>
    /// <exception cref="ArgumentException">A server isn't <see cref="SteeredEndpoint.IsSteerable"/>; nothing was changed.</exception>
    public void SetNatServers(IReadOnlyCollection<SteeredEndpoint> servers)
    {
        SteeredEndpoint[] wanted = Distinct(servers, nameof(servers));
        Endpoints.Replace(_services, wanted);
        _natServers = wanted;
    }

    /// <summary>Has ICMP errors steered about IPIP packets from one of the own addresses to these real servers.</summary>
    public void SetTunnelServers(IReadOnlyCollection<IPAddress> servers) => TunnelServerSet.Replace(servers);

    /// <summary>
    /// Tells the addresses of all the host's interfaces, virtual ones too. What a NAT server sends to one of them stays with the kernel: answers to the
    /// host's own connections, such as health checks. Set them before the NAT servers.
    /// </summary>
    public void SetOwnAddresses(IReadOnlyCollection<IPAddress> addresses) => OwnAddressSet.Replace(addresses);

    /// <summary>Lets go of the table. Programs that share it keep it, unchanged, until they are disposed of.</summary>
    public void Dispose()
    {
        Endpoints.Dispose();
        TunnelServerSet.Dispose();
        OwnAddressSet.Dispose();
    }

    private static SteeredEndpoint[] Distinct(IReadOnlyCollection<SteeredEndpoint> endpoints, string parameter)
    {
        foreach (SteeredEndpoint endpoint in endpoints)
        {
            if (!endpoint.IsSteerable)
                throw new ArgumentException($"{endpoint} can't be steered: TCP and UDP can", parameter);
        }

        return [.. endpoints.Distinct()];
    }
}
