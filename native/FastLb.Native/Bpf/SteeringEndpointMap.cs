namespace FastLb.Native.Bpf;

/// <summary>The map <c>endpoints</c> of the steering program, and what this process knows to be in it.</summary>
internal sealed class SteeringEndpointMap : IDisposable
{
    public const string Name = "endpoints";

    private readonly Dictionary<SteeredEndpointKey, SteeringRoles> _present = [];

    private SteeringEndpointMap(BpfMap<SteeredEndpointKey, byte> map) => Map = map;

    public BpfMap<SteeredEndpointKey, byte> Map { get; }

    public static SteeringEndpointMap Create(int capacity) => new(BpfMap<SteeredEndpointKey, byte>.CreateHash(Name, capacity));

    /// <summary>Makes these the services and NAT servers: roles are first added, then taken away.</summary>
    public void Replace(IReadOnlyCollection<SteeredEndpoint> services, IReadOnlyCollection<SteeredEndpoint> natServers)
    {
        Dictionary<SteeredEndpointKey, SteeringRoles> wanted = [];
        Collect(services, SteeringRoles.Service, SteeringRoles.ServiceFragments, wanted);
        Collect(natServers, SteeringRoles.NatServer, SteeringRoles.NatServerFragments, wanted);

        foreach ((SteeredEndpointKey key, SteeringRoles roles) in wanted)
            Set(key, roles | _present.GetValueOrDefault(key));
        foreach (SteeredEndpointKey key in _present.Keys.ToArray())
            Set(key, wanted.GetValueOrDefault(key));
    }

    public void Dispose() => Map.Dispose();

    private static void Collect(
        IReadOnlyCollection<SteeredEndpoint> endpoints,
        SteeringRoles role,
        SteeringRoles fragmentRole,
        Dictionary<SteeredEndpointKey, SteeringRoles> wanted)
    {
        foreach (SteeredEndpoint endpoint in endpoints)
        {
            SteeredEndpointKey key = endpoint.ToKey(), fragmentKey = endpoint.ToFragmentKey();
            wanted[key] = wanted.GetValueOrDefault(key) | role;
            wanted[fragmentKey] = wanted.GetValueOrDefault(fragmentKey) | fragmentRole;
        }
    }

    private void Set(SteeredEndpointKey key, SteeringRoles roles)
    {
        if (roles == _present.GetValueOrDefault(key))
            return;
        if (roles == SteeringRoles.None)
        {
            Map.Delete(key);
            _present.Remove(key);
        }
        else
        {
            Map.Update(key, (byte)roles);
            _present[key] = roles;
        }
    }
}
