using FastLb.Configuration.Model;
using FastLb.HealthChecks.Checkers;
using FastLb.HealthChecks.Snapshots;
using FastLb.HealthChecks.Status;

namespace FastLb.HealthChecks.Servers;

/// <summary>What is known of one real server: it is up while it passes all its checks. Guarded by its owner.</summary>
internal sealed class ServerHealth
{
    private DateTimeOffset? _since;

    /// <param name="service">The service that it serves.</param>
    /// <param name="server">As configured.</param>
    /// <param name="restored">What an earlier process knew.</param>
    public ServerHealth(ServiceIdentity service, RealServer server, RestoredHealth restored)
    {
        Identity = ServerIdentity.Of(server);
        var identities = new List<CheckIdentity>();
        ProbingCheck[] checks = [.. server.Checks.Select(HealthProbes.Supported)];
        foreach (ProbingCheck check in checks)
        {
            (string kind, string target) = (HealthProbes.KindOf(check), HealthProbes.TargetOf(check));
            identities.Add(new CheckIdentity(kind, target, identities.Count(other => other.Kind == kind && other.Target == target)));
        }

        Checks = [.. checks.Zip(identities, (check, identity) => new CheckHealth(identity, check, restored.Find(service, Identity, identity)))];
        IsUp = Checks.All(check => check.IsUp);
        ServerSnapshot? saved = restored.Find(service, Identity);
        _since = saved is not null && saved.IsUp == IsUp ? saved.Since : null;
    }

    public ServerIdentity Identity { get; }

    public IReadOnlyList<CheckHealth> Checks { get; }

    /// <summary>Whether it passes all its checks, as of the last <see cref="Refresh"/>.</summary>
    public bool IsUp { get; private set; }

    /// <summary>Looks at the checks again.</summary>
    /// <returns>Whether the server changed.</returns>
    public bool Refresh(DateTimeOffset now)
    {
        bool isUp = Checks.All(check => check.IsUp);
        if (isUp == IsUp)
            return false;
        (IsUp, _since) = (isUp, now);
        return true;
    }

    public ServerSnapshot ToSnapshot() => new(Identity.Address.ToString(), Identity.Port, IsUp, _since, [.. Checks.Select(check => check.ToSnapshot())]);

    /// <summary>Its status.</summary>
    /// <param name="effectiveWeight">Its weight in the pool; null when it is not in it.</param>
    public ServerHealthStatus ToStatus(int? effectiveWeight) => new(Identity, IsUp, _since, effectiveWeight, [.. Checks.Select(check => check.ToStatus())]);
}
