using System.CommandLine;
using System.Runtime.InteropServices;
using System.Threading.Channels;
using FastLb.Configuration;
using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Preprocessing;
using FastLb.Native;
using FastLb.Runtime;
using FastLb.Supervisor;
using Microsoft.Extensions.Logging;

namespace FastLb.Command.Commands;

/// <summary><c>fastlb run</c>: a director in the foreground.</summary>
internal static class RunCommand
{
    public static System.CommandLine.Command Create()
    {
        var file = new Option<string>("--use-file", "-f")
        {
            Description = "The configuration",
            HelpName = "FILE",
            DefaultValueFactory = _ => SharedOptions.DefaultFile,
        };
        Option<string?> id = ConfigurationReading.Id();
        Option<bool> all = ConfigurationReading.AllFiles();
        Option<string> directory = SharedOptions.RuntimeDirectory();
        Option<int> workers = SharedOptions.Workers();
        var follows = new Option<bool>("--reload-on-change") { Description = "Reload when the configuration's files change, too" };
        var logging = new LogOptions();
        var command = new System.CommandLine.Command("run", "Run a director in the foreground, in this network namespace, until SIGTERM or SIGINT") { file, id, all, directory, workers, follows };
        logging.AddTo(command);
        command.SetAction((arguments, cancellation) =>
            Run(arguments.GetRequiredValue(file), arguments.GetValue(id), arguments.GetValue(all), new RuntimeDirectory(arguments.GetRequiredValue(directory)), arguments.GetValue(workers), arguments.GetValue(follows), logging, arguments, cancellation));
        return command;
    }

    private static async Task<int> Run(
        string file, string? id, bool demandsAll, RuntimeDirectory directory, int workers, bool follows, LogOptions logging, ParseResult arguments, CancellationToken cancellation)
    {
        ConfigurationResult result = ConfigurationReading.Read(file, id, demandsAll);
        using ILoggerFactory logs = logging.Create(arguments);
        ILogger log = logs.CreateLogger(ProcessRole.Supervisor.Name());
        Report(result, logging.Format(arguments), log);
        if (!result.CanRun)
        {
            log.LogCritical("not started: {File} can't be run as it is", file);
            return result.RunExitStatus;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => StopInstead(signal, stop));
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => StopInstead(signal, stop));
        Channel<bool> reloads = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        using PosixSignalRegistration hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
        {
            signal.Cancel = true;
            reloads.Writer.TryWrite(true);
        });

        var watch = new ConfigurationWatch(new DiskFiles(), TimeProvider.System);
        watch.Read(result.Reading);
        Task watching = follows
            ? watch.Follow(
                () =>
                {
                    log.LogInformation("{File}, or a file that it includes, has changed", file);
                    reloads.Writer.TryWrite(true);
                },
                stop.Token)
            : Task.CompletedTask;

        ReadConfiguration ReadAnew()
        {
            ConfigurationResult read = ConfigurationReading.Read(file, id, demandsAll);
            watch.Read(read.Reading);
            Report(read, logging.Format(arguments), log);
            return new ReadConfiguration(read.CanReplace ? read.Configuration : null, SnapshotOf(file, read), DiagnosticRenderer.Render(read.Diagnostics, read.Source));
        }

        try
        {
            await DirectorSupervisor.Run(
                new SupervisorOptions(result.Configuration!, SnapshotOf(file, result), directory, logging.ForChild(arguments), ReadAnew, reloads.Reader, workers), logs, stop.Token);
            return 0;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return 0;
        }
        catch (Exception fault) when (fault is DirectorException or SystemCallException or KernelFeatureException or UnauthorizedAccessException)
        {
            log.LogCritical("{Fault}", fault.Message);
            return 1;
        }
        finally
        {
            await stop.CancelAsync();
            await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // cancelled
        }
    }

    private static ConfigurationSnapshot SnapshotOf(string file, ConfigurationResult result) => new(Path.GetFullPath(file), result.Reading.ToJson());

    /// <summary>Tells what is wrong with the configuration: with its lines for people, as log entries for programs.</summary>
    private static void Report(ConfigurationResult result, string format, ILogger log)
    {
        if (format == Logging.Plain)
        {
            Console.Error.Write(DiagnosticRenderer.Render(result.Diagnostics, result.Source));
            return;
        }

        foreach (Diagnostic diagnostic in result.Diagnostics)
        {
            LogLevel level = diagnostic.Severity switch
            {
                DiagnosticSeverity.Notice => LogLevel.Information,
                DiagnosticSeverity.Warning => LogLevel.Warning,
                _ => LogLevel.Error,
            };
            log.Log(level, "{Place}: {Message} [{Code}]", diagnostic.Span, diagnostic.Message, diagnostic.Code);
        }
    }

    private static void StopInstead(PosixSignalContext signal, CancellationTokenSource stop)
    {
        signal.Cancel = true;
        stop.Cancel();
    }
}
