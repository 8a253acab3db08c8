using FastLb.Configuration.Model;
using FastLb.Events;
using FastLb.HealthChecks;
using FastLb.HealthChecks.Events;
using FastLb.Runtime.Scripts;
using Microsoft.Extensions.Logging;

namespace FastLb.Control.Announcements;

/// <summary>
/// Tells others of servers and quorums: by scripts, event pipes and mail, in this order, as keepalived does. Nothing waits for a script, a reader or a mail server.
/// One task at a time uses it.
/// </summary>
internal sealed class ServerAnnouncements : IAsyncDisposable
{
    private static readonly TimeSpan StopScriptPatience = TimeSpan.FromSeconds(1); // keepalived's

    private readonly ScriptRunner _scripts;
    private readonly EventFifos _pipes;
    private readonly ServerMail _mail;
    private Dictionary<ServiceIdentity, VirtualServer> _services = [];

    /// <summary>Knows nobody to tell until <see cref="Use"/>.</summary>
    /// <param name="identity">As whom scripts and readers are run.</param>
    /// <param name="time">For dates and patience.</param>
    /// <param name="log">For what can't be told.</param>
    public ServerAnnouncements(ScriptIdentity identity, TimeProvider time, ILogger log)
    {
        _scripts = new ScriptRunner(new GlobalDefinitions(), identity, log);
        _pipes = new EventFifos(OwnPipe, identity, time, log);
        _mail = new ServerMail(time, log);
    }

    /// <summary>From now on tells whom this configuration says; pipes that are the same as before stay open, with their readers. Reports the scripts that can't be run.</summary>
    public async Task Use(DirectorConfiguration configuration)
    {
        _services = configuration.VirtualServers.ToDictionary(ServiceIdentity.Of);
        _scripts.Use(configuration.Global);
        _scripts.Examine(configuration.VirtualServers.SelectMany(service => (NotifyScript?[])[service.QuorumUp, service.QuorumDown]));
        _scripts.Examine(configuration.VirtualServers.SelectMany(service => service.RealServers).SelectMany(server => (NotifyScript?[])[server.NotifyUp, server.NotifyDown]));
        _mail.Use(configuration.Global);
        if (configuration.VirtualServers.Count > 0)
            await _pipes.Use(configuration.Global);
        else
            await _pipes.Use(configuration.Global with { EventPipes = new EventPipes() }); // there is nothing to tell
    }

    /// <summary>Tells of something that the checks report, unless it is for the log alone.</summary>
    public void Tell(HealthEvent happened)
    {
        if (NewsOf(happened) is { } news)
            Tell(news);
    }

    /// <summary>Tells of servers and quorums, one after the other.</summary>
    public void TellAll(IEnumerable<ServerNews> all)
    {
        foreach (ServerNews news in all)
            Tell(news);
    }

    /// <summary>Tells of a server or a quorum.</summary>
    public void Tell(ServerNews news)
    {
        if (news.Cause != NewsCause.CheckAlone)
        {
            if (ScriptOf(news) is { } script)
                _scripts.Start(news.Server is { } server ? ServerNames.Of(server, news.Service) : ServerNames.Of(news.Service), script);
            _pipes.Write(ServerEventLines.Of(news));
        }

        _mail.Tell(news);
    }

    /// <summary>Waits a little for scripts and mail, ends the reader and removes the pipes that were made here.</summary>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_scripts.WaitForEnd(StopScriptPatience), _mail.DisposeAsync().AsTask());
        await _pipes.DisposeAsync();
    }

    /// <summary>The pipe of servers; without its reader where it is VRRP's too and that has one, as in keepalived: two would each get a part of the lines.</summary>
    private static EventPipe OwnPipe(EventPipes pipes) =>
        pipes.Vrrp.Reader is not null && pipes.Vrrp.Path == pipes.Servers.Path ? pipes.Servers with { Reader = null } : pipes.Servers;

    private static NotifyScript? ScriptOf(ServerNews news) => news.Server is { } server
        ? news.IsUp ? server.NotifyUp : server.NotifyDown
        : news.IsUp ? news.Service.QuorumUp : news.Service.QuorumDown;

    private ServerNews? NewsOf(HealthEvent happened)
    {
        // What a process or a configuration begins with is told by what is different from before, see InitialNews.
        if (happened.Occasion == HealthOccasion.Start || happened.Service is null || !_services.TryGetValue(happened.Service, out VirtualServer? service))
            return null;
        RealServer? server = happened.Server is { } identity ? service.RealServers.FirstOrDefault(each => ServerIdentity.Of(each) == identity) : null;
        (bool IsUp, NewsCause Cause)? what = happened.Kind switch
        {
            HealthEventKind.ServerUp or HealthEventKind.QuorumGained => (true, NewsCause.Change),
            HealthEventKind.ServerDown or HealthEventKind.QuorumLost when happened.Occasion == HealthOccasion.Stop => (false, NewsCause.Stop),
            HealthEventKind.ServerDown or HealthEventKind.QuorumLost => (false, NewsCause.Change),
            HealthEventKind.CheckUp or HealthEventKind.CheckDown => (false, NewsCause.CheckAlone), // others fail
            HealthEventKind.ServerStillDown => (false, NewsCause.Assumption),
            _ => null,
        };
        return what is { } known
            ? new ServerNews(service, server, known.IsUp, known.Cause)
            {
                Check = happened.Check,
                Fault = happened.Fault,
                HadQuorum = happened.Kind == HealthEventKind.QuorumLost,
                LiveWeight = happened.LiveWeight,
            }
            : null;
    }
}
