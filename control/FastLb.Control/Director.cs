using System.Security.Cryptography;
using System.Threading.Channels;
using FastLb.Configuration.Model;
using FastLb.Control.Announcements;
using FastLb.Control.Api;
using FastLb.Control.Engines;
using FastLb.Control.Events;
using FastLb.Control.Health;
using FastLb.Control.Network;
using FastLb.Control.Vrrp;
using FastLb.DataplaneChannel.Messages;
using FastLb.HealthChecks;
using FastLb.HealthChecks.Events;
using FastLb.HealthChecks.Pools;
using FastLb.HealthChecks.Snapshots;
using FastLb.Native;
using FastLb.Native.Processes;
using FastLb.Netlink;
using FastLb.Runtime;
using FastLb.Runtime.Scripts;
using FastLb.VrrpChannel;
using Microsoft.Extensions.Logging;

namespace FastLb.Control;

/// <summary>What the control process is started with.</summary>
/// <param name="Running">What the director is to do, until it is told to read that again.</param>
/// <param name="Directory">The director's runtime directory.</param>
/// <param name="Parent">The supervisor's process id; 0 for none.</param>
public sealed record DirectorOptions(RunningConfiguration Running, RuntimeDirectory Directory, int Parent);

/// <summary>
/// The control process: checks servers, follows the network and VRRP, tells the dataplane what to do, serves the API. Forwarding and VRRP go on without it; one that
/// is started again takes up what its predecessor knew. At a reload the services' health and what follows from it begin anew with what was known;
/// the connections to the other processes, the events and the API stay.
/// </summary>
public sealed class Director : IAsyncDisposable
{
    private static readonly TimeSpan VrrpPatience = TimeSpan.FromSeconds(3);

    private readonly DirectorOptions _options;
    private readonly ILoggerFactory _logs;
    private readonly ILogger _log;
    private readonly EventLog _events = new(TimeProvider.System);
    private readonly ServerAnnouncements _announcements;
    private readonly ChannelReader<bool> _reloads;
    private readonly CancellationToken _stopping;
    private readonly FollowedSessions _sessions;
    private readonly TaskCompletionSource _sessionsFailed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private DataplaneEngine? _engine;
    private VrrpFollower? _vrrp;
    private volatile Reconciler? _reconciler;

    private Director(DirectorOptions options, ILoggerFactory logs, ChildLife life)
    {
        _options = options;
        _logs = logs;
        _log = logs.CreateLogger(ProcessRole.Control.Name());
        _announcements = new ServerAnnouncements(new ScriptIdentity(), TimeProvider.System, _log);
        _reloads = life.Reloads;
        _stopping = life.Stopping;
        _sessions = new FollowedSessions(fault => _sessionsFailed.TrySetException(fault), _log);
    }

    /// <summary>Runs until SIGTERM or the supervisor's end.</summary>
    /// <exception cref="DirectorException">It can't start.</exception>
    /// <exception cref="FastLb.Native.SystemCallException">The kernel refused something that it can't do without.</exception>
    public static async Task Run(DirectorOptions options, ILoggerFactory logs)
    {
        await using ChildLife life = ChildLife.Begin(options.Parent);
        await using var director = new Director(options, logs, life);
        try
        {
            await director.Serve();
        }
        catch (OperationCanceledException) when (life.Stopping.IsCancellationRequested)
        {
            director._log.LogDebug("stopped");
        }

        if (life.ParentEnded)
            director._log.LogWarning("the supervisor had ended");
    }

    private async Task Serve()
    {
        using ServiceNotifier supervisor = ServiceNotifier.FromEnvironment();
        using Rtnetlink kernel = Rtnetlink.Open();
        KernelJournal journal = KernelJournal.Open(_options.Directory.NeighbourJournal, kernel, _log);
        var network = new DirectorNetwork(kernel, new AdjacencyResolver(kernel, journal, TimeProvider.System), new NeighbourMoves(kernel));
        var status = new StatusReader(_options.Directory, kernel);
        try
        {
            DirectorWork work = await Begin(network);
            status.Show(work);
            await using ApiServer api = await ApiServer.Start(_options.Directory, status, _events, _logs, _stopping);
            await using var listeners = new TcpListeners(status, _events, _logs);
            await listeners.Follow(work.Running.Director.Dataplane.Listeners, _stopping);
            supervisor.Works(work.Running.Number);
            supervisor.Ready("serving");
            using var watch = new NetworkWatch(_log);
            await Duties.Together(
                _stopping, Work(work, network, status, listeners, supervisor), Alive(supervisor), watch.Run(() => _reconciler?.Wake(), _stopping), _sessionsFailed.Task.WaitAsync(_stopping));
        }
        finally
        {
            journal.UndoAll();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _sessions.Dispose();
        await _announcements.DisposeAsync();
        if (_vrrp is not null)
            await _vrrp.DisposeAsync();
        if (_engine is not null)
            await _engine.DisposeAsync();
    }

    /// <summary>Takes up the work, as an earlier control process left it.</summary>
    private async Task<DirectorWork> Begin(DirectorNetwork network)
    {
        HealthSnapshot? known = ReadHealthFile();
        DirectorWork work = Prepare(_options.Running, network, known);
        if (_vrrp is { } vrrp && _options.Directory.ReadPid(ProcessRole.Vrrp) is not null)
            await AwaitReport(vrrp);
        if (work.Reconciler is { } reconciler)
        {
            await Adopt(_engine!, reconciler);
            await reconciler.Synchronise(_stopping);
        }

        await _announcements.Use(work.Running.Director);
        _announcements.TellAll(InitialNews.Of([], known, work.Running.Director, work.Health.ReadStatus()));
        return work;
    }

    /// <summary>Works by one configuration after the other. At the stop, also in the middle of a reload, services with <c>omega</c> are told of as down.</summary>
    private async Task Work(DirectorWork work, DirectorNetwork network, StatusReader status, TcpListeners listeners, ServiceNotifier supervisor)
    {
        try
        {
            while (true)
            {
                RunningConfiguration next = await WorkUntilReload(work);
                work = await Continue(work, next, network);
                status.Show(work);
                await listeners.Follow(next.Director.Dataplane.Listeners, _stopping);
                supervisor.Works(next.Number);
                _events.Add(EventKind.Process, "control", $"works by {next.Path}, reading number {next.Number}");
            }
        }
        finally
        {
            if (_stopping.IsCancellationRequested)
            {
                work.Health.Close();
                TellRest(work.Health);
            }
        }
    }

    /// <summary>Works until there is another configuration. When it returns, or is cancelled, all work has ended and all that the checks have reported is told.</summary>
    private async Task<RunningConfiguration> WorkUntilReload(DirectorWork work)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(_stopping);
        List<Task> running = [work.Health.Run(ending.Token), Tell(work.Health, ending.Token)];
        if (work.Reconciler is { } reconciler)
            running.AddRange([FollowPools(work.Health, reconciler, ending.Token), reconciler.Run(ending.Token)]);
        DirectorConfiguration configuration = work.Running.Director;
        if (configuration.Dataplane.PassiveChecks is { } passive && work.Engine is { } engine)
            running.Add(new PassiveWatch(passive, configuration.VirtualServers, engine, work.Health, TimeProvider.System).Run(ending.Token));
        RunningConfiguration? next;
        try
        {
            next = await NextConfiguration(work.Running, Task.WhenAny(running));
        }
        finally
        {
            await ending.CancelAsync();
            await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // the checks' last state is saved
            TellRest(work.Health);
        }

        if (next is not null)
            return next;
        await Task.WhenAll(running); // one has failed
        throw new DirectorException("the work has ended by itself");
    }

    /// <summary>Waits for a configuration with another number; null when a part of the work has ended before, which none does by itself.</summary>
    private async Task<RunningConfiguration?> NextConfiguration(RunningConfiguration present, Task ended)
    {
        while (true)
        {
            Task<bool> asked = _reloads.WaitToReadAsync(_stopping).AsTask();
            if (await Task.WhenAny(asked, ended) == ended)
                return null;
            await asked; // throws at the stop
            _reloads.TryRead(out _);
            RunningConfiguration next = RunningConfiguration.Read(_options.Directory);
            if (next.Number != present.Number)
                return next;
        }
    }

    /// <summary>Goes on under another configuration with what is known.</summary>
    private async Task<DirectorWork> Continue(DirectorWork before, RunningConfiguration running, DirectorNetwork network)
    {
        bool engineIsNew = _engine is null;
        HealthSnapshot known = before.Health.TakeSnapshot();
        DirectorWork work = Prepare(running, network, known);
        await Announce(before.Running.Director, known, work);
        if (work.Reconciler is not { } reconciler)
            return work;
        if (before.Reconciler is { } predecessor)
            reconciler.Continue(predecessor);
        try
        {
            if (engineIsNew)
                await Adopt(_engine!, reconciler);
            await reconciler.Synchronise(_stopping);
        }
        catch (Exception fault) when (fault is DirectorException or SystemCallException)
        {
            _log.LogError("{Fault}", fault.Message); // tried again as long as it takes
        }

        return work;
    }

    /// <summary>Tells what a reload has changed: of what has gone to those whom the former configuration names.</summary>
    private async Task Announce(DirectorConfiguration former, HealthSnapshot known, DirectorWork work)
    {
        IReadOnlyList<ServerNews> news = InitialNews.Of(former.VirtualServers, known, work.Running.Director, work.Health.ReadStatus());
        _announcements.TellAll(news.Where(each => each.Cause == NewsCause.Removal));
        await _announcements.Use(work.Running.Director);
        _announcements.TellAll(news.Where(each => each.Cause != NewsCause.Removal));
    }

    private DirectorWork Prepare(RunningConfiguration running, DirectorNetwork network, HealthSnapshot? known)
    {
        if (running.Director.HoldsSomething && _vrrp is null)
        {
            _vrrp = new VrrpFollower(_options.Directory.VrrpSocket, TimeProvider.System, _log) { Reported = Follow };
            _vrrp.Start();
        }

        if (running.Director.VirtualServers.Count > 0)
            _engine ??= ConnectTo(_options.Directory.DataplaneSocket);
        var health = new DirectorHealth(running.Director.VirtualServers, new DirectorHealthOptions
        {
            Clock = TimeProvider.System,
            Random = new Random(RandomNumberGenerator.GetInt32(int.MaxValue)),
            Restored = known,
            Sink = new HealthFile(_options.Directory.HealthFile),
            Ssl = running.Director.Ssl,
            Global = running.Director.Global,
            TrackedFiles = running.Director.TrackedFiles,
            Recovery = running.Director.Dataplane.Recovery,
            Log = _log,
        });
        _sessions.Use(running.Director, health);
        Reconciler? reconciler = _engine is null ? null : new Reconciler(
            _engine, new DesiredStateCompiler(running.Director, network.Kernel, _log), network.Resolver, network.Moves, health, _vrrp, _log)
        {
            AdjacencyChanged = way => _events.Add(
                EventKind.Network, $"{way.Server}", way.State == DataplaneChannel.Messages.NeighbourState.Resolved ? $"reached at {way.Mac}" : way.Explanation ?? "unreachable"),
        };
        _reconciler = reconciler;
        return new DirectorWork(running, health, reconciler, _engine, _vrrp);
    }

    /// <summary>What the checkers of an earlier control process knew: a dead server must not come back because control has died.</summary>
    private HealthSnapshot? ReadHealthFile()
    {
        if (!File.Exists(_options.Directory.HealthFile))
            return null;
        HealthSnapshot? known = HealthSnapshot.Read(File.ReadAllBytes(_options.Directory.HealthFile), out string? fault);
        if (fault is not null)
            _log.LogError("{File} can't be read, so that all servers are checked anew: {Fault}", _options.Directory.HealthFile, fault);
        return known;
    }

    private static async Task FollowPools(DirectorHealth health, Reconciler reconciler, CancellationToken cancellation)
    {
        await foreach (ServicePools _ in health.Changes.ReadAllAsync(cancellation))
            reconciler.Wake();
    }

    private async Task Tell(DirectorHealth health, CancellationToken cancellation)
    {
        await foreach (HealthEvent happened in health.Events.ReadAllAsync(cancellation))
            Tell(happened);
    }

    /// <summary>Tells what is left when nobody reads the events any more.</summary>
    private void TellRest(DirectorHealth health)
    {
        while (health.Events.TryRead(out HealthEvent? late))
            Tell(late);
    }

    private void Tell(HealthEvent happened)
    {
        string subject = happened.Server is { } server ? $"{server} of {happened.Service}" : $"{happened.Service}";
        string text = HealthWords.Of(happened);
        _log.Log(HealthWords.LevelOf(happened.Kind), "{Subject}: {Text}", subject, text);
        _events.Add(EventKind.Health, subject, text);
        _announcements.Tell(happened);
    }

    private DataplaneEngine ConnectTo(string socket) => new(socket, TimeProvider.System, _log)
    {
        ConnectionChanged = connected => _events.Add(EventKind.Process, "dataplane", connected ? "started again, and has taken up its work" : "gone"),
    };

    private void Follow(VrrpReport report)
    {
        if (report.Transition is { } transition)
            _events.Add(EventKind.Vrrp, transition.Instance, $"{Word(transition.From)} -> {Word(transition.To)}: {transition.Cause}");
        _sessions.Report(report.BfdSessions);
        if (report.News is { } news)
            _events.Add(EventKind.Vrrp, news.Subject, news.Text);
        if (_reconciler is { } reconciler)
            reconciler.Wake();
        else
            _ = _vrrp?.Acknowledge(report, _stopping); // there is nothing to steer
    }

    /// <summary>One that runs already (this process has been started again) is heard before anything is told to the dataplane: nothing must be unsteered that is ours.</summary>
    private async Task AwaitReport(VrrpFollower vrrp)
    {
        try
        {
            await vrrp.FirstReport.WaitAsync(VrrpPatience, TimeProvider.System, _stopping);
        }
        catch (TimeoutException)
        {
            _log.LogWarning("the VRRP process does not report within {Patience} s; going on as if no instance were master", VrrpPatience.TotalSeconds);
        }
    }

    private async Task Adopt(DataplaneEngine engine, Reconciler reconciler)
    {
        DataplaneStatus dataplane = await engine.Start(_stopping);
        reconciler.Adopt(dataplane.Generation);
        if (dataplane.Generation != 0)
            _log.LogInformation("taking over from an earlier control process at generation {Generation}", dataplane.Generation);
    }

    private async Task Alive(ServiceNotifier supervisor)
    {
        TimeSpan period = supervisor.WatchdogInterval is { } interval ? interval / 2 : Timeout.InfiniteTimeSpan;
        while (true)
        {
            await Task.Delay(period, TimeProvider.System, _stopping);
            supervisor.Watchdog();
        }
    }

    private static string Word(VrrpState state) => state.ToString().ToUpperInvariant();
}
