using FastLb.Native.Processes;
using FastLb.Runtime;
using Microsoft.Extensions.Logging;

namespace FastLb.VrrpHost;

/// <summary>What the VRRP process is started with.</summary>
/// <param name="Running">What the director is to do, until it is told to read that again.</param>
/// <param name="Directory">The director's runtime directory.</param>
/// <param name="Parent">The supervisor's process id; 0 for none.</param>
/// <param name="PredecessorEnded">When the process before this one ended, as <see cref="System.Diagnostics.Stopwatch.GetTimestamp"/> had it; 0 for the first.</param>
public sealed record VrrpProcessOptions(RunningConfiguration Running, RuntimeDirectory Directory, int Parent, long PredecessorEnded);

/// <summary>The VRRP process from start to end.</summary>
public static class VrrpProcess
{
    private static readonly TimeSpan ControlPatience = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Speaks VRRP until SIGTERM or the supervisor's end; then the other directors have been told, and the addresses have gone.
    /// </summary>
    /// <exception cref="FastLb.Native.SystemCallException">The kernel refused something that it can't do without.</exception>
    public static async Task Run(VrrpProcessOptions options, ILoggerFactory logs)
    {
        ILogger log = logs.CreateLogger(ProcessRole.Vrrp.Name());
        await using ChildLife life = ChildLife.Begin(options.Parent);
        using ServiceNotifier supervisor = ServiceNotifier.FromEnvironment();
        using var failing = new CancellationTokenSource();
        Exception? failure = null;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(life.Stopping, failing.Token);
        await using (var host = new RouterHost(options.Running.Director, options.Directory, Fail, log))
        {
            if (options.PredecessorEnded == 0)
                await AwaitControl(host.Reports, log, ending.Token);
            await host.Start(options.PredecessorEnded == 0 ? null : TimeSpan.FromTicks(options.PredecessorEnded / TimeSpan.NanosecondsPerTick));
            supervisor.Works(options.Running.Number);
            supervisor.Ready($"{options.Running.Director.VrrpInstances.Count} instances");
            try
            {
                await Duties.Together(ending.Token, host.FollowInterfaces(ending.Token), FollowReloads(host, options, life, supervisor, ending.Token), Alive(supervisor, host, ending.Token));
            }
            catch (OperationCanceledException) when (ending.IsCancellationRequested)
            {
                log.LogDebug("stopping");
            }

            if (life.ParentEnded)
                log.LogWarning("the supervisor has ended; stopping");
        }

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

    private static async Task FollowReloads(RouterHost host, VrrpProcessOptions options, ChildLife life, ServiceNotifier supervisor, CancellationToken cancellation)
    {
        long number = options.Running.Number;
        await foreach (bool _ in life.Reloads.ReadAllAsync(cancellation))
        {
            RunningConfiguration next = RunningConfiguration.Read(options.Directory);
            if (next.Number == number)
                continue;
            await host.Reload(next.Director);
            number = next.Number;
            supervisor.Works(number);
        }
    }

    // The supervisor is told that the process is alive only while the thread that matters gets round.
    private static async Task Alive(ServiceNotifier supervisor, RouterHost host, CancellationToken cancellation)
    {
        TimeSpan period = supervisor.WatchdogInterval is { } interval ? interval / 4 : TimeSpan.FromSeconds(10);
        long seen = -1;
        while (true)
        {
            await Task.Delay(period, TimeProvider.System, cancellation);
            host.Nudge();
            long turns = host.Turns;
            if (turns == seen)
                continue;
            seen = turns;
            supervisor.Watchdog();
        }
    }
}
