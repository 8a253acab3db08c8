using FastLb.Bfd.Hosting;
using FastLb.Configuration.Model;
using FastLb.Configuration.Model.Checks;
using FastLb.HealthChecks;
using Microsoft.Extensions.Logging;

namespace FastLb.Control.Health;

/// <summary>
/// Runs the BFD sessions that checks of servers follow, over reloads. A configuration in which the VRRP process runs sessions too is refused before, because both need the same ports.
/// One task at a time.
/// </summary>
/// <param name="failed">Called when the sessions can't go on.</param>
/// <param name="log">For what happens to them.</param>
internal sealed class FollowedSessions(Action<Exception> failed, ILogger log) : IDisposable
{
    private volatile DirectorHealth? _health;
    private BfdHost? _host;

    /// <summary>Goes on by a configuration, whose health is told of all that happens from now on and of how the sessions that go on stand.</summary>
    public void Use(DirectorConfiguration configuration, DirectorHealth health)
    {
        _health = health;
        BfdSession[] sessions = SessionsOf(configuration);
        if (_host is not null)
        {
            foreach (BfdStatus status in _host.Statuses.Where(status => status.IsUp))
                health.ReportSession(status.Name, isUp: true);
            _host.Reload(sessions);
        }
        else if (sessions.Length > 0)
        {
            _host = new BfdHost(sessions, change => _health?.ReportSession(change.Session, change.IsUp), log, failed);
            _host.Start();
        }
    }

    public void Dispose() => _host?.Dispose();

    private static BfdSession[] SessionsOf(DirectorConfiguration configuration)
    {
        HashSet<string> followed =
        [
            .. configuration.VirtualServers.SelectMany(service => service.RealServers).SelectMany(server => server.Checks).OfType<BfdCheck>().Select(check => check.Session),
        ];
        return [.. configuration.BfdSessions.Where(session => followed.Contains(session.Name))];
    }
}
