using System.Threading.Channels;
using FastLb.Configuration;
using FastLb.Configuration.Model;
using FastLb.Control.Announcements;
using FastLb.HealthChecks;
using FastLb.HealthChecks.Checkers;
using FastLb.HealthChecks.Events;
using FastLb.HealthChecks.Snapshots;

namespace FastLb.Control.Tests.Announcements;

/// <summary>The health of a director whose probes find what the test says, and those who are told of it, put together as the control process does.</summary>
internal sealed class PlayedDirector(ServerAnnouncements announcements)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly List<Channel<ProbeResult>> _results = [];
    private DirectorConfiguration _configuration = new(new GlobalDefinitions(), [], []);
    private DirectorHealth? _health;
    private CancellationTokenSource _ending = new();
    private Task _running = Task.CompletedTask;

    /// <summary>Begins, knowing what an earlier process knew.</summary>
    public async Task Start(string text, HealthSnapshot? known = null)
    {
        Prepare(Read(text), known);
        await announcements.Use(_configuration);
        announcements.TellAll(InitialNews.Of([], known, _configuration, _health!.ReadStatus()));
    }

    /// <summary>Goes on by another configuration.</summary>
    public async Task Reload(string text)
    {
        HealthSnapshot known = await End();
        DirectorConfiguration former = _configuration;
        Prepare(Read(text), known);
        IReadOnlyList<ServerNews> news = InitialNews.Of(former.VirtualServers, known, _configuration, _health!.ReadStatus());
        announcements.TellAll(news.Where(each => each.Cause == NewsCause.Removal));
        await announcements.Use(_configuration);
        announcements.TellAll(news.Where(each => each.Cause != NewsCause.Removal));
    }

    /// <summary>Has a check, by its number in the file from 0, find a fault, or none; what is reported of it is told.</summary>
    public async Task Find(int check, string? fault, int events)
    {
        Assert.True(_results[check].Writer.TryWrite(fault is null ? ProbeResult.Passed : ProbeResult.Failed(fault)));
        for (int i = 0; i < events; i++)
            announcements.Tell(await _health!.Events.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience, TestContext.Current.CancellationToken));
    }

    /// <summary>Stops; gives what a successor is to know.</summary>
    public async Task<HealthSnapshot> Stop()
    {
        HealthSnapshot known = await End();
        _health!.Close();
        while (_health.Events.TryRead(out HealthEvent? late))
            announcements.Tell(late);
        return known;
    }

    private void Prepare(DirectorConfiguration configuration, HealthSnapshot? known)
    {
        _configuration = configuration;
        _results.Clear();
        _ending = new CancellationTokenSource();
        _health = new DirectorHealth(configuration.VirtualServers, new DirectorHealthOptions
        {
            Clock = TimeProvider.System,
            Random = new Random(1),
            Restored = known,
            CreateProbe = _ =>
            {
                _results.Add(Channel.CreateUnbounded<ProbeResult>());
                return new PlayedProbe(_results[^1].Reader);
            },
        });
        while (_health.Events.TryRead(out HealthEvent? first))
            announcements.Tell(first);
        _running = _health.Run(_ending.Token);
    }

    private async Task<HealthSnapshot> End()
    {
        await _ending.CancelAsync();
        await _running;
        _ending.Dispose();
        return _health!.TakeSnapshot();
    }

    private static DirectorConfiguration Read(string text)
    {
        ConfigurationResult result = ConfigurationLoader.Parse(text, "test.conf");
        return result.Configuration ?? throw new InvalidOperationException(string.Join('\n', result.Diagnostics));
    }

    private sealed class PlayedProbe(ChannelReader<ProbeResult> results) : IHealthProbe
    {
        public ValueTask<ProbeResult> Probe(CancellationToken cancellation) => results.ReadAsync(cancellation);
    }
}
