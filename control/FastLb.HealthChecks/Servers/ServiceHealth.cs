using FastLb.Configuration.Model;
using FastLb.HealthChecks.Monitoring;
using FastLb.HealthChecks.Pools;
using FastLb.HealthChecks.Snapshots;
using FastLb.HealthChecks.Status;

namespace FastLb.HealthChecks.Servers;

/// <summary>What is known of one service: its servers and its quorum. Guarded by its owner.</summary>
internal sealed class ServiceHealth
{
    private readonly VirtualServer _service;
    private DateTimeOffset? _since;

    /// <param name="service">As configured.</param>
    /// <param name="restored">What an earlier process knew.</param>
    /// <param name="files">What files say now.</param>
    /// <param name="recovery">How servers come back.</param>
    /// <param name="now">The moment of beginning.</param>
    public ServiceHealth(VirtualServer service, RestoredHealth restored, FollowedFiles files, RecoverySettings recovery, Moment now)
    {
        _service = service;
        Identity = ServiceIdentity.Of(service);
        Servers = [.. service.RealServers.Select(server => new ServerHealth(Identity, server, restored, files, recovery, now))];
        ServiceSnapshot? saved = restored.Find(Identity);
        Pool = Compute(saved?.HasQuorum);
        HadQuorum = saved?.HasQuorum ?? true;
        _since = Pool.HasQuorum == HadQuorum ? saved?.Since : null;
    }

    public ServiceIdentity Identity { get; }

    public IReadOnlyList<ServerHealth> Servers { get; }

    /// <summary>True when servers and quorum are reported as down at stop.</summary>
    public bool Omega => _service.Omega;

    /// <summary>Whether the service counted as up when an earlier process ended. One that has just been configured is expected to.</summary>
    public bool HadQuorum { get; }

    /// <summary>As of the last <see cref="Refresh"/>.</summary>
    public ServicePool Pool { get; private set; }

    /// <summary>Whether its servers are checked now.</summary>
    public ProbeGate Gate { get; } = new();

    /// <summary>True when its servers are checked only while one of its addresses is on this machine.</summary>
    public bool FollowsAddress => _service.SuspendsChecks;

    /// <summary>When time alone changes it next, as <see cref="Moment.Running"/>; null for never.</summary>
    public TimeSpan? NextStep => Servers.Min(server => server.NextStep);

    /// <summary>
    /// Takes back the servers that are kept out, if otherwise none would serve: one that goes down now and then is better than none. Pools are as before until <see cref="Refresh"/>.
    /// </summary>
    /// <returns>Those that are taken back.</returns>
    public IReadOnlyList<ServerHealth> ReleaseIfNoneServes(Moment now)
    {
        if (Servers.Any(server => server is { IsUp: true, Weight: > 0 }))
            return [];
        ServerHealth[] released = [.. Servers.Where(server => server is { IsHeld: true, Weight: > 0 })];
        foreach (ServerHealth server in released)
            server.Release(now);
        return released;
    }

    /// <summary>Whether all servers that would get new connections are suspected: there must be one that does.</summary>
    public bool LacksUnsuspected => Servers.Any(server => server.IsSuspected) && !Servers.Any(server => server is { IsUp: true, IsSuspected: false, Weight: > 0 });

    /// <summary>Whether the server gets new connections, and so does another one.</summary>
    public bool CanSpare(ServerHealth server) =>
        WeightOf(server) > 0 && Servers.Any(other => other != server && WeightOf(other) > 0);

    /// <summary>Looks at the servers again.</summary>
    /// <returns>The pool before.</returns>
    public ServicePool Refresh(Moment now)
    {
        ServicePool before = Pool;
        Pool = Compute(before.HasQuorum);
        if (Pool.HasQuorum != before.HasQuorum)
            _since = now.Date;
        return before;
    }

    public ServiceSnapshot ToSnapshot() => new(
        Identity.Address.ToString(), KeywordNames.Of(Identity.Protocol), Identity.Port, Pool.HasQuorum, _since, [.. Servers.Select(server => server.ToSnapshot())]);

    public ServiceHealthStatus ToStatus() => new(
        Identity, Pool.HasQuorum, _since, Pool.LiveWeight, _service.Quorum, _service.Hysteresis, Pool.HasSorryServer,
        [.. Servers.Select(server => server.ToStatus(WeightOf(server)))])
    {
        IsSuspended = !Gate.IsOpen,
    };

    private ServicePool Compute(bool? hadQuorum) => ServicePool.Compute(
        _service, [.. Servers.Select(server => server.IsUp)], hadQuorum, [.. Servers.Select(server => server.Weight)], [.. Servers.Select(server => server.Share)],
        [.. Servers.Select(server => server.IsSuspected)]);

    /// <summary>Its weight in the pool, but without what others' slow start makes of it.</summary>
    private int? WeightOf(ServerHealth server) =>
        Pool.Members.FirstOrDefault(member => !member.IsSorryServer && member.Port == server.Identity.Port && member.Address.Equals(server.Identity.Address)) is { } member
            ? Math.Min(member.Weight, server.Weight)
            : null;
}
