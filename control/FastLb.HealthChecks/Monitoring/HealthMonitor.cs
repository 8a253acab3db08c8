using FastLb.HealthChecks.Checkers;

namespace FastLb.HealthChecks.Monitoring;

/// <summary>Keeps checks going: one asynchronous loop for each, and no thread. Their paces tell where each stands, and hurry it.</summary>
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
            check.Pace.Start(clock, delay);
            while (!cancellation.IsCancellationRequested)
            {
                await check.Pace.Wait(cancellation);
                check.Pace.Begin();
                ProbeResult result = await check.Probe.Probe(cancellation);
                TimeSpan took = check.Pace.Elapsed();
                check.Pace.End(new ProbeAttempt(result, took), TimerSpan.Of(check.Report(result)));
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return; // The orderly end.
        }
        finally
        {
            check.Pace.Stop();
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
