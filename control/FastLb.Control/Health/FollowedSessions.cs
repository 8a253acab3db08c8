using FastLb.Bfd.Hosting;
using FastLb.Configuration.Model;
using FastLb.HealthChecks;
using FastLb.VrrpChannel;
using Microsoft.Extensions.Logging;

namespace FastLb.Control.Health;

/// <summary>
/// Runs the BFD sessions that checks of servers follow, over reloads; or hears of them from the VRRP process, which runs all of them when virtual routers have some, because two processes
/// can't have the same ports. One task at a time uses it; reports may come from any thread.
/// </summary>
/// <param name="failed">Called when the sessions can't go on.</param>
/// <param name="log">For what happens to them.</param>
internal sealed class FollowedSessions(Action<Exception> failed, ILogger log) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, bool> _told = new(StringComparer.Ordinal);
    private HashSet<string> _elsewhere = []; // the sessions of checks that the VRRP process runs
    private DirectorHealth? _health;
    private BfdHost? _host;

    /// <summary>
    /// Goes on by a configuration, whose health is told of how sessions stand, as far as that is known, and of all that happens from now on. The first time, sessions run in the network
    /// namespace of the thread that calls this.
    /// </summary>
    public void Use(DirectorConfiguration configuration, DirectorHealth health)
    {
        BfdSession[] followed = [.. configuration.SessionsOfChecks];
        BfdSession[] sessions = configuration.VrrpRunsSessions ? [] : followed;
        lock (_gate)
        {
            _health = health;
            _elsewhere = configuration.VrrpRunsSessions ? [.. followed.Select(session => session.Name)] : [];
            foreach (string gone in _told.Keys.Where(name => !Array.Exists(followed, session => session.Name == name)).ToArray())
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

    /// <summary>Takes how the sessions of the VRRP process stand. One that has not been up yet tells nothing, as those of this process do.</summary>
    public void Report(IReadOnlyList<VrrpBfdStatus> sessions)
    {
        lock (_gate)
        {
            foreach (VrrpBfdStatus session in sessions.Where(session => _elsewhere.Contains(session.Name)))
            {
                bool isUp = session.State == VrrpBfdStatus.Up;
                if (_told.TryGetValue(session.Name, out bool before) ? isUp != before : isUp)
                    Tell(session.Name, isUp);
            }
        }
    }

    public void Dispose() => _host?.Dispose();

    // The sessions' thread. The gate keeps what is told to another configuration's health in the order in which it happens.
    private void Take(BfdEvent change)
    {
        lock (_gate)
            Tell(change.Session, change.IsUp);
    }

    private void Tell(string session, bool isUp)
    {
        _told[session] = isUp;
        _health?.ReportSession(session, isUp);
    }
}
