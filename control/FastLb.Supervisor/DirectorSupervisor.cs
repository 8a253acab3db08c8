using System.Collections.Immutable;
using System.Diagnostics;
using System.Net.Sockets;
using System.Threading.Channels;
using FastLb.Configuration.Changes;
using FastLb.Configuration.Model;
using FastLb.Dataplane.Flows;
using FastLb.Events;
using FastLb.Native;
using FastLb.Native.Firewall;
using FastLb.Native.Memory;
using FastLb.Native.Processes;
using FastLb.Netlink;
using FastLb.Runtime;
using FastLb.Runtime.Scripts;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace FastLb.Supervisor;

/// <summary>What a director is started with.</summary>
/// <param name="Configuration">What it is to do.</param>
/// <param name="Snapshot">What this was read from.</param>
/// <param name="Directory">Its runtime directory.</param>
/// <param name="LogArguments">Options that make every process log alike.</param>
/// <param name="Reload">Reads the configuration anew.</param>
/// <param name="Reloads">Gives an element when that is asked for.</param>
/// <param name="Workers">Threads that forward, whatever the configuration says; 0 for what it says.</param>
public sealed record SupervisorOptions(
    DirectorConfiguration Configuration, ConfigurationSnapshot Snapshot, RuntimeDirectory Directory, IReadOnlyList<string> LogArguments,
    Func<ReadConfiguration> Reload, ChannelReader<bool> Reloads, int Workers = 0);

/// <summary>A configuration that was read for a reload.</summary>
/// <param name="Configuration">What the director is to do; null when it has faults that keep it from being taken up.</param>
/// <param name="Snapshot">The text that it was read from.</param>
/// <param name="Diagnostics">What there is to say of it, with its lines; empty for nothing.</param>
public sealed record ReadConfiguration(DirectorConfiguration? Configuration, ConfigurationSnapshot Snapshot, string Diagnostics);

/// <summary>
/// The process that <c>fastlb run</c> is: starts the others, each only if the configuration has work for it, starts them again when they die, and holds what
/// must outlive them, the flow tables' memory and the guard. It touches no packet and speaks no protocol, so that there is little in it that could fail.
/// </summary>
public sealed class DirectorSupervisor : IAsyncDisposable
{
    private static readonly ImmutableArray<ProcessRole> StopOrder = [ProcessRole.Vrrp, ProcessRole.Control, ProcessRole.Dataplane];

    private readonly SupervisorOptions _options;
    private readonly ILogger _log;
    private readonly ServiceNotifier _systemd = ServiceNotifier.FromEnvironment();
    private readonly List<ChildProcess> _children = [];
    private readonly Lock _reporting = new();
    private readonly CommonPipe _pipe;
    private readonly BoundedScript _scripts;
    private readonly int _flowTableSize;
    private readonly int _workers;
    private DirectorConfiguration _configuration;
    private SharedMemory? _flows;
    private ServiceGuard? _guard;
    private long _number;
    private long _attempts;

    private DirectorSupervisor(SupervisorOptions options, ILogger log)
    {
        _options = options;
        _configuration = options.Configuration;
        _flowTableSize = options.Configuration.Dataplane.FlowTableSize;
        _workers = options.Workers != 0 ? options.Workers : options.Configuration.Dataplane.Ports.Workers;
        _number = options.Snapshot.Number;
        _log = log;
        var identity = new ScriptIdentity();
        _pipe = new CommonPipe(identity, TimeProvider.System, log);
        _scripts = new BoundedScript(identity, TimeProvider.System, log);
    }

    private RuntimeDirectory Directory => _options.Directory;

    private string Summary => $"{_configuration.VirtualServers.Count} virtual servers, {_configuration.VrrpInstances.Count} VRRP instances";

    /// <summary>Runs until cancelled. When it returns, nothing of the director is left in the kernel or in its runtime directory.</summary>
    /// <exception cref="DirectorException">It can't start; nothing is left either.</exception>
    /// <exception cref="SystemCallException">The kernel refused something that it can't do without; nothing is left either.</exception>
    public static async Task Run(SupervisorOptions options, ILoggerFactory logs, CancellationToken cancellation)
    {
        ILogger log = logs.CreateLogger(ProcessRole.Supervisor.Name());
        using IDisposable hold = options.Directory.Lock();
        await Leftovers.WaitForProcesses(options.Directory, log, cancellation);
        Leftovers.Undo(options.Directory, log);
        options.Directory.WritePid(ProcessRole.Supervisor, Environment.ProcessId);
        options.Snapshot.Write(options.Directory);
        try
        {
            await using var supervisor = new DirectorSupervisor(options, log);
            await supervisor.Serve(cancellation);
        }
        finally
        {
            Leftovers.Undo(options.Directory, log);
            options.Directory.Clear();
        }
    }

    /// <summary>When all processes have ended: ends the reader of the pipe of all events, and runs the shutdown script.</summary>
    public async ValueTask DisposeAsync()
    {
        await _pipe.DisposeAsync();
        DirectorScripts scripts = _configuration.Global.Scripts;
        await _scripts.Run("shutdown script", scripts.Shutdown, scripts.ShutdownTimeout, _configuration.Global, CancellationToken.None);
    }

    // The order matters. The startup script comes before everything and the shutdown script after it; the pipe of all events is there as long as somebody may write to it. The
    // guard stands before an address can draw packets here, and until all addresses have gone; VRRP waits with its start until control
    // has told the dataplane what to do; at the stop VRRP gives the addresses away first.
    private async Task Serve(CancellationToken cancellation)
    {
        try
        {
            DirectorScripts scripts = _configuration.Global.Scripts;
            await _scripts.Run("startup script", scripts.Startup, scripts.StartupTimeout, _configuration.Global, cancellation);
            TellMissingInterfaces();
            await _pipe.Use(_configuration.Global);
            PrepareForwarding();
            PrepareVrrp();
            Add(new ChildDefinition(ProcessRole.Control, _ => _options.LogArguments));
            await StartAll(cancellation);
            _log.LogInformation("ready: {Summary}", Summary);
            _systemd.Ready(Summary);
            await Duties.Together(cancellation, KeepAlive(cancellation), FollowReloads(cancellation));
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            _log.LogInformation("stopping");
        }
        finally
        {
            _systemd.Stopping();
            foreach (ChildProcess child in _children)
                await child.Retire();
            foreach (ChildProcess child in _children.OrderBy(child => StopOrder.IndexOf(child.Report.Role)))
                await child.DisposeAsync();
            _guard?.Dispose();
            _flows?.Dispose();
        }
    }

    /// <summary>What forwarding needs, once there is something to forward; it stays when there is nothing any more.</summary>
    private ChildProcess? PrepareForwarding()
    {
        if (_configuration.VirtualServers.Count == 0 || Find(ProcessRole.Dataplane) is not null)
            return null;
        _flows ??= SharedMemory.Create("fastlb-flows", FlowStore.RequiredBytes(_flowTableSize));
        _guard ??= OpenGuard();
        return Add(DataplaneChild(_flows));
    }

    /// <summary>The VRRP process, once there is an instance, or something that is held without one.</summary>
    private ChildProcess? PrepareVrrp() =>
        !_configuration.HoldsSomething || Find(ProcessRole.Vrrp) is not null ? null : Add(VrrpChild());

    private ChildProcess? Find(ProcessRole role) => _children.FirstOrDefault(child => child.Report.Role == role);

    private async Task FollowReloads(CancellationToken cancellation)
    {
        await foreach (bool _ in _options.Reloads.ReadAllAsync(cancellation))
        {
            _systemd.Reloading(Stopwatch.GetElapsedTime(0));
            ReadConfiguration read = _options.Reload();
            (bool isApplied, string outcome) = read.Configuration is { } next
                ? await TryTake(next, read.Snapshot, cancellation)
                : (false, $"{read.Snapshot.Path} has errors; everything stays as it was");
            _log.Log(isApplied ? LogLevel.Information : LogLevel.Error, "reload: {Outcome}", outcome);
            new ReloadReport(++_attempts, TimeProvider.System.GetUtcNow(), isApplied, outcome, read.Diagnostics).Write(Directory);
            _systemd.Ready(Summary);
        }
    }

    private async Task<(bool IsApplied, string Outcome)> TryTake(DirectorConfiguration next, ConfigurationSnapshot snapshot, CancellationToken cancellation)
    {
        try
        {
            return (true, await Take(next, snapshot, cancellation));
        }
        catch (Exception fault) when (fault is DirectorException or SystemCallException)
        {
            return (false, $"{snapshot.Path} is taken up in part only: {fault.Message}; the next reload tries it again");
        }
    }

    /// <summary>Starts a process that the director has not had before; one that doesn't start leaves it without.</summary>
    private async Task StartLate(ChildProcess child, CancellationToken cancellation)
    {
        try
        {
            await child.Start(cancellation);
        }
        catch
        {
            lock (_reporting)
                _children.Remove(child);
            await child.DisposeAsync();
            throw;
        }
    }

    // New services are guarded before anything draws their packets here, former ones until nothing does any more. The dataplane is there before control needs it; VRRP takes
    // addresses when control knows their services.
    private async Task<string> Take(DirectorConfiguration next, ConfigurationSnapshot snapshot, CancellationToken cancellation)
    {
        DirectorConfiguration before = _configuration;
        ConfigurationChanges changes = ConfigurationComparer.Compare(before, next);
        _configuration = next;
        (snapshot with { Number = ++_number }).Write(Directory);
        if (next.Dataplane.FlowTableSize != _flowTableSize)
            _log.LogWarning("the flow table keeps its size, {Size}, until the director is started again", _flowTableSize);
        if (_options.Workers == 0 && next.Dataplane.Ports.Workers != _workers)
            _log.LogWarning("the number of workers stays {Workers} until the director is started again (0: one for each queue)", _workers);
        TellMissingInterfaces();
        Guard(before, next);
        await _pipe.Use(next.Global);
        List<string> late = [];
        if (PrepareForwarding() is { } dataplane)
            await StartLate(dataplane, cancellation);
        await Reload(Find(ProcessRole.Control)!);
        if (PrepareVrrp() is { } vrrp)
            await StartLate(vrrp, cancellation);
        else if (Find(ProcessRole.Vrrp) is { } running)
            await Reload(running);
        Guard(next);
        if (late.Count == 0)
            await _pipe.EndFormer(); // else somebody may still write to it; the next reload ends it
        return late.Count == 0 ? $"{changes.Summary}; {Summary} are served" : $"{changes.Summary}, but {string.Join(" and ", late)} have not taken it up yet";

        async Task Reload(ChildProcess child)
        {
            if (!await child.Reload(_number, cancellation))
                late.Add(child.Report.Role.Name());
        }
    }

    private void Guard(params DirectorConfiguration[] configurations)
    {
        if (_guard is null)
            return;
        try
        {
            _guard.SetServices([.. configurations.SelectMany(GuardedEndpoints.ServicesOf).Distinct()]);
            _guard.SetTranslatedServers([.. configurations.SelectMany(GuardedEndpoints.TranslatedServersOf).Distinct()]);
        }
        catch (Exception fault) when (fault is SystemCallException or KernelFeatureException)
        {
            _log.LogError("the guard is not as it should be: {Fault}", fault.Message);
        }
    }

    private ChildProcess Add(ChildDefinition definition)
    {
        var child = new ChildProcess(definition, Directory, WriteReport, TimeProvider.System, _log);
        lock (_reporting)
            _children.Add(child);
        return child;
    }

    /// <summary>Starts all at once, for each finds the others when they are there; the first that fails gives the start up.</summary>
    private async Task StartAll(CancellationToken cancellation)
    {
        using var givingUp = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        List<Task> starting = [.. _children.Select(child => child.Start(givingUp.Token))];
        try
        {
            while (starting.Count > 0)
            {
                Task done = await Task.WhenAny(starting);
                starting.Remove(done);
                await done;
            }
        }
        catch
        {
            await givingUp.CancelAsync();
            await Task.WhenAll(starting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // the first reason is the one that counts
            throw;
        }
    }

    private ChildDefinition DataplaneChild(SharedMemory flows)
    {
        // The descriptor's number is known only once it has been opened for the very start.
        SafeFileHandle? inherited = null;
        return new ChildDefinition(
            ProcessRole.Dataplane,
            _ =>
            [
                "--flow-table", $"{inherited!.DangerousGetHandle()}", "--flow-capacity", $"{_flowTableSize}", "--workers", $"{_workers}",
                .. _options.LogArguments,
            ],
            () => inherited = flows.DuplicateInheritable());
    }

    /// <summary>
    /// A VRRP process that is started again goes on as the master it was, if the others can't have noticed. When that is no longer so, the addresses are taken away
    /// here and now: another master may hold them.
    /// </summary>
    private ChildDefinition VrrpChild() => new(
        ProcessRole.Vrrp,
        before => before is { } end ? ["--predecessor-ended", $"{end.At}", .. _options.LogArguments] : _options.LogArguments,
        Ended: pause =>
        {
            if (_configuration.VrrpInstances.Any(instance => pause >= instance.AdvertisementInterval))
                Leftovers.UndoAddresses(Directory, _log);
        });

    // As keepalived does with dynamic_interfaces; without, it would not start. A machine's interfaces may come late, and one that is missing concerns its instance alone.
    private void TellMissingInterfaces()
    {
        using Rtnetlink kernel = Rtnetlink.Open();
        foreach (VrrpInstance instance in _configuration.VrrpInstances)
        {
            if (instance.Interface.Length > 0 && kernel.Links.Find(instance.Interface) is null)
            {
                _log.LogWarning("{Place}: there is no interface {Interface}; vrrp_instance {Instance} is in fault until there is",
                    instance.InterfaceOrigin, instance.Interface, instance.Name);
            }

            foreach (VirtualAddress address in instance.VirtualAddresses.Where(address => address.Device != instance.Interface && kernel.Links.Find(address.Device) is null))
            {
                _log.LogWarning("{Place}: there is no interface {Interface}; {Address} waits for it{Fault}", address.Origin, address.Device, address.Address,
                    address.TracksDevice ? $", and vrrp_instance {instance.Name} is in fault until there is" : string.Empty);
            }
        }
    }

    private ServiceGuard? OpenGuard()
    {
        ServiceGuard? guard = null;
        try
        {
            guard = ServiceGuard.Open($"fastlb_{Environment.ProcessId}");
            guard.SetServices(GuardedEndpoints.ServicesOf(_configuration));
            guard.SetTranslatedServers(GuardedEndpoints.TranslatedServersOf(_configuration));
            return guard;
        }
        catch (Exception fault) when (fault is SystemCallException or KernelFeatureException)
        {
            guard?.Dispose();
            _log.LogWarning("there is no guard: while the dataplane is started again, the kernel will reset connections to the virtual servers ({Fault})", fault.Message);
            return null;
        }
    }

    private async Task KeepAlive(CancellationToken cancellation)
    {
        TimeSpan period = _systemd.WatchdogInterval is { } interval ? interval / 2 : Timeout.InfiniteTimeSpan;
        while (true)
        {
            await Task.Delay(period, TimeProvider.System, cancellation);
            _systemd.Watchdog();
        }
    }

    private void WriteReport()
    {
        lock (_reporting)
            ProcessReport.WriteAll(Directory, [.. _children.Select(child => child.Report)]);
    }
}
