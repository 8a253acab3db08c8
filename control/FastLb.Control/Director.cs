using System.Security.Cryptography;
using FastLb.Configuration.Model;
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
using FastLb.Native.Processes;
using FastLb.Netlink;
using FastLb.Runtime;
using FastLb.VrrpChannel;
using Microsoft.Extensions.Logging;

namespace FastLb.Control;

/// <summary>What the control process is started with.</summary>
/// <param name="Configuration">What the director is to do.</param>
/// <param name="ConfigurationPath">Where that was read from.</param>
/// <param name="Directory">The director's runtime directory.</param>
/// <param name="Parent">The supervisor's process id; 0 for none.</param>
public sealed record DirectorOptions(DirectorConfiguration Configuration, string ConfigurationPath, RuntimeDirectory Directory, int Parent);

/// <summary>
/// The control process: checks servers, follows the network and VRRP, tells the dataplane what to do, serves the API. Forwarding and VRRP go on without it; one that
/// is started again takes up what its predecessor knew.
/// </summary>
public sealed class Director
{
    private static readonly TimeSpan VrrpPatience = TimeSpan.FromSeconds(3);

    private readonly DirectorOptions _options;
    private readonly ILoggerFactory _logs;
    private readonly ILogger _log;
    private readonly EventLog _events = new(TimeProvider.System);
    private readonly CancellationToken _stopping;

    private Director(DirectorOptions options, ILoggerFactory logs, CancellationToken stopping)
    {
        _options = options;
        _logs = logs;
        _log = logs.CreateLogger(ProcessRole.Control.Name());
        _stopping = stopping;
    }

    private bool Forwards => _options.Configuration.VirtualServers.Count > 0;

    private bool HasVrrp => _options.Configuration.VrrpInstances.Count > 0;

    /// <summary>Runs until SIGTERM or the supervisor's end.</summary>
    /// <exception cref="DirectorException">It can't start.</exception>
    /// <exception cref="FastLb.Native.SystemCallException">The kernel refused something that it can't do without.</exception>
    public static async Task Run(DirectorOptions options, ILoggerFactory logs)
    {
        await using ChildLife life = ChildLife.Begin(options.Parent);
        var director = new Director(options, logs, life.Stopping);
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
        await using VrrpFollower? vrrp = HasVrrp ? new VrrpFollower(_options.Directory.VrrpSocket, TimeProvider.System, _log) : null;
        await using DataplaneEngine? engine = Forwards ? ConnectTo(_options.Directory.DataplaneSocket) : null;
        DirectorHealth health = RestoreHealth();
        try
        {
            Reconciler? reconciler = engine is null ? null : Reconcile(engine, kernel, journal, health, vrrp);
            if (vrrp is not null)
                await Follow(vrrp, reconciler);
            if (engine is not null)
                await Begin(engine, reconciler!);
            var status = new StatusReader(_options, engine, reconciler, health, vrrp, kernel);
            await using ApiServer api = await ApiServer.Start(_options.Directory, status, engine, _events, _logs, _stopping);
            supervisor.Ready("serving");
            using var watch = new NetworkWatch(_log);
            await Task.WhenAll(
                health.Run(_stopping),
                Tell(health),
                reconciler is null ? Task.CompletedTask : FollowPools(health, reconciler),
                Alive(supervisor),
                reconciler?.Run(_stopping) ?? Task.CompletedTask,
                reconciler is null ? Task.CompletedTask : watch.Run(reconciler.Wake, _stopping));
        }
        finally
        {
            journal.UndoAll();
        }
    }

    /// <summary>The checkers, with what those of an earlier control process knew: a dead server must not come back because control has died.</summary>
    private DirectorHealth RestoreHealth()
    {
        HealthSnapshot? restored = null;
        if (File.Exists(_options.Directory.HealthFile))
        {
            restored = HealthSnapshot.Read(File.ReadAllBytes(_options.Directory.HealthFile), out string? fault);
            if (fault is not null)
                _log.LogError("{File} can't be read, so that all servers are checked anew: {Fault}", _options.Directory.HealthFile, fault);
        }

        return new DirectorHealth(_options.Configuration.VirtualServers, new DirectorHealthOptions
        {
            Clock = TimeProvider.System,
            Random = new Random(RandomNumberGenerator.GetInt32(int.MaxValue)),
            Restored = restored,
            Sink = new HealthFile(_options.Directory.HealthFile),
        });
    }

    private async Task FollowPools(DirectorHealth health, Reconciler reconciler)
    {
        await foreach (ServicePools _ in health.Changes.ReadAllAsync(_stopping))
            reconciler.Wake();
    }

    private async Task Tell(DirectorHealth health)
    {
        await foreach (HealthEvent happened in health.Events.ReadAllAsync(_stopping))
        {
            string subject = happened.Server is { } server ? $"{server} of {happened.Service}" : $"{happened.Service}";
            string text = HealthWords.Of(happened);
            _log.Log(HealthWords.LevelOf(happened.Kind), "{Subject}: {Text}", subject, text);
            _events.Add(EventKind.Health, subject, text);
        }
    }

    private DataplaneEngine ConnectTo(string socket) => new(socket, TimeProvider.System, _log)
    {
        ConnectionChanged = connected => _events.Add(EventKind.Process, "dataplane", connected ? "started again, and has taken up its work" : "gone"),
    };

    private Reconciler Reconcile(DataplaneEngine engine, Rtnetlink kernel, KernelJournal journal, DirectorHealth health, VrrpFollower? vrrp)
    {
        var compiler = new DesiredStateCompiler(_options.Configuration, kernel, _log);
        return new Reconciler(engine, compiler, new AdjacencyResolver(kernel, journal, TimeProvider.System), new NeighbourMoves(kernel), health, vrrp, _log)
        {
            AdjacencyChanged = way => _events.Add(
                EventKind.Network, $"{way.Server}", way.State == DataplaneChannel.Messages.NeighbourState.Resolved ? $"reached at {way.Mac}" : way.Explanation ?? "unreachable"),
        };
    }

    /// <summary>
    /// Follows VRRP. One that runs already (this process has been started again) is heard before anything is told to the dataplane: nothing must be unsteered that is
    /// ours.
    /// </summary>
    private async Task Follow(VrrpFollower vrrp, Reconciler? reconciler)
    {
        vrrp.Reported = report =>
        {
            if (report.Transition is { } transition)
                _events.Add(EventKind.Vrrp, transition.Instance, $"{Word(transition.From)} -> {Word(transition.To)}: {transition.Cause}");
            if (reconciler is null)
                _ = vrrp.Acknowledge(report, _stopping); // there is nothing to steer
            else
                reconciler.Wake();
        };
        vrrp.Start();
        if (_options.Directory.ReadPid(ProcessRole.Vrrp) is null)
            return;
        try
        {
            await vrrp.FirstReport.WaitAsync(VrrpPatience, TimeProvider.System, _stopping);
        }
        catch (TimeoutException)
        {
            _log.LogWarning("the VRRP process does not report within {Patience} s; going on as if no instance were master", VrrpPatience.TotalSeconds);
        }
    }

    private async Task Begin(DataplaneEngine engine, Reconciler reconciler)
    {
        DataplaneStatus running = await engine.Start(_stopping);
        reconciler.Adopt(running.Generation);
        if (running.Generation != 0)
            _log.LogInformation("taking over from an earlier control process at generation {Generation}", running.Generation);
        await reconciler.Synchronise(_stopping);
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
