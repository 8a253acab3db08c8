using FastLb.Configuration.Model;
using FastLb.HealthChecks;
using FastLb.HealthChecks.Snapshots;
using FastLb.HealthChecks.Status;

namespace FastLb.Control.Announcements;

/// <summary>
/// What there is to tell when a process or a configuration begins: what is different from what was known before. keepalived's order: what has gone, then one service
/// after the other, its servers before its quorum.
/// </summary>
internal static class InitialNews
{
    /// <summary>What is different.</summary>
    /// <param name="former">The services as they were configured before; empty when a process begins.</param>
    /// <param name="known">What was known of them; null for nothing.</param>
    /// <param name="configuration">What is configured now.</param>
    /// <param name="now">How it is with those services, in their order.</param>
    public static IReadOnlyList<ServerNews> Of(
        IReadOnlyList<VirtualServer> former, HealthSnapshot? known, DirectorConfiguration configuration, IReadOnlyList<ServiceHealthStatus> now) =>
    [
        .. former.SelectMany(service => Removals(service, Find(known, ServiceIdentity.Of(service)), configuration.VirtualServers)),
        .. configuration.VirtualServers.Zip(now, (service, status) => Beginnings(service, Find(known, status.Service), status, configuration.Global)).SelectMany(news => news),
    ];

    private static IEnumerable<ServerNews> Removals(VirtualServer service, ServiceSnapshot? known, IReadOnlyList<VirtualServer> services)
    {
        VirtualServer? successor = services.FirstOrDefault(each => ServiceIdentity.Of(each) == ServiceIdentity.Of(service));
        foreach (RealServer server in service.RealServers)
        {
            ServerIdentity identity = ServerIdentity.Of(server);
            bool hasGone = successor is null || !successor.RealServers.Any(each => ServerIdentity.Of(each) == identity);
            if (hasGone && Find(known, identity)?.IsUp == true)
                yield return new ServerNews(service, server, IsUp: false, NewsCause.Removal);
        }

        if (successor is null && known?.HasQuorum == true)
            yield return new ServerNews(service, null, IsUp: false, NewsCause.Removal) { HadQuorum = true };
    }

    private static IEnumerable<ServerNews> Beginnings(VirtualServer service, ServiceSnapshot? known, ServiceHealthStatus now, GlobalDefinitions global)
    {
        foreach ((RealServer server, ServerHealthStatus status) in service.RealServers.Zip(now.Servers))
        {
            ServerSnapshot? before = Find(known, status.Server);
            if (before is null && status.IsUp && global.EventPipes.TellsInitialServers)
                yield return new ServerNews(service, server, IsUp: true, NewsCause.Start);
            else if (before is not null && before.IsUp != status.IsUp)
                yield return new ServerNews(service, server, status.IsUp, NewsCause.Assumption); // a check has come or gone
        }

        // A service that begins without quorum is told of only when its sorry server comes in, as by keepalived.
        bool differs = known is null ? now.HasQuorum || now.HasSorryServer : known.HasQuorum != now.HasQuorum;
        if (differs)
            yield return new ServerNews(service, null, now.HasQuorum, NewsCause.Start) { HadQuorum = known?.HasQuorum ?? false, LiveWeight = now.LiveWeight };
    }

    private static ServiceSnapshot? Find(HealthSnapshot? known, ServiceIdentity service) => known?.Services.FirstOrDefault(each =>
        each.Port == service.Port && each.Address == service.Address.ToString() && each.Protocol == KeywordNames.Of(service.Protocol));

    private static ServerSnapshot? Find(ServiceSnapshot? known, ServerIdentity server) =>
        known?.Servers.FirstOrDefault(each => each.Port == server.Port && each.Address == server.Address.ToString());
}
