using FastLb.Configuration.Model;
using FastLb.Native.Interfaces;
using FastLb.Native.Processes;
using FastLb.Netlink;
using FastLb.Runtime;
using FastLb.Vrrp;
using FastLb.VrrpChannel;
using Microsoft.Extensions.Logging;

namespace FastLb.VrrpHost;

/// <summary>What the VRRP process is started with.</summary>
/// <param name="Configuration">What the director is to do.</param>
/// <param name="Directory">The director's runtime directory.</param>
/// <param name="Parent">The supervisor's process id; 0 for none.</param>
/// <param name="PredecessorEnded">When the process before this one ended, as <see cref="System.Diagnostics.Stopwatch.GetTimestamp"/> had it; 0 for the first.</param>
public sealed record VrrpProcessOptions(DirectorConfiguration Configuration, RuntimeDirectory Directory, int Parent, long PredecessorEnded);

/// <summary>The VRRP process from start to end: sockets, addresses, reports and scripts around the virtual routers.</summary>
public static class VrrpProcess
{
    private static readonly TimeSpan ControlPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan StopScriptPatience = TimeSpan.FromSeconds(1); // keepalived's

    /// <summary>
    /// Speaks VRRP until SIGTERM or the supervisor's end; then the other directors have been told, and the addresses have gone.
    /// </summary>
    /// <exception cref="FastLb.Native.SystemCallException">The kernel refused something that it can't do without.</exception>
    public static async Task Run(VrrpProcessOptions options, ILoggerFactory logs)
    {
        ILogger log = logs.CreateLogger(ProcessRole.Vrrp.Name());
        await using ChildLife life = ChildLife.Begin(options.Parent);
        using ServiceNotifier supervisor = ServiceNotifier.FromEnvironment();
        using Rtnetlink kernel = Rtnetlink.Open();
        using GratuitousArpSender sender = GratuitousArpSender.Open();
        using var watch = new InterfaceWatch(options.Configuration, kernel);
        KernelJournal journal = KernelJournal.Open(options.Directory.AddressJournal, kernel, log);

        RouterOffice? office = null;
        var addresses = new Dictionary<Router, HeldAddresses>();
        foreach (VrrpInstance instance in options.Configuration.VrrpInstances)
        {
            var router = new Router(
                instance, options.Configuration.Global, watch.Read(instance), TimeProvider.System, effects => office!.Perform(effects), (one, heard) => TellAddresses(one, heard, log));
            addresses.Add(router, new HeldAddresses(instance, options.Configuration.Global.GratuitousArpInterval, kernel, journal, sender, log));
        }

        IReadOnlyList<Router> routers = [.. addresses.Keys];
        await using var reports = new ReportServer(options.Directory.VrrpSocket, () => [.. routers.Select(router => RouterStatus.Of(router, addresses[router]))], log);
        var scripts = new NotifyScripts(options.Configuration.Global, new ScriptIdentity(), log);
        scripts.Examine(options.Configuration.VrrpInstances);
        var states = new RouterStateFile(options.Directory.VrrpStateFile);
        office = new RouterOffice(addresses, reports, states, scripts, TimeProvider.System, log);
        Task working = office.Run();
        using var failing = new CancellationTokenSource();
        Exception? failure = null;
        using var thread = new RouterThread(routers, fault => Fail(fault), log);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(life.Stopping, failing.Token);

        if (options.PredecessorEnded == 0)
            await AwaitControl(reports, log, ending.Token);
        Begin(options, routers, thread, states.ReadMasters(), log);
        thread.Start();
        supervisor.Ready($"{routers.Count} instances");
        try
        {
            await Task.WhenAll(watch.Run(routers, thread, log, ending.Token), Alive(supervisor, thread, ending.Token));
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            log.LogDebug("stopping");
        }

        if (life.ParentEnded)
            log.LogWarning("the supervisor has ended; stopping");
        foreach (Router router in routers)
            thread.Tell(router.Stop);
        thread.End();
        office.Close();
        await working;
        foreach ((Router router, HeldAddresses held) in addresses)
        {
            await held.Finish();
            held.Dispose();
            router.Dispose();
        }

        journal.UndoAll();
        await scripts.WaitForEnd(StopScriptPatience);
        if (failure is not null)
            throw new DirectorException($"the thread that speaks VRRP has failed: {failure.Message}", failure);

        void Fail(Exception fault)
        {
            failure = fault;
            failing.Cancel();
        }
    }

    // The owner of its addresses is master at once: the dataplane should know its services by then.
    private static async Task AwaitControl(ReportServer reports, ILogger log, CancellationToken cancellation)
    {
        try
        {
            await reports.FirstApplied.WaitAsync(ControlPatience, TimeProvider.System, cancellation);
        }
        catch (TimeoutException)
        {
            log.LogWarning("control has not answered within {Patience} s; starting without it", ControlPatience.TotalSeconds);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            log.LogDebug("stopping before the start");
        }
    }

    // keepalived 2.2.7 discards such advertisements, so that both directors hold their addresses; later versions heed them, as is done here.
    private static void TellAddresses(Router router, VrrpAdvertisement heard, ILogger log)
    {
        if (heard.AddressesDiffer)
            log.LogError("{Instance}: {Source} advertises other addresses than this director's: their configurations differ", router.Instance.Name, heard.Source);
        else
            log.LogInformation("{Instance}: {Source} advertises the same addresses", router.Instance.Name, heard.Source);
    }

    private static void Begin(VrrpProcessOptions options, IReadOnlyList<Router> routers, RouterThread thread, IReadOnlySet<string> masters, ILogger log)
    {
        bool succeeds = options.PredecessorEnded != 0;
        var ended = TimeSpan.FromTicks(options.PredecessorEnded / TimeSpan.NanosecondsPerTick);
        foreach (Router router in routers)
        {
            if (succeeds && masters.Contains(router.Instance.Name))
            {
                log.LogInformation("{Instance} was master when the process before this one ended", router.Instance.Name);
                thread.Tell(() => router.Resume(ended));
            }
            else
            {
                thread.Tell(router.Start);
            }
        }
    }

    // The supervisor is told that the process is alive only while the thread that matters gets round.
    private static async Task Alive(ServiceNotifier supervisor, RouterThread thread, CancellationToken cancellation)
    {
        TimeSpan period = supervisor.WatchdogInterval is { } interval ? interval / 4 : TimeSpan.FromSeconds(10);
        long seen = -1;
        while (true)
        {
            await Task.Delay(period, TimeProvider.System, cancellation);
            thread.Tell(() => { });
            long turns = thread.Turns;
            if (turns == seen)
                continue;
            seen = turns;
            supervisor.Watchdog();
        }
    }
}
