using System.Net;
using FastLb.Configuration.Model;

namespace FastLb.HealthChecks.Snapshots;

/// <summary>A snapshot taken apart, so that each service, server and check finds its own. What can't be understood or is not asked for is a remark.</summary>
internal sealed class RestoredHealth
{
    private readonly Dictionary<ServiceIdentity, ServiceSnapshot> _services = [];
    private readonly Dictionary<(ServiceIdentity Service, ServerIdentity Server), ServerSnapshot> _servers = [];
    private readonly Dictionary<(ServiceIdentity Service, ServerIdentity Server, CheckIdentity Check), CheckSnapshot> _checks = [];
    private readonly HashSet<object> _asked = [];
    private readonly List<string> _remarks = [];

    /// <param name="snapshot">Null for a first start.</param>
    public RestoredHealth(HealthSnapshot? snapshot)
    {
        if (snapshot is null)
            return;
        if (snapshot.Version != HealthSnapshot.CurrentVersion)
            _remarks.Add($"the saved state has version {snapshot.Version}, and only {HealthSnapshot.CurrentVersion} is read");
        else
            Read(snapshot);
    }

    public ServiceSnapshot? Find(ServiceIdentity service) => Take(_services, service);

    public ServerSnapshot? Find(ServiceIdentity service, ServerIdentity server) => Take(_servers, (service, server));

    public CheckSnapshot? Find(ServiceIdentity service, ServerIdentity server, CheckIdentity check) => Take(_checks, (service, server, check));

    /// <summary>What is left out and why; complete when all that is configured has been asked for.</summary>
    public IReadOnlyList<string> Remarks() =>
    [
        .. _remarks,
        .. _services.Keys.Where(IsForgotten).Select(service => $"{service} is not configured any more"),
        .. _servers.Keys.Where(key => !IsForgotten(key.Service) && IsForgotten(key)).Select(key => $"{key.Server} of {key.Service} is not configured any more"),
        .. _checks.Keys.Where(key => !IsForgotten((key.Service, key.Server)) && IsForgotten(key))
            .Select(key => $"{key.Check} for {key.Server} of {key.Service} is not configured any more"),
    ];

    private bool IsForgotten(object key) => !_asked.Contains(key);

    private TSnapshot? Take<TKey, TSnapshot>(Dictionary<TKey, TSnapshot> known, TKey key)
        where TKey : notnull
        where TSnapshot : class
    {
        _asked.Add(key);
        return known.GetValueOrDefault(key);
    }

    private void Read(HealthSnapshot snapshot)
    {
        // Elements of lists can be null in JSON whatever their type says, and a caller may hand over anything.
        foreach (ServiceSnapshot? service in snapshot.Services ?? [])
        {
            if (service is null)
                _remarks.Add("a saved service is null");
            else if (!IPAddress.TryParse(service.Address, out IPAddress? address) || ToProtocol(service.Protocol) is not { } protocol)
                _remarks.Add($"a saved service is called '{service.Protocol} {service.Address} {service.Port}', which names none");
            else if (new ServiceIdentity(address, protocol, service.Port) is var identity && !_services.TryAdd(identity, service))
                _remarks.Add($"{identity} was saved twice; the first counts");
            else
                Read(identity, service.Servers);
        }
    }

    private void Read(ServiceIdentity service, IReadOnlyList<ServerSnapshot> servers)
    {
        foreach (ServerSnapshot? server in servers ?? [])
        {
            if (server is null)
                _remarks.Add($"a saved server of {service} is null");
            else if (!IPAddress.TryParse(server.Address, out IPAddress? address))
                _remarks.Add($"a saved server of {service} is called '{server.Address} {server.Port}', which names none");
            else if (new ServerIdentity(address, server.Port) is var identity && !_servers.TryAdd((service, identity), server))
                _remarks.Add($"{identity} of {service} was saved twice; the first counts");
            else
                Read(service, identity, server.Checks);
        }
    }

    private void Read(ServiceIdentity service, ServerIdentity server, IReadOnlyList<CheckSnapshot> checks)
    {
        foreach (CheckSnapshot? check in checks ?? [])
        {
            string? fault = check switch
            {
                null => "is null",
                { Kind: null } or { Target: null } => "has no name",
                { HasRun: false, Failures: > 0 } => $"has failed {check.Failures} times without having run",
                { HasRun: true, IsUp: false, Failures: 0 } => "is down without having failed",
                _ when !_checks.TryAdd((service, server, new(check.Kind, check.Target, check.Ordinal)), check) => "was saved twice; the first counts",
                _ => null,
            };
            if (fault is not null)
                _remarks.Add($"a saved check for {server} of {service} {fault}");
        }
    }

    private static TransportProtocol? ToProtocol(string? name)
    {
        foreach (TransportProtocol protocol in Enum.GetValues<TransportProtocol>())
        {
            if (KeywordNames.Of(protocol) == name)
                return protocol;
        }

        return null;
    }
}
