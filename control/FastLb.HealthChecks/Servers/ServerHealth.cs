using FastLb.Configuration.Model;
using FastLb.Configuration.Model.Checks;
using FastLb.HealthChecks.Checkers;
using FastLb.HealthChecks.Monitoring;
using FastLb.HealthChecks.Snapshots;
using FastLb.HealthChecks.Status;

namespace FastLb.HealthChecks.Servers;

/// <summary>What is known of one real server: it is up while it passes all its checks, and isn't kept out for having failed them too often. Guarded by its owner.</summary>
internal sealed class ServerHealth
{
    private readonly int _configuredWeight;
    private readonly TimeSpan? _slowStart;
    private readonly FlapGuard _flaps;
    private bool _passes;
    private DateTimeOffset? _since;
    private TimeSpan? _cameUp;

    /// <param name="service">The service that it serves.</param>
    /// <param name="server">As configured.</param>
    /// <param name="restored">What an earlier process knew.</param>
    /// <param name="files">What files say now.</param>
    /// <param name="recovery">How it comes back.</param>
    /// <param name="now">The moment of beginning.</param>
    public ServerHealth(ServiceIdentity service, RealServer server, RestoredHealth restored, FollowedFiles files, RecoverySettings recovery, Moment now)
    {
        (_configuredWeight, _slowStart, _flaps) = (server.Weight, recovery.SlowStart, new FlapGuard(recovery.Damping));
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
                check.Apply(files.Judge(file), now.Date, out _);
        }

        ServerSnapshot? saved = restored.Find(service, Identity);
        _passes = Checks.All(check => check.IsUp);
        foreach (DateTimeOffset fall in saved?.Falls ?? [])
            _flaps.Fall(new Moment(now.Running - now.Since(fall), fall));
        (IsUp, Weight) = (_passes && !(saved is { IsUp: false } && _flaps.Rise(now)), ComputeWeight());
        _since = saved is not null && saved.IsUp == IsUp ? saved.Since : null;
        if (IsUp && _since is { } since)
            _cameUp = now.Running - now.Since(since);
        Share = ComputeShare(now);
    }

    public ServerIdentity Identity { get; }

    public IReadOnlyList<CheckHealth> Checks { get; }

    /// <summary>Whether it serves, as of the last <see cref="Refresh"/>.</summary>
    public bool IsUp { get; private set; }

    /// <summary>Whether it is kept out although it passes all its checks, as of the last <see cref="Refresh"/>.</summary>
    public bool IsHeld => _flaps.Holds;

    /// <summary>Why it is kept out, as a phrase for the log.</summary>
    public string HoldReason => _flaps.Reason;

    /// <summary>The share of its weight that it gets, in tenths, as of the last <see cref="Refresh"/>.</summary>
    public int Share { get; private set; }

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

    /// <summary>When time alone changes it next, as <see cref="Moment.Running"/>; null for never.</summary>
    public TimeSpan? NextStep =>
        _flaps.HeldUntil ?? (IsUp && _cameUp is { } cameUp && _slowStart is { } length ? cameUp + WeightRamp.EndOf(Share, length) : null);

    /// <summary>Looks at the checks and the time again.</summary>
    /// <returns>Whether the server went up or down.</returns>
    public bool Refresh(Moment now)
    {
        bool passes = Checks.All(check => check.IsUp);
        if (_passes && !passes)
            _flaps.Fall(now);
        else if (!_passes && passes)
            _flaps.Rise(now);
        else
            _flaps.Expire(now);
        _passes = passes;
        bool changes = SetUp(passes && !_flaps.Holds, now);
        Share = ComputeShare(now);
        return changes;
    }

    /// <summary>Takes it back although it is kept out.</summary>
    public void Release(Moment now)
    {
        _flaps.Release();
        SetUp(_passes, now);
        Share = ComputeShare(now);
    }

    public ServerSnapshot ToSnapshot() => new(Identity.Address.ToString(), Identity.Port, IsUp, _since, [.. Checks.Select(check => check.ToSnapshot())])
    {
        Falls = _flaps.Falls.Count == 0 ? null : [.. _flaps.Falls.Select(fall => fall.Date)],
    };

    /// <summary>Its status.</summary>
    /// <param name="effectiveWeight">Its weight in the pool, of which it may have a share alone; null when it is not in it.</param>
    public ServerHealthStatus ToStatus(int? effectiveWeight) => new(Identity, IsUp, _since, effectiveWeight, [.. Checks.Select(check => check.ToStatus())])
    {
        Remark = IsHeld ? $"kept out: {HoldReason}" : Share < WeightRamp.Steps ? $"starts slowly: {Share} tenths of its weight" : null,
        Suspicion = Suspicion?.Cause,
    };

    private bool SetUp(bool isUp, Moment now)
    {
        if (isUp == IsUp)
            return false;
        (IsUp, _since, _cameUp) = (isUp, now.Date, isUp ? now.Running : null);
        if (!isUp)
            Suspicion = null; // there is a verdict
        return true;
    }

    private int ComputeShare(Moment now) =>
        IsUp && _cameUp is { } cameUp && _slowStart is { } length ? WeightRamp.ShareAfter(now.Running - cameUp, length) : WeightRamp.Steps;

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
