using System.ComponentModel;
using System.Diagnostics;
using FastLb.Configuration.Model;
using FastLb.Native.Processes;
using Microsoft.Extensions.Logging;

namespace FastLb.Runtime.Scripts;

/// <summary>How a run of a script ended.</summary>
/// <param name="Status">Its exit status: 0 to 255, and 128 and the signal's number for one that a signal has ended; null when it didn't end by itself.</param>
/// <param name="Fault">What went wrong, as a phrase for the log; null when it ended with status 0.</param>
public readonly record struct ScriptEnd(int? Status, string? Fault)
{
    /// <summary>True when it was run at all: there is such a script, and it may be run.</summary>
    public bool HasRun { get; init; } = true;
}

/// <summary>
/// Runs scripts whose exit status matters, each in a process group of its own. One that takes longer than it may is a failure: its group is asked to end (SIGTERM), and made to (SIGKILL) when it
/// doesn't. Any thread; any number at a time.
/// </summary>
/// <param name="identity">As whom scripts are run.</param>
/// <param name="global">Says who runs scripts that don't, and which must not be run.</param>
/// <param name="time">For timeouts.</param>
/// <param name="log">For scripts that don't end when asked to.</param>
public sealed class ScriptRun(ScriptIdentity identity, GlobalDefinitions global, TimeProvider time, ILogger log)
{
    /// <summary>How the fault of one begins that took longer than it may.</summary>
    public const string TooLate = "not done within";

    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(2);

    /// <summary>Runs a script once; when it returns, its process group has ended if it was in the way.</summary>
    /// <param name="script">Which one.</param>
    /// <param name="name">What it is called in the log.</param>
    /// <param name="patience">How long it may run.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="OperationCanceledException">It was ended by <paramref name="cancellation"/>.</exception>
    public async Task<ScriptEnd> Run(NotifyScript script, string name, TimeSpan patience, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (identity.FindFault(script, global) is { } fault)
            return new ScriptEnd(null, $"{script.Arguments[0]} is not run: {fault}") { HasRun = false };
        Process process;
        try
        {
            process = Process.Start(ScriptGroup.Of(identity.CommandOf(script, global, []))) ?? throw new Win32Exception("no process");
        }
        catch (Win32Exception refusal)
        {
            return new ScriptEnd(null, $"{script.Arguments[0]} can't be run: {refusal.Message}") { HasRun = false };
        }

        using (process)
            return await Watch(process, name, patience, cancellation);
    }

    private async Task<ScriptEnd> Watch(Process process, string name, TimeSpan patience, CancellationToken cancellation)
    {
        process.StandardInput.Close();
        try
        {
            await process.WaitForExitAsync(CancellationToken.None).WaitAsync(patience, time, cancellation);
        }
        catch (TimeoutException)
        {
            await End(process, name);
            return new ScriptEnd(null, $"{TooLate} {patience.TotalSeconds:0.###} s");
        }
        catch (OperationCanceledException)
        {
            await End(process, name);
            throw;
        }

        return new ScriptEnd(process.ExitCode, process.ExitCode == 0 ? null : $"ended with status {process.ExitCode}");
    }

    private async Task End(Process process, string name)
    {
        Task ended = process.WaitForExitAsync(CancellationToken.None);
        ProcessSignal.TerminateGroup(process.Id);
        try
        {
            await ended.WaitAsync(EndPatience, time);
        }
        catch (TimeoutException)
        {
            log.LogWarning("the script {Script} (process {Pid}) did not end when asked to and is killed", name, process.Id);
        }

        ProcessSignal.KillGroup(process.Id); // its children, too, if there are any left
        await ended;
    }
}
