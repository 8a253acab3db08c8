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
    private readonly Lock _gate = new();
    private readonly Dictionary<string, bool> _told = new(StringComparer.Ordinal);
    private DirectorHealth? _health;
    private BfdHost? _host;

    /// <summary>
    /// Goes on by a configuration, whose health is told of how sessions stand, as far as that is known, and of all that happens from now on. The first time, sessions run in the network
    /// namespace of the thread that calls this.
    /// </summary>
    public void Use(DirectorConfiguration configuration, DirectorHealth health)
    {
        BfdSession[] sessions = SessionsOf(configuration);
        lock (_gate)
        {
            _health = health;
            foreach (string gone in _told.Keys.Where(name => !Array.Exists(sessions, session => session.Name == name)).ToArray())
                _told.Remove(gone);
            foreach ((string name, bool isUp) in _told)
                health.ReportSession(name, isUp);
        }

        if (_host is not null)
        {
            _host.Reload(sessions);
        }
        else if (sessions.Length > 0)
        {
            _host = new BfdHost(sessions, Take, log, failed);
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

    // The sessions' thread. The gate keeps what is told to another configuration's health in the order in which it happens.
    private void Take(BfdEvent change)
    {
        lock (_gate)
        {
            _told[change.Session] = change.IsUp;
            _health?.ReportSession(change.Session, change.IsUp);
        }
    }
}
