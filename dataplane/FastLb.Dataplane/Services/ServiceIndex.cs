using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using FastLb.Dataplane.Flows;
using FastLb.Wire;

namespace FastLb.Dataplane.Services;

/// <summary>Finds the service of a new flow, in the order of IPVS (ip_vs_service_find): by mark, by port, for FTP's data connections, for all ports of an address.</summary>
internal sealed class ServiceIndex
{
    private const ushort FtpData = 20;
    private const ushort FirstUnprivileged = 1024;

    private readonly FrozenDictionary<ServiceKey, VirtualService> _byKey;
    private readonly MarkRule[] _marks;
    private readonly bool _hasFtp;
    private readonly bool _hasAllPorts;

    public ServiceIndex(VirtualService[] services, MarkRule[] marks)
    {
        _byKey = services.ToFrozenDictionary(service => service.Key);
        _marks = marks;
        _hasFtp = services.Any(service => service.Key is { Port: VirtualService.FtpPort, Protocol: IpProtocol.Tcp });
        _hasAllPorts = services.Any(service => service.Key is { Port: 0, IsMark: false });
        TakesOthers = marks.Length != 0 || _hasAllPorts || services.Any(service => service.TakesFtpData);
        VirtualAddresses = new AddressSet([
            .. services.Where(service => !service.Key.IsMark && service.Key.Address.IsIPv4).Select(service => service.Key.Address.V4)
                .Concat(marks.Where(rule => _byKey.ContainsKey(ServiceKey.ForMark(rule.Mark))).SelectMany(rule => rule.Destinations()))
                .Distinct(),
        ]);
    }

    /// <summary>Which packets have firewall marks.</summary>
    public MarkRule[] Marks => _marks;

    /// <summary>Whether packets are steered here that may turn out to be for no service: steering can't look as closely.</summary>
    public bool TakesOthers { get; }

    /// <summary>Where clients of any service send their packets.</summary>
    public AddressSet VirtualAddresses { get; }

    public bool TryGet(in ServiceKey key, [MaybeNullWhen(false)] out VirtualService service) => _byKey.TryGetValue(key, out service);

    /// <summary>The service that a client's packet is for; false when it is for none.</summary>
    /// <param name="flow">The key of its flow.</param>
    /// <param name="interface">Where it came in, as <see cref="EgressLink.Interface"/>.</param>
    /// <param name="service">The service.</param>
    public bool TryFind(in FlowKey flow, ushort @interface, [MaybeNullWhen(false)] out VirtualService service)
    {
        if (_marks.Length != 0 && TryFindByMark(flow, @interface, out service))
            return true;
        var key = new ServiceKey(IpAddress.FromV4(flow.PeerAddress), flow.Protocol, flow.PeerPort);
        if (_byKey.TryGetValue(key, out service))
            return true;
        if (_hasFtp && flow.Protocol == IpProtocol.Tcp && flow.PeerPort is FtpData or >= FirstUnprivileged
            && _byKey.TryGetValue(key with { Port = VirtualService.FtpPort }, out service))
        {
            return service.TakesFtpData; // another FTP service doesn't, nor does one for all ports then
        }

        service = null;
        return _hasAllPorts && _byKey.TryGetValue(key with { Port = 0 }, out service);
    }

    private bool TryFindByMark(in FlowKey flow, ushort @interface, [MaybeNullWhen(false)] out VirtualService service)
    {
        foreach (ref readonly MarkRule rule in _marks.AsSpan())
        {
            if (rule.Fits(flow, @interface))
                return _byKey.TryGetValue(ServiceKey.ForMark(rule.Mark), out service);
        }

        service = null;
        return false;
    }
}
