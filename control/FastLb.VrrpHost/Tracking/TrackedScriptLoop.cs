using System.ComponentModel;
using System.Diagnostics;
using FastLb.Configuration.Model;
using FastLb.Runtime.Scripts;
using FastLb.Native.Processes;
using Microsoft.Extensions.Logging;

namespace FastLb.VrrpHost.Tracking;

/// <summary>
/// Runs one <c>vrrp_script</c> again and again, in a process group of its own. A run that takes longer than it may is a failure: its group is asked to end
/// (SIGTERM), and made to (SIGKILL) when it doesn't. The next run begins an interval after the last began, or at the next multiple if that has not ended by
/// then.
/// </summary>
internal sealed class TrackedScriptLoop(TrackedScript script, GlobalDefinitions global, ScriptIdentity identity, Action<bool> result, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(2);

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
        if (identity.FindFault(script.Command, global) is { } fault)
            return Fail($"{script.Command.Arguments[0]} is not run: {fault}");
        Process process;
        try
        {
            process = Process.Start(ScriptGroup.Of(identity.CommandOf(script.Command, global, []))) ?? throw new Win32Exception("no process");
        }
        catch (Win32Exception refusal)
        {
            return Fail($"{script.Command.Arguments[0]} can't be run: {refusal.Message}");
        }

        using (process)
            return await Watch(process, cancellation);
    }

    private async Task<bool> Watch(Process process, CancellationToken cancellation)
    {
        process.StandardInput.Close();
        TimeSpan patience = script.Timeout ?? script.Interval;
        try
        {
            await process.WaitForExitAsync(CancellationToken.None).WaitAsync(patience, time, cancellation);
        }
        catch (TimeoutException)
        {
            await End(process);
            return Fail($"not done within {patience.TotalSeconds:0.###} s");
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            await End(process);
            return false;
        }

        if (process.ExitCode != 0)
            return Fail($"ended with status {process.ExitCode}");
        _lastFault = null;
        return true;
    }

    private async Task End(Process process)
    {
        Task ended = process.WaitForExitAsync(CancellationToken.None);
        ProcessSignal.TerminateGroup(process.Id);
        try
        {
            await ended.WaitAsync(EndPatience, time);
        }
        catch (TimeoutException)
        {
            log.LogWarning("the script {Script} (process {Pid}) did not end when asked to and is killed", script.Name, process.Id);
        }

        ProcessSignal.KillGroup(process.Id); // its children, too, if there are any left
        await ended;
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
