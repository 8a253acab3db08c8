using FastLb.Native.Processes;
using Microsoft.Extensions.Logging;

namespace FastLb.DataplaneHost;

/// <summary>The dataplane process from start to end.</summary>
public static class DataplaneProcess
{
    private static readonly TimeSpan DefaultPeriod = TimeSpan.FromSeconds(10);

    /// <summary>Forwards packets as control asks, until SIGTERM or the end of the parent.</summary>
    /// <returns>The exit status: 0 after an orderly stop, 1 when frames have been lost track of.</returns>
    public static async Task<int> Run(DataplaneOptions options, ILoggerFactory logs)
    {
        ILogger log = logs.CreateLogger("dataplane");
        await using ChildLife life = ChildLife.Begin(options.ParentPid);
        using ServiceNotifier supervisor = ServiceNotifier.FromEnvironment();
        using var plane = ForwardingPlane.Open(options, () => supervisor.Watchdog(), log);
        Task alive = Task.CompletedTask;
        await new ControlListener(options.SocketPath, plane, log).Serve(
            () =>
            {
                supervisor.Ready("listening");
                alive = TellAlive(supervisor, plane, log, life.Stopping);
            },
            life.Stopping);
        if (life.ParentEnded)
            log.LogWarning("process {Parent}, which started this dataplane, has ended; stopping", options.ParentPid);
        bool balanced = plane.Stop();
        await alive;
        return balanced ? 0 : 1;
    }

    // The supervisor is told that the process is alive only while all workers come round: packets must not pile up behind a dead loop.
    private static async Task TellAlive(ServiceNotifier supervisor, ForwardingPlane plane, ILogger log, CancellationToken cancellation)
    {
        TimeSpan period = supervisor.WatchdogInterval is { } interval ? interval / 4 : DefaultPeriod;
        try
        {
            while (true)
            {
                await Task.Delay(period, TimeProvider.System, cancellation);
                try
                {
                    await plane.WorkerTurn().WaitAsync(period, TimeProvider.System, cancellation);
                    supervisor.Watchdog();
                    plane.WarnOfUnfitFrames();
                }
                catch (TimeoutException)
                {
                    log.LogWarning("not all workers have come round for {Period} s", period.TotalSeconds);
                }
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            log.LogDebug("stopping");
        }
    }
}
