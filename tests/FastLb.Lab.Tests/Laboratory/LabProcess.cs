using System.Diagnostics;
using System.Text;

namespace FastLb.Lab.Tests.Laboratory;

/// <summary>A running process and what it has printed so far. Killed when disposed of, unless it has ended by then.</summary>
internal sealed class LabProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _commandLine;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _error = new();

    private LabProcess(Process process, string commandLine)
    {
        _process = process;
        _commandLine = commandLine;
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public string Output => Read(_output);

    public string Error => Read(_error);

    public static LabProcess Start(string command, params IEnumerable<string> arguments)
    {
        ProcessStartInfo start = new(command, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        LabProcess started = new(new Process { StartInfo = start }, $"{command} {string.Join(' ', start.ArgumentList)}");
        started._process.OutputDataReceived += (_, line) => Append(started._output, line.Data);
        started._process.ErrorDataReceived += (_, line) => Append(started._error, line.Data);
        started._process.Start();
        started._process.StandardInput.Close();
        started._process.BeginOutputReadLine();
        started._process.BeginErrorReadLine();
        return started;
    }

    /// <summary>Runs a command to its end, which must come within a minute.</summary>
    public static async Task<CommandResult> Run(string command, params IEnumerable<string> arguments)
    {
        await using LabProcess process = Start(command, arguments);
        return await process.Ended(TimeSpan.FromMinutes(1));
    }

    public void Send(Signal signal) => signal.SendTo(Id);

    /// <summary>Waits for the process to end and for all its output.</summary>
    /// <exception cref="TimeoutException">It is still running after <paramref name="limit"/>.</exception>
    public async Task<CommandResult> Ended(TimeSpan? limit = null)
    {
        using CancellationTokenSource deadline = new(limit ?? Eventually.Patience);
        try
        {
            await _process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException cancellation)
        {
            throw new TimeoutException($"still running: {_commandLine}\n{Output}{Error}", cancellation);
        }

        return new CommandResult(_commandLine, _process.ExitCode, Output, Error);
    }

    /// <summary>Waits until standard error contains <paramref name="text"/>.</summary>
    /// <exception cref="InvalidOperationException">The process ended before it did.</exception>
    public async Task Reports(string text)
    {
        await Eventually.Happens(
            () => Error.Contains(text, StringComparison.Ordinal) || HasExited,
            $"'{text}' from {_commandLine}, which printed: {Error}");
        if (!HasExited)
            return;
        CommandResult result = await Ended();
        if (!result.Error.Contains(text, StringComparison.Ordinal))
            throw new InvalidOperationException($"ended without '{text}': {result}");
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            Send(Signal.Kill);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private static void Append(StringBuilder text, string? line)
    {
        if (line is null)
            return;
        lock (text)
            text.Append(line).Append('\n');
    }

    private static string Read(StringBuilder text)
    {
        lock (text)
            return text.ToString();
    }
}
