using System.Collections.Immutable;
using System.Net.Sockets;
using FastLb.Configuration.Model;
using FastLb.Dataplane.Flows;
using FastLb.Native;
using FastLb.Native.Firewall;
using FastLb.Native.Memory;
using FastLb.Native.Processes;
using FastLb.Netlink;
using FastLb.Runtime;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace FastLb.Supervisor;

/// <summary>What a director is started with.</summary>
/// <param name="Configuration">What it is to do.</param>
/// <param name="Snapshot">What this was read from.</param>
/// <param name="Directory">Its runtime directory.</param>
/// <param name="LogArguments">Options that make every process log alike.</param>
/// <param name="Workers">Threads that forward; 0 leaves their number to the dataplane.</param>
public sealed record SupervisorOptions(
    DirectorConfiguration Configuration, ConfigurationSnapshot Snapshot, RuntimeDirectory Directory, IReadOnlyList<string> LogArguments, int Workers = 0);

/// <summary>
/// The process that <c>fastlb run</c> is: starts the others, each only if the configuration has work for it, starts them again when they die, and holds what
/// must outlive them, the flow tables' memory and the guard. It touches no packet and speaks no protocol, so that there is little in it that could fail.
/// </summary>
public sealed class DirectorSupervisor
{
    private static readonly ImmutableArray<ProcessRole> StopOrder = [ProcessRole.Vrrp, ProcessRole.Control, ProcessRole.Dataplane];

    private readonly SupervisorOptions _options;
    private readonly ILogger _log;
    private readonly ServiceNotifier _systemd = ServiceNotifier.FromEnvironment();
    private readonly List<ChildProcess> _children = [];
    private readonly Lock _reporting = new();

    private DirectorSupervisor(SupervisorOptions options, ILogger log)
    {
        _options = options;
        _log = log;
    }

    private RuntimeDirectory Directory => _options.Directory;

    private DirectorConfiguration Configuration => _options.Configuration;

    private bool Forwards => Configuration.VirtualServers.Count > 0;

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
            await new DirectorSupervisor(options, log).Serve(cancellation);
        }
        finally
        {
            Leftovers.Undo(options.Directory, log);
            options.Directory.Clear();
        }
    }

    // The order matters. The guard stands before an address can draw packets here, and until all addresses have gone; VRRP waits with its start until control
    // has told the dataplane what to do; at the stop VRRP gives the addresses away first.
    private async Task Serve(CancellationToken cancellation)
    {
        TellMissingInterfaces();
        using SharedMemory? flows = Forwards ? SharedMemory.Create("fastlb-flows", FlowStore.RequiredBytes(Configuration.Dataplane.FlowTableSize)) : null;
        using ServiceGuard? guard = Forwards ? OpenGuard() : null;
        try
        {
            if (flows is not null)
                Add(DataplaneChild(flows));
            if (Configuration.VrrpInstances.Count > 0)
                Add(VrrpChild());
            Add(new ChildDefinition(ProcessRole.Control, _ => _options.LogArguments));
            await StartAll(cancellation);
            string summary = $"{Configuration.VirtualServers.Count} virtual servers, {Configuration.VrrpInstances.Count} VRRP instances";
            _log.LogInformation("ready: {Summary}", summary);
            _systemd.Ready(summary);
            await KeepAlive(cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            _log.LogInformation("stopping");
        }
        finally
        {
            _systemd.Stopping();
            foreach (ChildProcess child in _children.OrderBy(child => StopOrder.IndexOf(child.Report.Role)))
                await child.DisposeAsync();
        }
    }

    private void Add(ChildDefinition definition) => _children.Add(new ChildProcess(definition, Directory, WriteReport, TimeProvider.System, _log));

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
                "--flow-table", $"{inherited!.DangerousGetHandle()}", "--flow-capacity", $"{Configuration.Dataplane.FlowTableSize}", "--workers", $"{_options.Workers}",
                .. _options.LogArguments,
            ],
            () => inherited = flows.DuplicateInheritable());
    }

    /// <summary>
    /// A VRRP process that is started again goes on as the master it was, if the others can't have noticed. When that is no longer so, the addresses are taken away
    /// here and now: another master may hold them.
    /// </summary>
    private ChildDefinition VrrpChild()
    {
        TimeSpan shortestInterval = Configuration.VrrpInstances.Min(instance => instance.AdvertisementInterval);
        return new ChildDefinition(
            ProcessRole.Vrrp,
            before => before is { } end ? ["--predecessor-ended", $"{end.At}", .. _options.LogArguments] : _options.LogArguments,
            Ended: pause =>
            {
                if (pause >= shortestInterval)
                    Leftovers.UndoAddresses(Directory, _log);
            });
    }

    // As keepalived does with dynamic_interfaces; without, it would not start. A machine's interfaces may come late, and one that is missing concerns its instance alone.
    private void TellMissingInterfaces()
    {
        using Rtnetlink kernel = Rtnetlink.Open();
        foreach (VrrpInstance instance in Configuration.VrrpInstances)
        {
            if (kernel.Links.Find(instance.Interface) is null)
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
            guard.SetServices(GuardedEndpoints.ServicesOf(Configuration));
            guard.SetTranslatedServers(GuardedEndpoints.TranslatedServersOf(Configuration));
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
