using FastLb.HealthChecks.Checkers;

namespace FastLb.HealthChecks.Monitoring;

/// <summary>A check to be made again and again.</summary>
/// <param name="Probe">Makes it.</param>
/// <param name="Warmup">The longest random delay of the first probe; zero to probe at once.</param>
/// <param name="Report">Takes each result, on any thread, and says how long to wait before the next probe.</param>
public sealed record MonitoredCheck(IHealthProbe Probe, TimeSpan Warmup, Func<ProbeResult, TimeSpan> Report);

/// <summary>Keeps checks going: one asynchronous loop for each, and no thread.</summary>
/// <param name="clock">Measures the delays.</param>
/// <param name="random">Spreads the first probes. Drawn from only while <see cref="Run"/> starts, in the order of the checks.</param>
public sealed class HealthMonitor(TimeProvider clock, Random random)
{
    private static readonly TimeSpan Bootstrap = TimeSpan.FromSeconds(1);

    /// <summary>Runs until cancelled. When it returns, no loop and no probe is under way.</summary>
    /// <exception cref="Exception">A probe or a report threw something; all loops have ended.</exception>
    public async Task Run(IReadOnlyList<MonitoredCheck> checks, CancellationToken cancellation)
    {
        TimeSpan[] delays = [.. checks.Select(check => FirstDelay(check.Warmup))];
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await Task.WhenAll([WaitForStop(stop.Token), .. checks.Select((check, i) => Repeat(check, delays[i], stop))]);
    }

    /// <summary>Without a delay of their own, all checks of a host would begin at the same moment and meet at each period.</summary>
    private TimeSpan FirstDelay(TimeSpan warmup) =>
        warmup == TimeSpan.Zero ? TimeSpan.Zero : TimerSpan.Of(Bootstrap + (random.NextDouble() * warmup));

    private async Task Repeat(MonitoredCheck check, TimeSpan delay, CancellationTokenSource stop)
    {
        CancellationToken cancellation = stop.Token;
        try
        {
            while (!cancellation.IsCancellationRequested)
            {
                await Task.Delay(delay, clock, cancellation);
                ProbeResult result = await check.Probe.Probe(cancellation);
                delay = TimerSpan.Of(check.Report(result));
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return; // The orderly end.
        }
        finally
        {
            await stop.CancelAsync(); // One loop that breaks must not leave the others to look as if all were well.
        }
    }

    private static async Task WaitForStop(CancellationToken cancellation)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using CancellationTokenRegistration registration = cancellation.Register(stopped.SetResult);
        await stopped.Task;
    }
}
