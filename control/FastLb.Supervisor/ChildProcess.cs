using System.ComponentModel;
using System.Diagnostics;
using FastLb.Native;
using FastLb.Native.Processes;
using FastLb.Runtime;
using Microsoft.Extensions.Logging;

namespace FastLb.Supervisor;

/// <summary>What a process is started with, and what happens when it ends.</summary>
/// <param name="Role">What it does.</param>
/// <param name="Arguments">Its arguments; told how the process before it ended, null for the first.</param>
/// <param name="Inherit">Opens what it inherits just for its start; null for nothing.</param>
/// <param name="Ended">Called when it has ended, with the pause before its next start.</param>
internal sealed record ChildDefinition(
    ProcessRole Role, Func<ChildEnd?, IReadOnlyList<string>> Arguments, Func<IDisposable>? Inherit = null, Action<TimeSpan>? Ended = null);

/// <summary>
/// A process that is to run as long as the director does: started, watched, started again when it ends or falls silent, stopped in the end.
/// </summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private const int ChecksWithinSilence = 30;

    // What is allocated between two collections, in bytes, hexadecimal as the runtime reads it; by itself it would be a multiple of the processor's last cache.
    private const string YoungGeneration = "100000";

    // A child inherits every inheritable descriptor of this process: one start at a time, so that each gets its own alone.
    private static readonly Lock Starting = new();

    private readonly ChildDefinition _definition;
    private readonly Action _changed;
    private readonly RuntimeDirectory _directory;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly ChildNotifications _notifications;
    private readonly CancellationTokenSource _stopping = new();
    private Process? _process;
    private Task _watching = Task.CompletedTask;

    /// <param name="definition">What it is started with.</param>
    /// <param name="directory">Where it finds the others' sockets.</param>
    /// <param name="changed">Called when <see cref="Report"/> has changed; from any thread.</param>
    /// <param name="time">For the pauses between starts.</param>
    /// <param name="log">For what happens to it.</param>
    public ChildProcess(ChildDefinition definition, RuntimeDirectory directory, Action changed, TimeProvider time, ILogger log)
    {
        _changed = changed;
        _definition = definition;
        _directory = directory;
        _time = time;
        _log = log;
        _notifications = ChildNotifications.Open(directory.NotificationSocket(definition.Role));
        Report = new ProcessReport(definition.Role, ProcessState.Waiting, null, 0, time.GetUtcNow(), null);
    }

    /// <summary>Each process says that it is alive at half this time at the latest; one that is silent for longer hangs, and is ended by force.</summary>
    public TimeSpan LongestSilence { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the first process may take until it is ready.</summary>
    public TimeSpan StartPatience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a process may take until it works by another configuration.</summary>
    public TimeSpan ReloadPatience { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a process that was asked to stop may take; then it is ended by force.</summary>
    public TimeSpan StopPatience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How it is with the process now.</summary>
    public ProcessReport Report { get; private set; }

    private string Name => _definition.Role.Name();

    /// <summary>Starts the process and waits until it is ready; from then on it is kept running.</summary>
    /// <exception cref="DirectorException">It ended before that, or took too long.</exception>
    public async Task Start(CancellationToken cancellation)
    {
        Launch(null);
        Task ended = _process!.WaitForExitAsync(cancellation);
        Task first = await Task.WhenAny(_notifications.Ready, ended, Task.Delay(StartPatience, _time, cancellation));
        cancellation.ThrowIfCancellationRequested();
        if (first == ended)
            throw new DirectorException($"the {Name} process {new ChildEnd(_process.ExitCode, 0)} at its start; its log tells why");
        if (first != _notifications.Ready)
            throw new DirectorException($"the {Name} process was not ready within {StartPatience.TotalSeconds:0} s");
        BecomeReady();
        _watching = KeepRunning();
    }

    /// <summary>Has the process take up the configuration that has been written down.</summary>
    /// <param name="configuration">Its number.</param>
    /// <param name="cancellation">Gives up the wait.</param>
    /// <returns>False when it has not done so within <see cref="ReloadPatience"/>.</returns>
    public async Task<bool> Reload(long configuration, CancellationToken cancellation)
    {
        try
        {
            // One that is being started may have read the one before, and would be ended by a signal that it doesn't expect yet.
            await _notifications.Ready.WaitAsync(ReloadPatience, _time, cancellation);
            if (Report.Pid is { } pid)
                ProcessSignal.HangUp(pid);
            await _notifications.Works(configuration, cancellation).WaitAsync(ReloadPatience, _time, cancellation);
            return true;
        }
        catch (TimeoutException)
        {
            _log.LogError("the {Role} process has not taken up the configuration within {Patience} s", Name, ReloadPatience.TotalSeconds);
            return false;
        }
    }

    /// <summary>
    /// Has no other process started when this one ends: the director stops, and a signal to all its processes may have ended this one before its turn.
    /// </summary>
    public async Task Retire()
    {
        await _stopping.CancelAsync();
        await _watching;
    }

    /// <summary>Stops the process in good order, by force when it does not end by itself.</summary>
    public async Task Stop()
    {
        await Retire();
        if (_process is not { } process)
            return;
        if (!process.HasExited && ProcessSignal.Terminate(process.Id))
        {
            try
            {
                await process.WaitForExitAsync(CancellationToken.None).WaitAsync(StopPatience, _time);
            }
            catch (TimeoutException)
            {
                _log.LogError("the {Role} process {Pid} did not stop within {Patience} s and is killed", Name, process.Id, StopPatience.TotalSeconds);
                process.Kill();
                await process.WaitForExitAsync(CancellationToken.None);
            }
        }

        if (process.ExitCode != 0)
            _log.LogWarning("the {Role} process {End}", Name, new ChildEnd(process.ExitCode, 0));
        process.Dispose();
        _process = null;
        Become(Report with { State = ProcessState.Stopped, Pid = null });
    }

    public async ValueTask DisposeAsync()
    {
        await Stop();
        await _notifications.DisposeAsync();
        _stopping.Dispose();
    }

    private void Launch(ChildEnd? before)
    {
        string executable = Environment.ProcessPath ?? throw new DirectorException("the path of this executable is not known; is /proc mounted?");
        var start = new ProcessStartInfo(executable) { UseShellExecute = false };
        start.Environment["NOTIFY_SOCKET"] = _directory.NotificationSocket(_definition.Role);
        start.Environment["WATCHDOG_USEC"] = $"{(long)LongestSilence.TotalMicroseconds}";
        start.Environment.Remove("WATCHDOG_PID"); // systemd's, for the supervisor alone
        start.Environment.TryAdd("DOTNET_GCgen0size", YoungGeneration);
        lock (Starting)
        {
            using IDisposable? inherited = _definition.Inherit?.Invoke();
            foreach (string argument in (string[])["process", Name, "--runtime-dir", _directory.Path, "--parent", $"{Environment.ProcessId}", .. _definition.Arguments(before)])
                start.ArgumentList.Add(argument);
            _notifications.Expect();
            _process = Process.Start(start) ?? throw new DirectorException($"can't start {executable}");
        }

        int pid = _process.Id;
        Attempt(() => _directory.WritePid(_definition.Role, pid));
        Become(Report with { State = ProcessState.Starting, Pid = pid });
    }

    private async Task KeepRunning()
    {
        BackOff backOff = BackOff.Initial;
        try
        {
            while (true)
            {
                long began = _time.GetTimestamp();
                ChildEnd end = await WaitForEnd();
                (TimeSpan pause, backOff) = backOff.After(_time.GetElapsedTime(began));
                _log.LogError("the {Role} process {Pid} {End}; starting it again {When}", Name, Report.Pid, end,
                    pause == TimeSpan.Zero ? "at once" : $"in {pause.TotalMilliseconds:0} ms");
                Become(Report with { State = ProcessState.Waiting, Pid = null, Restarts = Report.Restarts + 1, LastEnd = end.ToString() });
                Attempt(() => _definition.Ended?.Invoke(pause));
                if (pause > TimeSpan.Zero)
                    await Task.Delay(pause, _time, _stopping.Token);
                _process!.Dispose();
                _process = null;
                backOff = await LaunchAgain(end, backOff);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            _log.LogDebug("the {Role} process is not watched any more", Name);
        }
    }

    /// <summary>Starts the next process, however often it takes: the machine may be short of memory or descriptors just now.</summary>
    private async Task<BackOff> LaunchAgain(ChildEnd before, BackOff backOff)
    {
        while (true)
        {
            try
            {
                Launch(before);
                return backOff;
            }
            catch (Exception fault) when (fault is Win32Exception or SystemCallException)
            {
                (TimeSpan pause, backOff) = backOff.After(TimeSpan.Zero);
                _log.LogError("the {Role} process can't be started: {Fault}; trying again in {Pause:0} ms", Name, fault.Message, pause.TotalMilliseconds);
                Attempt(() => _definition.Ended?.Invoke(pause));
                await Task.Delay(pause, _time, _stopping.Token);
            }
        }
    }

    /// <summary>Does what the process can live without: that it fails must not end the watch.</summary>
    private void Attempt(Action action)
    {
        try
        {
            action();
        }
        catch (Exception fault) when (fault is IOException or SystemCallException)
        {
            _log.LogError("{Fault}", fault.Message);
        }
    }

    /// <summary>Waits for the end of the present process; one that does not say for too long that it is alive is ended.</summary>
    private async Task<ChildEnd> WaitForEnd()
    {
        Task ended = _process!.WaitForExitAsync(_stopping.Token);
        while (true)
        {
            Task check = Task.Delay(LongestSilence / ChecksWithinSilence, _time, _stopping.Token);
            Task first = await (Report.State == ProcessState.Starting ? Task.WhenAny(ended, _notifications.Ready, check) : Task.WhenAny(ended, check));
            _stopping.Token.ThrowIfCancellationRequested();
            if (first == ended)
                return new ChildEnd(_process.ExitCode, Stopwatch.GetTimestamp());
            if (Report.State == ProcessState.Starting && _notifications.Ready.IsCompleted)
                BecomeReady();
            if (_notifications.Silence > LongestSilence)
            {
                _log.LogError("the {Role} process {Pid} has not said for {Silence:0} s that it is alive: it is killed", Name, _process.Id, LongestSilence.TotalSeconds);
                _process.Kill();
                await ended;
            }
        }
    }

    private void BecomeReady()
    {
        Become(Report with { State = ProcessState.Running });
        _log.LogInformation("the {Role} process runs as {Pid}", Name, Report.Pid);
    }

    private void Become(ProcessReport report)
    {
        Report = report with { Since = report.State == Report.State ? Report.Since : _time.GetUtcNow() };
        Attempt(_changed);
    }
}
