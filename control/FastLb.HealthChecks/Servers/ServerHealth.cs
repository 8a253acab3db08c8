using FastLb.Configuration.Model;
using FastLb.Configuration.Model.Checks;
using FastLb.HealthChecks.Checkers;
using FastLb.HealthChecks.Monitoring;
using FastLb.HealthChecks.Snapshots;
using FastLb.HealthChecks.Status;

namespace FastLb.HealthChecks.Servers;

/// <summary>What is known of one real server: it is up while it passes all its checks. Guarded by its owner.</summary>
internal sealed class ServerHealth
{
    private readonly int _configuredWeight;
    private DateTimeOffset? _since;

    /// <param name="service">The service that it serves.</param>
    /// <param name="server">As configured.</param>
    /// <param name="restored">What an earlier process knew.</param>
    /// <param name="files">What files say now.</param>
    /// <param name="now">The time of day.</param>
    public ServerHealth(ServiceIdentity service, RealServer server, RestoredHealth restored, FollowedFiles files, DateTimeOffset now)
    {
        _configuredWeight = server.Weight;
        Identity = ServerIdentity.Of(server);
        var identities = new List<CheckIdentity>();
        foreach (HealthCheck check in server.Checks)
        {
            (string kind, string target) = (HealthProbes.KindOf(check), HealthProbes.TargetOf(check));
            identities.Add(new CheckIdentity(kind, target, identities.Count(other => other.Kind == kind && other.Target == target)));
        }

        Checks = [.. server.Checks.Zip(identities, (check, identity) => new CheckHealth(identity, check, restored.Find(service, Identity, identity)))];
        foreach (CheckHealth check in Checks)
        {
            if (check.Check is FileCheck file)
                check.Apply(files.Judge(file), now, out _);
        }

        (IsUp, Weight) = (Checks.All(check => check.IsUp), ComputeWeight());
        ServerSnapshot? saved = restored.Find(service, Identity);
        _since = saved is not null && saved.IsUp == IsUp ? saved.Since : null;
    }

    public ServerIdentity Identity { get; }

    public IReadOnlyList<CheckHealth> Checks { get; }

    /// <summary>Whether it passes all its checks, as of the last <see cref="Refresh"/>.</summary>
    public bool IsUp { get; private set; }

    /// <summary>Its weight as configured and as its checks change it, as of the last <see cref="RefreshWeight"/>.</summary>
    public int Weight { get; private set; }

    /// <summary>That its clients' connections speak against it; null when they don't. Ends with <see cref="Refresh"/> when the server is down.</summary>
    public Suspicion? Suspicion { get; set; }

    /// <summary>Whether it gets no new connections because of a <see cref="Suspicion"/>.</summary>
    public bool IsSuspected => Suspicion is not null;

    /// <summary>Looks at what the checks say of the weight again.</summary>
    /// <returns>Whether it changed.</returns>
    public bool RefreshWeight()
    {
        int before = Weight;
        Weight = ComputeWeight();
        return Weight != before;
    }

    /// <summary>Looks at the checks again.</summary>
    /// <returns>Whether the server changed.</returns>
    public bool Refresh(DateTimeOffset now)
    {
        bool isUp = Checks.All(check => check.IsUp);
        if (isUp == IsUp)
            return false;
        (IsUp, _since) = (isUp, now);
        if (!isUp)
            Suspicion = null; // there is a verdict
        return true;
    }

    public ServerSnapshot ToSnapshot() => new(Identity.Address.ToString(), Identity.Port, IsUp, _since, [.. Checks.Select(check => check.ToSnapshot())]);

    /// <summary>Its status.</summary>
    /// <param name="effectiveWeight">Its weight in the pool; null when it is not in it.</param>
    public ServerHealthStatus ToStatus(int? effectiveWeight) => new(Identity, IsUp, _since, effectiveWeight, [.. Checks.Select(check => check.ToStatus())])
    {
        Suspicion = Suspicion?.Cause,
    };

    // As in keepalived, each check moves the weight by how far what it says is from the configured one; together they may lead beyond what a weight can be.
    private int ComputeWeight()
    {
        long weight = _configuredWeight;
        foreach (CheckHealth check in Checks)
        {
            if (check.Weight is { } claim)
                weight += claim.IsAdded ? claim.Weight : (long)claim.Weight - _configuredWeight;
        }

        return (int)Math.Clamp(weight, 0, int.MaxValue);
    }
}
