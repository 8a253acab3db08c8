namespace FastLb.Native.Bpf;

/// <summary>The map <c>endpoints</c> of the steering program, and what this process knows to be in it.</summary>
internal sealed class SteeringEndpointMap : IDisposable
{
    public const string Name = "endpoints";
    public const string SettingsName = "settings";

    private const SteeringRoles AnyPort = SteeringRoles.ServiceAnyPort | SteeringRoles.NatServerAnyPort;

    private readonly Dictionary<SteeredEndpointKey, SteeringRoles> _present = [];

    private SteeringEndpointMap(BpfMap<SteeredEndpointKey, byte> map, BpfMap<uint, SteeringSettings> settings)
    {
        Map = map;
        Settings = settings;
    }

    public BpfMap<SteeredEndpointKey, byte> Map { get; }

    /// <summary>The map <c>settings</c>, which tells the programs whether to look for roles of any port.</summary>
    public BpfMap<uint, SteeringSettings> Settings { get; }

    public static SteeringEndpointMap Create(int capacity)
    {
        BpfMap<SteeredEndpointKey, byte> map = BpfMap<SteeredEndpointKey, byte>.CreateHash(Name, capacity);
        try
        {
            return new SteeringEndpointMap(map, BpfMap<uint, SteeringSettings>.CreateArray(SettingsName, 1));
        }
        catch
        {
            map.Dispose();
            throw;
        }
    }

    /// <summary>Makes these the services and NAT servers: roles are first added, then taken away.</summary>
    public void Replace(IReadOnlyCollection<SteeredEndpoint> services, IReadOnlyCollection<SteeredEndpoint> natServers)
    {
        Dictionary<SteeredEndpointKey, SteeringRoles> wanted = [];
        Collect(services, SteeringRoles.Service, SteeringRoles.ServiceFragments, SteeringRoles.ServiceAnyPort, wanted);
        Collect(natServers, SteeringRoles.NatServer, SteeringRoles.NatServerFragments, SteeringRoles.NatServerAnyPort, wanted);
        bool hasAnyPort = wanted.Values.Any(roles => (roles & AnyPort) != SteeringRoles.None);
        if (hasAnyPort)
            Settings.Update(0, new SteeringSettings { AnyPort = 1 });

        foreach ((SteeredEndpointKey key, SteeringRoles roles) in wanted)
            Set(key, roles | _present.GetValueOrDefault(key));
        foreach (SteeredEndpointKey key in _present.Keys.ToArray())
            Set(key, wanted.GetValueOrDefault(key));
        if (!hasAnyPort)
            Settings.Update(0, default);
    }

    public void Dispose()
    {
        Map.Dispose();
        Settings.Dispose();
    }

    private static void Collect(
        IReadOnlyCollection<SteeredEndpoint> endpoints,
        SteeringRoles role,
        SteeringRoles fragmentRole,
        SteeringRoles anyPortRole,
        Dictionary<SteeredEndpointKey, SteeringRoles> wanted)
    {
        foreach (SteeredEndpoint endpoint in endpoints)
        {
            SteeredEndpointKey key = endpoint.ToKey(), fragmentKey = endpoint.ToFragmentKey();
            wanted[key] = wanted.GetValueOrDefault(key) | (endpoint.Port == 0 ? anyPortRole : role);
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
