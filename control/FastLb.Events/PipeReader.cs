using System.ComponentModel;
using System.Diagnostics;
using FastLb.Configuration.Model;
using FastLb.Native.Files;
using FastLb.Native.Processes;
using FastLb.Runtime.Scripts;
using Microsoft.Extensions.Logging;

namespace FastLb.Events;

/// <summary>
/// The program that reads an event pipe: started with the pipe's path as its last parameter, ended with all that it has started. One that ends by itself is not
/// started again, as in keepalived.
/// </summary>
internal sealed class PipeReader
{
    private static readonly TimeSpan ReadPatience = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(1);

    private readonly Process _process;
    private readonly Task _watching;
    private readonly string _command;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private volatile bool _ending;

    private PipeReader(Process process, string command, TimeProvider time, ILogger log)
    {
        _process = process;
        _command = command;
        _time = time;
        _log = log;
        _watching = Watch();
    }

    /// <summary>Starts the program of a pipe; null when there is none, or it can't be run, which is told.</summary>
    public static PipeReader? Start(EventPipe pipe, GlobalDefinitions global, ScriptIdentity identity, TimeProvider time, ILogger log)
    {
        if (pipe is not { Reader: { } script, Path: { } path })
            return null;
        string command = script.Arguments[0];
        if (identity.FindFault(script, global) is { } fault)
        {
            log.LogError("{Place}: {Command} does not read {Path}: {Fault}", script.Origin, command, path, fault);
            return null;
        }

        try
        {
            Process process = Process.Start(ScriptGroup.Of(identity.CommandOf(script, global, [path]))) ?? throw new Win32Exception("no process");
            log.LogInformation("{Command} (process {Pid}) reads {Path}", command, process.Id, path);
            return new PipeReader(process, command, time, log);
        }
        catch (Win32Exception refusal)
        {
            log.LogError("{Place}: {Command} can't be run to read {Path}: {Fault}", script.Origin, command, path, refusal.Message);
            return null;
        }
    }

    /// <summary>
    /// Has the program end: it is asked to after a moment, and made to when it doesn't.
    /// </summary>
    /// <param name="pipe">Closed before, so that the program reads what is left in it and then sees its end; null for one that others go on writing to.</param>
    public async Task End(NamedPipe? pipe)
    {
        _ending = true;
        pipe?.Dispose();
        if (!await EndsWithin(ReadPatience))
        {
            ProcessSignal.TerminateGroup(_process.Id);
            if (!await EndsWithin(EndPatience))
            {
                _log.LogWarning("{Command} (process {Pid}) did not end when asked to and is killed", _command, _process.Id);
                ProcessSignal.KillGroup(_process.Id);
                await _watching;
            }
        }

        _process.Dispose();
    }

    private async Task<bool> EndsWithin(TimeSpan patience)
    {
        try
        {
            await _watching.WaitAsync(patience, _time);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private async Task Watch()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync(CancellationToken.None);
        if (!_ending)
            _log.LogWarning("{Command} (process {Pid}), which reads an event pipe, has ended with status {Status}", _command, _process.Id, _process.ExitCode);
    }
}
