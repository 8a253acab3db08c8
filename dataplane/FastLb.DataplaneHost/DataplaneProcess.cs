using System.Runtime.InteropServices;
using FastLb.Native.Processes;
using Microsoft.Extensions.Logging;

namespace FastLb.DataplaneHost;

/// <summary>The dataplane process from start to end.</summary>
public static class DataplaneProcess
{
    /// <summary>
    /// Forwards packets as control asks, until SIGTERM or the end of the parent. SIGINT and SIGHUP, which a terminal sends to the whole group, are control's
    /// to act on.
    /// </summary>
    /// <returns>The exit status: 0 after an orderly stop, 1 when frames have been lost track of.</returns>
    public static async Task<int> Run(DataplaneOptions options, ILoggerFactory logs)
    {
        ILogger log = logs.CreateLogger("dataplane");
        using var stop = new CancellationTokenSource();
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => StopInstead(signal, stop));
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => signal.Cancel = true);
        using PosixSignalRegistration hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal => signal.Cancel = true);
        Task parent = WatchParent(options, stop, log);

        using var plane = ForwardingPlane.Open(options, log);
        await new ControlListener(options.SocketPath, plane, log).Serve(stop.Token);
        bool balanced = plane.Stop();
        await stop.CancelAsync();
        await parent;
        return balanced ? 0 : 1;
    }

    private static void StopInstead(PosixSignalContext signal, CancellationTokenSource stop)
    {
        signal.Cancel = true;
        stop.Cancel();
    }

    private static async Task WatchParent(DataplaneOptions options, CancellationTokenSource stop, ILogger log)
    {
        if (options.ParentPid == 0)
            return;
        try
        {
            await ProcessWatch.WaitForExit(options.ParentPid, stop.Token);
            log.LogWarning("process {Parent}, which started this dataplane, has ended; stopping", options.ParentPid);
            await stop.CancelAsync();
        }
        catch (OperationCanceledException)
        {
            log.LogDebug("no longer watching process {Parent}", options.ParentPid);
        }
    }
}
