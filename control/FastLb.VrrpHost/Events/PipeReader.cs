using System.ComponentModel;
using System.Diagnostics;
using FastLb.Configuration.Model;
using FastLb.Native.Processes;
using Microsoft.Extensions.Logging;

namespace FastLb.VrrpHost.Events;

/// <summary>The program that reads an event pipe: started with the pipe's path as its last parameter, ended with all that it has started. One that ends by itself is not started again, as in keepalived.</summary>
internal sealed class PipeReader : IAsyncDisposable
{
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

    /// <summary>Has the program end, by force when it doesn't.</summary>
    public async ValueTask DisposeAsync()
    {
        _ending = true;
        if (!_watching.IsCompleted)
        {
            ProcessSignal.TerminateGroup(_process.Id);
            try
            {
                await _watching.WaitAsync(EndPatience, _time);
            }
            catch (TimeoutException)
            {
                _log.LogWarning("{Command} (process {Pid}) did not end when asked to and is killed", _command, _process.Id);
                ProcessSignal.KillGroup(_process.Id);
                await _watching;
            }
        }

        _process.Dispose();
    }

    private async Task Watch()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync(CancellationToken.None);
        if (!_ending)
            _log.LogWarning("{Command} (process {Pid}), which reads an event pipe, has ended with status {Status}", _command, _process.Id, _process.ExitCode);
    }
}
