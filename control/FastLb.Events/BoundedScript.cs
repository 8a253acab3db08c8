using System.ComponentModel;
using System.Diagnostics;
using FastLb.Configuration.Model;
using FastLb.Native.Processes;
using Microsoft.Extensions.Logging;

namespace FastLb.Events;

/// <summary>
/// Runs a script and waits for it, for so long at the most: then it is ended with all that it has started. What comes of it is told and changes nothing, as in
/// keepalived.
/// </summary>
public sealed class BoundedScript(ScriptIdentity identity, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(1);

    /// <summary>Runs a script; when it returns, the script has ended.</summary>
    /// <param name="name">What it is called in the log.</param>
    /// <param name="script">Which one; null to do nothing.</param>
    /// <param name="timeout">How long it may take.</param>
    /// <param name="global">Says who runs scripts that don't.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="OperationCanceledException">It was ended early.</exception>
    public async Task Run(string name, NotifyScript? script, TimeSpan timeout, GlobalDefinitions global, CancellationToken cancellation)
    {
        if (script is null)
            return;
        if (identity.FindFault(script, global) is { } fault)
        {
            log.LogError("{Place}: the {Name} {Command} is not run: {Fault}", script.Origin, name, script.Arguments[0], fault);
            return;
        }

        try
        {
            using Process process = Process.Start(ScriptGroup.Of(identity.CommandOf(script, global, []))) ?? throw new Win32Exception("no process");
            log.LogInformation("the {Name} {Command} runs as process {Pid}", name, script.Arguments[0], process.Id);
            process.StandardInput.Close();
            await Watch(process, name, timeout, cancellation);
        }
        catch (Win32Exception refusal)
        {
            log.LogError("{Place}: the {Name} {Command} can't be run: {Fault}", script.Origin, name, script.Arguments[0], refusal.Message);
        }
    }

    private async Task Watch(Process process, string name, TimeSpan timeout, CancellationToken cancellation)
    {
        Task ended = process.WaitForExitAsync(CancellationToken.None);
        try
        {
            await ended.WaitAsync(timeout, time, cancellation);
            if (process.ExitCode != 0)
                log.LogWarning("the {Name} ended with status {Status}", name, process.ExitCode);
        }
        catch (TimeoutException)
        {
            log.LogError("the {Name} is not done within {Timeout:0} s and is ended", name, timeout.TotalSeconds);
            await End(process, ended);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            await End(process, ended);
            throw;
        }
    }

    private async Task End(Process process, Task ended)
    {
        ProcessSignal.TerminateGroup(process.Id);
        await Task.WhenAny(ended, Task.Delay(EndPatience, time));
        ProcessSignal.KillGroup(process.Id); // its children, too, if there are any left
        await ended;
    }
}
