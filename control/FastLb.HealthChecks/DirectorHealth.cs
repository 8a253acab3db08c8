using System.Net;
using System.Threading.Channels;
using FastLb.Configuration.Model;
using FastLb.Configuration.Model.Checks;
using FastLb.HealthChecks.Checkers;
using FastLb.HealthChecks.Events;
using FastLb.HealthChecks.Monitoring;
using FastLb.HealthChecks.Pools;
using FastLb.HealthChecks.Servers;
using FastLb.HealthChecks.Snapshots;
using FastLb.HealthChecks.Status;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastLb.HealthChecks;

/// <summary>What the health of a director's servers is watched with.</summary>
public sealed record DirectorHealthOptions
{
    /// <summary>Measures delays and timeouts, and dates events.</summary>
    public required TimeProvider Clock { get; init; }

    /// <summary>Spreads the first probes.</summary>
    public required Random Random { get; init; }

    /// <summary>What an earlier process knew; null for a first start.</summary>
    public HealthSnapshot? Restored { get; init; }

    /// <summary>Keeps the state for the next process; null to keep none.</summary>
    public IHealthSnapshotSink? Sink { get; init; }

    /// <summary>The certificates of <c>SSL_GET</c> checks; null for none.</summary>
    public SslContext? Ssl { get; init; }

    /// <summary>Who runs the programs of <c>MISC_CHECK</c>s, and which must not be run.</summary>
    public GlobalDefinitions Global { get; init; } = new();

    /// <summary>The files that <c>FILE_CHECK</c>s can follow.</summary>
    public IReadOnlyList<TrackedFile> TrackedFiles { get; init; } = [];

    /// <summary>How servers come back that have been down.</summary>
    public RecoverySettings Recovery { get; init; } = new();

    /// <summary>For what happens to programs and files.</summary>
    public ILogger Log { get; init; } = NullLogger.Instance;

    /// <summary>Makes the checkers; null for those on real sockets.</summary>
    public Func<HealthCheck, IHealthProbe>? CreateProbe { get; init; }
}

/// <summary>
/// The health of all servers of a director: keeps their checks going and makes of the results the pools that connections are spread over. The pools are right
/// from construction on, for whom nothing is known yet by assumption. All members are safe on any thread.
/// </summary>
public sealed class DirectorHealth
{
    private const string StopText = "the director stops";

    private readonly Lock _gate = new();
    private readonly DirectorHealthOptions _options;
    private readonly ServiceHealth[] _services;
    private readonly FollowedFiles _files;
    private readonly Channel<HealthEvent> _events = Channel.CreateUnbounded<HealthEvent>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Channel<ServicePools> _changes =
        Channel.CreateBounded<ServicePools>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });

    private readonly Channel<bool> _unsaved =
        Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    private readonly StepTimer _steps;
    private volatile ServicePools _pools;
    private int _started;

    /// <param name="services">The services as configured.</param>
    /// <param name="options">The surroundings.</param>
    public DirectorHealth(IReadOnlyList<VirtualServer> services, DirectorHealthOptions options)
    {
        (_options, _steps) = (options, new StepTimer(options.Clock));
        var restored = new RestoredHealth(options.Restored);
        _files = new FollowedFiles(services, options.TrackedFiles, isStart: options.Restored is null, options.Log);
        Moment now = Moment.Of(options.Clock);
        _services = [.. services.Select(service => new ServiceHealth(service, restored, _files, options.Recovery, now))];
        foreach (ServiceHealth service in _services.Where(service => service.FollowsAddress))
            service.Gate.Set(open: false); // until it is told
        _steps.Set(NextStep);
        _pools = new ServicePools(1, [.. _services.Select(service => service.Pool)]);
        foreach (string remark in restored.Remarks())
            Emit(HealthEventKind.SnapshotIgnored, null, null, remark);
        foreach (ServiceHealth service in _services.Where(service => service.HadQuorum != service.Pool.HasQuorum))
            EmitQuorum(service, HealthOccasion.Start);
    }

    /// <summary>The pools at this moment, in the order of the configuration.</summary>
    public ServicePools Pools => _pools;

    /// <summary>Gets the pools after each change; a slow reader gets the latest only. Ends with <see cref="Close"/>.</summary>
    public ChannelReader<ServicePools> Changes => _changes.Reader;

    /// <summary>Gets all events in their order. Must be read: they are kept until then. Ends with <see cref="Close"/>.</summary>
    public ChannelReader<HealthEvent> Events => _events.Reader;

    /// <summary>Keeps the checks going until cancelled; once only. When it returns, none is under way and the last state is saved.</summary>
    /// <exception cref="InvalidOperationException">It ran before.</exception>
    public async Task Run(CancellationToken cancellation)
    {
        if (Interlocked.Exchange(ref _started, 1) != 0)
            throw new InvalidOperationException("The checks of a director run once.");
        Func<HealthCheck, IHealthProbe> create = _options.CreateProbe ?? new HealthProbes(SurroundingsOf(_options)).Create;
        MonitoredCheck[] checks =
        [
            .. from service in _services
               from server in service.Servers
               from check in server.Checks
               let pace = check.Pace
               where pace is not null
               select new MonitoredCheck(
                   service.Gate.Guard(create(check.Check)), ((ProbingCheck)check.Check).Timing.Warmup, result => Report(service, server, check, result), pace),
        ];
        using IDisposable? watch = _files.Watch(ReportFile);
        Task saving = SaveChanges();
        _unsaved.Writer.TryWrite(true);
        try
        {
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            Task steps = _steps.Run(TakeSteps, ending.Token);
            try
            {
                await new HealthMonitor(_options.Clock, _options.Random).Run(checks, cancellation);
            }
            finally
            {
                await ending.CancelAsync();
                await steps;
            }
        }
        finally
        {
            _unsaved.Writer.Complete();
            await saving;
        }
    }

    /// <summary>
    /// Ends the channels at a director's stop, after <see cref="Run"/>. Services with <c>omega</c> report their servers as down before, and themselves, whether or not they
    /// had their quorum: keepalived's way.
    /// </summary>
    public void Close()
    {
        lock (_gate)
        {
            foreach (ServiceHealth service in _services.Where(service => service.Omega))
            {
                foreach (ServerHealth server in service.Servers.Where(server => server.IsUp))
                    Emit(EventOf(HealthEventKind.ServerDown, service, server, StopText) with { Occasion = HealthOccasion.Stop });
                Emit(EventOf(HealthEventKind.QuorumLost, service, null, StopText) with { Occasion = HealthOccasion.Stop });
            }

            _events.Writer.TryComplete();
            _changes.Writer.TryComplete();
        }
    }

    /// <summary>Takes what has become of a BFD session: it has come up, or is up no longer. Until it has been told, a check of it is what it was, or is assumed to be.</summary>
    /// <param name="name">The session's name in the configuration; checks of it or not.</param>
    /// <param name="isUp">Whether it is up.</param>
    public void ReportSession(string name, bool isUp)
    {
        ProbeResult result = isUp ? ProbeResult.Passed : ProbeResult.Failed("the session is down");
        ReportAll(check => check is BfdCheck bfd && bfd.Session == name ? result : null);
    }

    /// <summary>True when there are services whose servers are checked only while their address is on this machine (<c>ha_suspend</c>): then who knows tells it by <see cref="FollowAddresses"/>.</summary>
    public bool FollowsAddresses => _services.Any(service => service.FollowsAddress);

    /// <summary>
    /// Suspends and resumes the checks of services with <c>ha_suspend</c>: they are made while one of the service's addresses is on this machine, of a firewall mark always, since it has none.
    /// Until it is told first, they are suspended. What is known of the servers stays. Checks that follow files and sessions go on.
    /// </summary>
    /// <param name="isHere">Whether an address is on this machine.</param>
    public void FollowAddresses(Func<IPAddress, bool> isHere)
    {
        lock (_gate)
        {
            foreach (ServiceHealth service in _services.Where(service => service.FollowsAddress))
            {
                IPAddress[] addresses = [.. service.Pool.Service.Endpoints.Where(endpoint => endpoint.Mark == 0).Select(endpoint => endpoint.Address).Distinct()];
                bool isOpen = addresses.Length == 0 || addresses.Any(isHere);
                string text = addresses switch
                {
                    [] => "a firewall mark has no address that could be elsewhere",
                    [var address] => $"{address} is {(isOpen ? "on this machine" : "not on this machine")}",
                    _ => isOpen ? "an address of its group is on this machine" : "no address of its group is on this machine",
                };
                if (service.Gate.Set(isOpen))
                    Emit(isOpen ? HealthEventKind.ChecksResumed : HealthEventKind.ChecksSuspended, service, null, text);
            }
        }
    }

    /// <summary>
    /// Has the checks of a server made now, whatever pauses they are in (<see cref="CheckPace.Hurry"/>); those that follow a file or a session have nothing to be hurried, and are not among
    /// the results.
    /// </summary>
    /// <param name="server">Which.</param>
    /// <param name="service">Of which service; null for all that have it.</param>
    /// <returns>The checks that probe it, in the order of the configuration; none when there is no such server.</returns>
    public IReadOnlyList<HurriedCheck> Hurry(ServerIdentity server, ServiceIdentity? service = null) =>
    [
        .. from each in _services
           where service is null || each.Identity == service
           from one in each.Servers
           where one.Identity == server
           from check in one.Checks
           let pace = check.Pace
           where pace is not null
           select new HurriedCheck(each.Identity, check.Identity, pace.Hurry()),
    ];

    /// <summary>
    /// Takes it that a server fails its clients, whatever its checks have found last: it gets no new connections, and its checks are made at once. That ends when each check that probes it has
    /// passed once, with <see cref="Acquit(ServiceIdentity, ServerIdentity, string)"/>, or, if none can be made, after a while; a check that fails meanwhile does what it always does. A suspicion is not a verdict: the server still counts for the quorum.
    /// </summary>
    /// <param name="service">The service.</param>
    /// <param name="server">Its server.</param>
    /// <param name="cause">What speaks against it, as a phrase.</param>
    /// <param name="patience">How long that lasts if no check can be made.</param>
    /// <returns>False when it is suspected already, gets no connections, or is the last one of the service that gets any.</returns>
    public bool Suspect(ServiceIdentity service, ServerIdentity server, string cause, TimeSpan patience)
    {
        lock (_gate)
        {
            if (Find(service, server) is not var (ofService, suspect) || !ofService.CanSpare(suspect))
                return false;
            suspect.Suspicion = new Suspicion(cause, suspect.Checks, patience, _options.Clock.GetTimestamp());
            string what = suspect.Suspicion.CanEndByChecks ? "being checked now" : $"no check can ask it, so for {patience.TotalSeconds:0} s";
            Emit(HealthEventKind.ServerSuspected, ofService, suspect, $"{cause}; {what}");
            Publish(ofService, Moment.Of(_options.Clock));
        }

        Hurry(server, service);
        return true;
    }

    /// <summary>Ends the suspicion of a server, if there is one.</summary>
    /// <param name="service">The service.</param>
    /// <param name="server">Its server.</param>
    /// <param name="cause">Why, as a phrase.</param>
    public void Acquit(ServiceIdentity service, ServerIdentity server, string cause)
    {
        lock (_gate)
        {
            if (Find(service, server) is not var (ofService, suspect) || !suspect.IsSuspected)
                return;
            Clear(ofService, suspect, cause);
            Publish(ofService, Moment.Of(_options.Clock));
        }
    }

    /// <summary>Ends suspicions that no check can end and that have lasted long enough. To be called now and then while there may be any.</summary>
    public void EndOverdueSuspicions()
    {
        lock (_gate)
        {
            foreach (ServiceHealth service in _services)
            {
                foreach (ServerHealth server in service.Servers.Where(server => server.Suspicion?.IsOverdue(_options.Clock) == true))
                {
                    Clear(service, server, "no check can ask it, and its time is up");
                    Publish(service, Moment.Of(_options.Clock));
                }
            }
        }
    }

    /// <summary>What is known of all services at this moment, in the order of the configuration.</summary>
    public IReadOnlyList<ServiceHealthStatus> ReadStatus()
    {
        lock (_gate)
            return [.. _services.Select(service => service.ToStatus())];
    }

    /// <summary>What a successor must know: for a reload within this process.</summary>
    public HealthSnapshot TakeSnapshot()
    {
        lock (_gate)
            return new HealthSnapshot(HealthSnapshot.CurrentVersion, [.. _services.Select(service => service.ToSnapshot())]);
    }

    /// <summary>When time alone changes something next, as <see cref="Moment.Running"/>; null for never.</summary>
    internal TimeSpan? NextStep => _services.Min(service => service.NextStep);

    private static CheckerSurroundings SurroundingsOf(DirectorHealthOptions options) =>
        new() { Clock = options.Clock, Ssl = options.Ssl, Global = options.Global, Log = options.Log };

    private void ReportFile(string name) => ReportAll(check => check is FileCheck file && file.File == name ? _files.Judge(file) : null);

    /// <summary>Takes what has become of an object that checks follow.</summary>
    /// <param name="judge">What a check finds; null for those that follow something else.</param>
    private void ReportAll(Func<HealthCheck, ProbeResult?> judge)
    {
        foreach (ServiceHealth service in _services)
        {
            foreach (ServerHealth server in service.Servers)
            {
                foreach (CheckHealth check in server.Checks)
                {
                    if (judge(check.Check) is { } result)
                        Report(service, server, check, result);
                }
            }
        }
    }

    /// <summary>The one place where results meet.</summary>
    /// <returns>How long to wait before the next probe.</returns>
    private TimeSpan Report(ServiceHealth service, ServerHealth server, CheckHealth check, ProbeResult result)
    {
        lock (_gate)
        {
            Moment now = Moment.Of(_options.Clock);
            bool isFirst = !check.HasRun;
            CheckerStep step = check.Apply(result, now.Date, out bool isWorthSaving);
            if (check.HasNewObstacle)
                Emit(HealthEventKind.AttemptNotMade, service, server, $"{check.Identity}: {step.Cause}");
            if (result.Outcome == ProbeOutcome.Failed && check.LogsAllFailures)
                Emit(HealthEventKind.AttemptFailed, service, server, $"{check.Identity}: {result.Fault}");
            bool hasOtherWeight = server.RefreshWeight();
            if (hasOtherWeight)
                Emit(HealthEventKind.WeightChanged, service, server, $"{check.Identity}: weight {server.Weight}");
            if (step.Change != CheckerChange.None)
                Judge(service, server, check, result, step, now);
            else if (result.Outcome == ProbeOutcome.Failed && isFirst)
                Emit(EventOf(HealthEventKind.ServerStillDown, service, server, $"{check.Identity}: {step.Cause}") with { Check = check.Identity, Fault = result.Fault });
            bool isAcquitted = server.Suspicion?.Take(check, result) == true;
            if (isAcquitted)
                Clear(service, server, "its checks have passed");
            if (hasOtherWeight || isAcquitted || step.Change != CheckerChange.None)
                Publish(service, now);
            if (isWorthSaving)
                _unsaved.Writer.TryWrite(true);
            return step.Delay;
        }
    }

    private void Judge(ServiceHealth service, ServerHealth server, CheckHealth check, ProbeResult result, CheckerStep step, Moment now)
    {
        bool isUp = step.Change == CheckerChange.Up, wasHeld = server.IsHeld;
        bool changes = server.Refresh(now);
        HealthEventKind kind = changes
            ? isUp ? HealthEventKind.ServerUp : HealthEventKind.ServerDown
            : isUp ? server.IsHeld ? HealthEventKind.ServerHeld : HealthEventKind.CheckUp
            : wasHeld ? HealthEventKind.HeldServerFailed : HealthEventKind.CheckDown;
        string text = kind == HealthEventKind.ServerHeld ? server.HoldReason : isUp ? $"{check.Identity} passed" : $"{check.Identity}: {step.Cause}";
        Emit(EventOf(kind, service, server, text) with { Check = check.Identity, Fault = result.Fault });
    }

    /// <summary>Takes the steps that come with time alone: servers that start slowly gain weight, those that were kept out are taken back.</summary>
    private void TakeSteps()
    {
        lock (_gate)
        {
            Moment now = Moment.Of(_options.Clock);
            foreach (ServiceHealth service in _services.Where(service => service.NextStep <= now.Running))
            {
                foreach (ServerHealth server in service.Servers)
                {
                    if (server.Refresh(now))
                        Emit(HealthEventKind.ServerUp, service, server, $"has passed all its checks long enough: {server.HoldReason}");
                }

                Publish(service, now);
                _unsaved.Writer.TryWrite(true);
            }
        }
    }

    private (ServiceHealth Service, ServerHealth Server)? Find(ServiceIdentity service, ServerIdentity server)
    {
        ServiceHealth? ofService = Array.Find(_services, each => each.Identity == service);
        return ofService?.Servers.FirstOrDefault(each => each.Identity == server) is { } found ? (ofService, found) : null;
    }

    private void Clear(ServiceHealth service, ServerHealth server, string cause)
    {
        server.Suspicion = null;
        Emit(HealthEventKind.ServerAcquitted, service, server, cause);
    }

    private void Publish(ServiceHealth service, Moment now)
    {
        foreach (ServerHealth server in service.ReleaseIfNoneServes(now))
            Emit(HealthEventKind.ServerUp, service, server, "taken back before its time, because no other server of the service is up");
        if (service.LacksUnsuspected)
        {
            foreach (ServerHealth suspect in service.Servers.Where(server => server.IsSuspected))
                Clear(service, suspect, "the service has no other server now");
        }

        ServicePool before = service.Refresh(now);
        _steps.Set(NextStep);
        if (before == service.Pool)
            return;
        if (before.HasQuorum != service.Pool.HasQuorum)
            EmitQuorum(service, HealthOccasion.Check);
        _pools = new ServicePools(_pools.Generation + 1, [.. _services.Select(each => each.Pool)]);
        _changes.Writer.TryWrite(_pools);
    }

    private void EmitQuorum(ServiceHealth service, HealthOccasion occasion)
    {
        ServicePool pool = service.Pool;
        string sorry = pool.Service.SorryServer is not { } server
            ? string.Empty
            : $"; sorry server {new System.Net.IPEndPoint(server.Address, server.Port)} {(pool.HasQuorum ? "leaves" : "takes over")}";
        string hysteresis = pool.Service.Hysteresis == 0 ? string.Empty : $", hysteresis {pool.Service.Hysteresis}";
        string text = $"weight {pool.LiveWeight} of live servers, quorum {pool.Service.Quorum}{hysteresis}{sorry}";
        Emit(EventOf(pool.HasQuorum ? HealthEventKind.QuorumGained : HealthEventKind.QuorumLost, service, null, text) with { Occasion = occasion, LiveWeight = pool.LiveWeight });
    }

    private HealthEvent EventOf(HealthEventKind kind, ServiceHealth? service, ServerHealth? server, string text) =>
        new(_options.Clock.GetUtcNow(), kind, service?.Identity, server?.Identity, text);

    private void Emit(HealthEventKind kind, ServiceHealth? service, ServerHealth? server, string text) => Emit(EventOf(kind, service, server, text));

    private void Emit(HealthEvent happened) => _events.Writer.TryWrite(happened);

    /// <summary>Saves what there is each time that something is unsaved: changes that come while a file is written share the next.</summary>
    private async Task SaveChanges()
    {
        await foreach (bool _ in _unsaved.Reader.ReadAllAsync())
        {
            try
            {
                if (_options.Sink is { } sink)
                    await sink.Save(TakeSnapshot());
            }
            catch (Exception fault)
            {
                Emit(HealthEventKind.SnapshotNotSaved, null, null, fault.Message);
            }
        }
    }
}
