using System.Runtime.CompilerServices;

namespace FastLb.Native.Bpf;

/// <summary>
/// The set of services that the steering programs of all interfaces share. One thread at a time may change it; the programs see each single change at
/// once.
/// </summary>
public sealed class ServiceSteering : IDisposable
{
    private const string MapName = "services";
    private const byte Present = 1;

    private readonly BpfMap<SteeredServiceKey, byte> _map;
    private readonly HashSet<SteeredService> _services = [];

    private ServiceSteering(BpfMap<SteeredServiceKey, byte> map) => _map = map;

    /// <summary>How many services can be steered: STEERING_MAX_SERVICES of <c>native/bpf/steering.h</c>.</summary>
    public static int Capacity => 65536;

    /// <summary>The services steered now.</summary>
    public IReadOnlyCollection<SteeredService> Services => _services;

    internal BpfMap<SteeredServiceKey, byte> Map => _map;

    /// <summary>Creates an empty set.</summary>
    /// <exception cref="SystemCallException">libbpf is missing, or the process may not create BPF maps.</exception>
    public static ServiceSteering Create()
    {
        MapCreateOptions options = new() { Size = (nuint)Unsafe.SizeOf<MapCreateOptions>(), MapFlags = BpfConstants.BPF_F_NO_PREALLOC };
        using LibBpfLog log = SteeringObject.OpenLibrary();
        int descriptor = LibBpf.bpf_map_create(
            BpfConstants.BPF_MAP_TYPE_HASH, MapName, (uint)Unsafe.SizeOf<SteeredServiceKey>(), sizeof(byte), (uint)Capacity, options);
        return descriptor >= 0
            ? new ServiceSteering(new BpfMap<SteeredServiceKey, byte>(new BpfDescriptor(descriptor), MapName))
            : throw SteeringObject.Failure("create", "the BPF map of services", descriptor, log);
    }

    /// <summary>
    /// Makes <paramref name="services"/> the set, by the difference to the present one: first what is new, then what is gone, so that a service in both is
    /// steered throughout.
    /// </summary>
    /// <exception cref="ArgumentException">A service isn't <see cref="SteeredService.IsSteerable"/>; nothing was changed.</exception>
    /// <exception cref="SystemCallException">A change failed; those before it stand, and the call may be repeated.</exception>
    public void SetServices(IReadOnlyCollection<SteeredService> services)
    {
        HashSet<SteeredService> wanted = [.. services];
        foreach (SteeredService service in wanted)
        {
            if (!service.IsSteerable)
                throw new ArgumentException($"{service} can't be steered: TCP and UDP services with a port can", nameof(services));
        }

        foreach (SteeredService added in wanted.Except(_services).ToArray())
        {
            _map.Update(added.ToKey(), Present);
            _services.Add(added);
        }

        foreach (SteeredService removed in _services.Except(wanted).ToArray())
        {
            _map.Delete(removed.ToKey());
            _services.Remove(removed);
        }
    }

    /// <summary>Lets go of the set. Programs that share it keep it, unchanged, until they are disposed of.</summary>
    public void Dispose() => _map.Dispose();
}
