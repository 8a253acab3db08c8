using System.Diagnostics;
using System.Net.Sockets;
using FastLb.Control.Runtime;
using FastLb.Dataplane.Flows;
using FastLb.DataplaneChannel.Messages;
using FastLb.Native.Memory;
using FastLb.Native.Processes;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace FastLb.Control.Engines;

/// <summary>
/// The userspace dataplane as a forwarding engine: starts its process, starts it again when it dies, and gives the new one all that the old one
/// had been told. The memory of the flow table is held here, so that connections outlive the process. Calls may come from any thread.
/// </summary>
public sealed class DataplaneEngine : IForwardingEngine, IAsyncDisposable
{
    private const int FlowCapacity = 1 << 20;
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ConnectPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan FirstBackOff = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestBackOff = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongEnough = TimeSpan.FromSeconds(30);

    private readonly RuntimeDirectory _directory;
    private readonly string _logFormat;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly SharedMemory _flowMemory;
    private readonly SemaphoreSlim _changing = new(1, 1);
    private readonly CancellationTokenSource _stopping = new();
    private Process? _process;
    private DataplaneClient? _client;
    private DesiredState? _state;
    private AdjacencyState? _adjacencies;
    private Task _watching = Task.CompletedTask;
    private int _restarts;

    /// <param name="directory">Where its socket and pid file are.</param>
    /// <param name="logFormat">Passed on to the process, which writes to the same standard error.</param>
    /// <param name="time">For the pauses between starts.</param>
    /// <param name="log">For what happens to the process.</param>
    public DataplaneEngine(RuntimeDirectory directory, string logFormat, TimeProvider time, ILogger log)
    {
        _directory = directory;
        _logFormat = logFormat;
        _time = time;
        _log = log;
        _flowMemory = SharedMemory.Create("fastlb-flows", FlowTableLayout.RequiredBytes(FlowCapacity));
    }

    /// <summary>The process id, or null while there is none.</summary>
    public int? Pid => Volatile.Read(ref _client) is null ? null : Volatile.Read(ref _process)?.Id;

    /// <summary>How often the process had to be started again.</summary>
    public int Restarts => Volatile.Read(ref _restarts);

    /// <summary>Starts the process and waits until it answers.</summary>
    /// <exception cref="DirectorException">It can't be started, or ends at once.</exception>
    public async Task Start(CancellationToken cancellation)
    {
        await Launch(cancellation);
        _watching = KeepRunning();
    }

    /// <inheritdoc/>
    public Task Apply(DesiredState state, CancellationToken cancellation) => Change(
        client =>
        {
            _state = state;
            return client?.Apply(state, cancellation) ?? Task.CompletedTask;
        },
        cancellation);

    /// <inheritdoc/>
    public Task Apply(AdjacencyState adjacencies, CancellationToken cancellation) => Change(
        client =>
        {
            _adjacencies = adjacencies;
            return client?.Apply(adjacencies, cancellation) ?? Task.CompletedTask;
        },
        cancellation);

    /// <inheritdoc/>
    public Task<DataplaneStatus> ReadStatus(CancellationToken cancellation) =>
        Volatile.Read(ref _client) is { } client
            ? client.ReadStatus(cancellation)
            : throw new DirectorException("no dataplane is running at this moment; it is being started again");

    /// <summary>Stops the process in good order, by force when it does not end by itself.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _watching;
        await Disconnect();
        if (_process is { } process)
        {
            await End(process);
            process.Dispose();
        }

        _flowMemory.Dispose();
        _changing.Dispose();
        _stopping.Dispose();
    }

    private async Task Change(Func<DataplaneClient?, Task> change, CancellationToken cancellation)
    {
        await _changing.WaitAsync(cancellation);
        try
        {
            await change(_client);
        }
        finally
        {
            _changing.Release();
        }
    }

    private async Task Launch(CancellationToken cancellation)
    {
        string executable = Environment.ProcessPath ?? throw new DirectorException("the path of this executable is not known; is /proc mounted?");
        using (SafeFileHandle flows = _flowMemory.DuplicateInheritable())
        {
            var start = new ProcessStartInfo(executable) { UseShellExecute = false };
            foreach (string argument in new[]
            {
                "dataplane", "--runtime-dir", _directory.Path, "--parent", $"{Environment.ProcessId}", "--flow-table", $"{flows.DangerousGetHandle()}",
                "--flow-capacity", $"{FlowCapacity}", "--log-format", _logFormat,
            })
                start.ArgumentList.Add(argument);
            _process = Process.Start(start) ?? throw new DirectorException($"can't start {executable}");
        }

        RuntimeDirectory.WritePid(_directory.DataplanePidFile, _process.Id);
        Volatile.Write(ref _client, await Connect(_process, cancellation));
        _log.LogInformation("dataplane runs as process {Pid}", _process.Id);
    }

    private async Task<DataplaneClient> Connect(Process process, CancellationToken cancellation)
    {
        long began = _time.GetTimestamp();
        while (_time.GetElapsedTime(began) < StartPatience)
        {
            if (process.HasExited)
                throw new DirectorException($"the dataplane ended at its start with status {process.ExitCode}; its log tells why");
            try
            {
                return await DataplaneClient.Connect(_directory.DataplaneSocket, cancellation);
            }
            catch (SocketException)
            {
                await Task.Delay(ConnectPause, _time, cancellation);
            }
        }

        throw new DirectorException($"the dataplane did not open {_directory.DataplaneSocket} within {StartPatience.TotalSeconds:0} s");
    }

    private async Task KeepRunning()
    {
        TimeSpan backOff = FirstBackOff;
        try
        {
            while (true)
            {
                long began = _time.GetTimestamp();
                await _process!.WaitForExitAsync(_stopping.Token);
                if (_time.GetElapsedTime(began) > LongEnough)
                    backOff = FirstBackOff;
                _log.LogError("the dataplane (process {Pid}) has ended with status {Status}; starting it again in {Pause} ms",
                    _process.Id, _process.ExitCode, backOff.TotalMilliseconds);
                await Disconnect();
                File.Delete(_directory.DataplaneSocket);
                await Task.Delay(backOff, _time, _stopping.Token);
                backOff = TimeSpan.FromTicks(Math.Min(backOff.Ticks * 2, LongestBackOff.Ticks));
                await Relaunch();
            }
        }
        catch (OperationCanceledException)
        {
            _log.LogDebug("the dataplane is not watched any more");
        }
    }

    private async Task Relaunch()
    {
        await _changing.WaitAsync(_stopping.Token);
        try
        {
            _process!.Dispose();
            Interlocked.Increment(ref _restarts);
            await Launch(_stopping.Token);
            if (_state is { } state)
                await _client!.Apply(state, _stopping.Token);
            if (_adjacencies is { } adjacencies)
                await _client!.Apply(adjacencies, _stopping.Token);
        }
        catch (DirectorException fault)
        {
            _log.LogError("{Fault}", fault.Message);
        }
        finally
        {
            _changing.Release();
        }
    }

    private async Task Disconnect()
    {
        if (Interlocked.Exchange(ref _client, null) is { } client)
            await client.DisposeAsync();
    }

    private async Task End(Process process)
    {
        if (process.HasExited || !ProcessSignal.Terminate(process.Id))
            return;
        try
        {
            await process.WaitForExitAsync(CancellationToken.None).WaitAsync(StopPatience, _time);
        }
        catch (TimeoutException)
        {
            _log.LogError("the dataplane (process {Pid}) did not stop within {Patience} s and is killed", process.Id, StopPatience.TotalSeconds);
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }
}
