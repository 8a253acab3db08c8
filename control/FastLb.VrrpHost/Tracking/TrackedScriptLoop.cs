using FastLb.Configuration.Model;
using FastLb.Runtime.Scripts;
using Microsoft.Extensions.Logging;

namespace FastLb.VrrpHost.Tracking;

/// <summary>
/// Runs one <c>vrrp_script</c> again and again, in a process group of its own. A run that takes longer than it may is a failure: its group is asked to end
/// (SIGTERM), and made to (SIGKILL) when it doesn't. The next run begins an interval after the last began, or at the next multiple if that has not ended by
/// then.
/// </summary>
internal sealed class TrackedScriptLoop(TrackedScript script, GlobalDefinitions global, ScriptIdentity identity, Action<bool> result, TimeProvider time, ILogger log)
{
    private readonly ScriptRun _run = new(identity, global, time, log);
    private string? _lastFault;

    /// <summary>Runs the script until cancelled; then its process group has ended.</summary>
    public async Task Run(CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                long began = time.GetTimestamp();
                bool succeeds = await RunOnce(cancellation);
                cancellation.ThrowIfCancellationRequested();
                result(succeeds);
                TimeSpan beyond = TimeSpan.FromTicks(time.GetElapsedTime(began).Ticks % script.Interval.Ticks);
                await Task.Delay(script.Interval - beyond, time, cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            log.LogDebug("the script {Script} is not run any more", script.Name);
        }
    }

    private async Task<bool> RunOnce(CancellationToken cancellation)
    {
        ScriptEnd end = await _run.Run(script.Command, script.Name, script.Timeout ?? script.Interval, cancellation);
        if (end.Fault is { } fault)
            return Fail(fault);
        _lastFault = null;
        return true;
    }

    // The same failure is told of once.
    private bool Fail(string fault)
    {
        if (_lastFault != fault)
            log.LogWarning("{Place}: the script {Script}: {Fault}", script.Origin, script.Name, fault);
        _lastFault = fault;
        return false;
    }
}
